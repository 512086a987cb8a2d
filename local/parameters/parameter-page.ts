/** docs/local-aws.md: call by call what local AWS honours, stores and refuses, from the rules and the service models. */
import type { ServiceName } from '../wire/api-call.ts';
import type { OperationRules } from './parameter-rules.ts';
import { SERVED, UNSERVED } from './served-operations.ts';
import { BOTOCORE_VERSION, operationModel, type Shape, serviceModel } from './service-model.ts';

const TITLES: Readonly<Record<ServiceName, string>> = {
  kinesis: 'Kinesis (JSON 1.1, CBOR)',
  cloudwatch: 'CloudWatch (JSON 1.0, RPC v2 CBOR, Query)',
  sns: 'SNS (Query)',
  sqs: 'SQS (JSON 1.0)',
  lambda: 'Lambda (REST JSON)',
  logs: 'CloudWatch Logs (JSON 1.1)',
  sts: 'STS (Query)',
  tagging: 'Resource Groups Tagging API (JSON 1.1)',
};

const HEAD = `# What local AWS does, call by call

Written by \`npm run docs:local-aws\`; do not edit. The inputs of AWS's calls are those of botocore ${BOTOCORE_VERSION}
(Apache-2.0).

A parameter is **honoured**, **stored** (kept and returned; what it does in AWS cannot be observed here) or **refused**:
the call then fails as a whole with the code \`NotModelled\` and a message that names each such parameter and a way
out. Nothing is accepted and passed over. A call of AWS that is missing here is
refused in the same way.

\`A.B\` is the member B of A, of each element of A where A is a list, or the key B where A is a map. \`A = x\` means that
x is the only value.
`;

export function describeParameters(): string {
  const services = (Object.keys(SERVED) as ServiceName[]).map(describeService);
  return `${[HEAD, ...services].join('\n')}`;
}

function describeService(service: ServiceName): string {
  const rules = SERVED[service];
  const calls = Object.keys(rules)
    .sort()
    .map((operation) => describeCall(service, operation, rules[operation] ?? {}));
  const unserved = serviceModel(service).operations.filter((operation) => !Object.hasOwn(rules, operation));
  const ways = unserved.flatMap((operation) => {
    const way = UNSERVED[operation];
    return way === undefined ? [] : [`- \`${operation}\`: ${way}`];
  });
  return [
    `## ${TITLES[service]}`,
    '',
    ...calls,
    `${unserved.length} other calls of the service are refused.${ways.length === 0 ? '' : ' Ways out:'}`,
    '',
    ...(ways.length === 0 ? [] : [...ways, '']),
  ].join('\n');
}

function describeCall(service: ServiceName, operation: string, rules: OperationRules): string {
  const lines = [
    line(
      'honoured',
      (rules.honoured ?? []).map((path) => spell(service, operation, path)),
    ),
    ...Object.entries(rules.simplified ?? {}).map(([path, how]) => `- simplified: \`${path}\`: ${how}`),
    line(
      'stored',
      (rules.stored ?? []).map((path) => spell(service, operation, path)),
    ),
    ...refusals(service, operation, rules),
    ...(rules.note === undefined ? [] : [`- note: ${rules.note}`]),
  ].filter((text) => text !== '');
  return [`### ${operation}`, '', ...(lines.length === 0 ? ['- takes no parameters'] : lines.map(wrapped)), ''].join(
    '\n',
  );
}

function refusals(service: ServiceName, operation: string, rules: OperationRules): readonly string[] {
  const ways = Object.entries(rules.refused ?? {}).map(([path, way]) => `- refused: \`${path}\`: ${way}`);
  const others = refusedMembers(service, operation, rules).filter((member) => rules.refused?.[member] === undefined);
  return [
    ...ways,
    line(
      'refused',
      others.map((member) => `\`${member}\``),
    ),
  ];
}

/** Top-level members that no rule names; deeper ones are named by what is accepted beside them. */
function refusedMembers(service: ServiceName, operation: string, rules: OperationRules): readonly string[] {
  const accepted = [...(rules.honoured ?? []), ...Object.keys(rules.simplified ?? {}), ...(rules.stored ?? [])];
  const named = new Set([...accepted, ...Object.keys(rules.refused ?? {})].map((path) => path.split('.')[0]));
  return Object.keys(operationModel(service, operation)?.input.members ?? {}).filter((member) => !named.has(member));
}

function line(kind: string, paths: readonly string[]): string {
  return paths.length === 0 ? '' : `- ${kind}: ${paths.join(', ')}`;
}

const COLUMNS = 120;

/** The rest of an item is indented. */
function wrapped(text: string): string {
  const lines = [''];
  for (const piece of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = piece;
    else if (last.length + 1 + piece.length <= COLUMNS) lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(`  ${piece}`);
  }
  return lines.join('\n');
}

function spell(service: ServiceName, operation: string, path: string): string {
  const parts = path.split('.');
  const last = parts.at(-1);
  const isValue = typeof shapeAt(operationModel(service, operation)?.input, parts.slice(0, -1)) === 'string';
  return isValue ? `\`${parts.slice(0, -1).join('.')} = ${last}\`` : `\`${path}\``;
}

/** The shape of a path; undefined where the model has none. */
export function shapeAt(shape: Shape | undefined, parts: readonly string[]): Shape | undefined {
  if (shape === undefined || typeof shape === 'string') return parts.length === 0 ? shape : undefined;
  if ('list' in shape) return shapeAt(shape.list, parts);
  const [part, ...rest] = parts;
  if (part === undefined) return shape;
  return shapeAt('map' in shape ? shape.map : shape.members[part], rest);
}
