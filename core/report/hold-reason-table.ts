/** The table of hold reasons in docs/operations.md, generated from the rows that the rules themselves use. */
import { holdReasonNames, holdReasons } from '../decision/hold-reasons.ts';

const begin = '<!-- Generated from core/decision/hold-reasons.ts by `npm run docs:holds`. -->';
const end = '<!-- The end of what is generated. -->';

/** Markdown: a line for each reason, in the order of the rules. */
export function describeHoldReasons(): string {
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

/** The document with the present table. Throws a RangeError where the document has no place for it. */
export function withHoldReasons(document: string): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new RangeError(`the document has no place for the table: ${begin} … ${end}`);
  return `${document.slice(0, from + begin.length)}\n\n${describeHoldReasons()}\n\n${document.slice(to)}`;
}
