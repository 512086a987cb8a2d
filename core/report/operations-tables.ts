/** The tables in docs/operations.md, generated from the rows that rules, notices and `status` use themselves. */
import { holdReasonNames, holdReasons } from '../decision/hold-reasons.ts';
import { type FindingKind, findingKinds } from '../plan/findings.ts';

const tables = [
  {
    begin: '<!-- Generated from core/decision/hold-reasons.ts by `npm run docs:tables`. -->',
    describe: describeHoldReasons,
  },
  { begin: '<!-- Generated from core/plan/findings.ts by `npm run docs:tables`. -->', describe: describeFindings },
];
const end = '<!-- The end of what is generated. -->';

/** The document with the present tables. Throws a RangeError where the document has no place for one of them. */
export function withTables(document: string): string {
  return tables.reduce((text, { begin, describe }) => {
    const from = text.indexOf(begin);
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0) throw new RangeError(`the document has no place for a table: ${begin} … ${end}`);
    return `${text.slice(0, from + begin.length)}\n\n${describe()}\n\n${text.slice(to)}`;
  }, document);
}

/** A line for each reason, in the order of the rules. */
function describeHoldReasons(): string {
  const lines = holdReasonNames.map((reason) => {
    const { rule, means, notify, ends } = holdReasons[reason];
    return `| ${rule} | \`${reason}\` | ${means} | ${notify ? 'yes' : 'no'} | ${ends} |`;
  });
  return [
    '| rule | hold | what it means | people are notified | it ends |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

function describeFindings(): string {
  const kinds = Object.keys(findingKinds) as readonly FindingKind[];
  const lines = kinds.map((kind) => {
    const { severity, means, wayOut } = findingKinds[kind];
    return `| \`${kind}\` | ${severity} | ${means} | ${wayOut} |`;
  });
  return ['| finding | severity | what it means | the way out |', '| --- | --- | --- | --- |', ...lines].join('\n');
}
