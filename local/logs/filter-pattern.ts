/** Filter patterns of CloudWatch Logs, as far as they are used: terms, quoted terms, and conditions on JSON members. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';

type Matcher = (message: string) => boolean;

const TERM = /"((?:[^"\\]|\\.)*)"|(\S+)/g;
const CONDITION = /^\$\.([\w.]+)\s*(=|!=|>=|<=|>|<)\s*(?:"([^"]*)"|(\S+))$/;

/** @throws AwsServiceError InvalidParameterException for a pattern that is not understood. */
export function parseFilterPattern(pattern: string): Matcher {
  const text = pattern.trim();
  if (text.startsWith('{') && text.endsWith('}')) return jsonMatcher(text.slice(1, -1));
  const terms = [...text.matchAll(TERM)].map((match) => match[1] ?? match[2] ?? '');
  return (message) => terms.every((term) => message.includes(term));
}

function jsonMatcher(text: string): Matcher {
  const conditions = text.split('&&').map((part) => {
    const match = CONDITION.exec(part.trim());
    if (match === null) {
      throw new AwsServiceError('InvalidParameterException', `Invalid filter pattern: ${part.trim()}`);
    }
    const [, path = '', operator = '=', quoted, bare] = match;
    return { path: path.split('.'), operator, wanted: quoted ?? bare ?? '' };
  });
  return (message) => {
    const document = parseJson(message);
    return conditions.every(({ path, operator, wanted }) => {
      const value = path.reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), document);
      return value !== undefined && compare(value, operator, wanted);
    });
  };
}

function compare(value: unknown, operator: string, wanted: string): boolean {
  switch (operator) {
    case '=':
      return String(value) === wanted;
    case '!=':
      return String(value) !== wanted;
    case '>':
      return Number(value) > Number(wanted);
    case '<':
      return Number(value) < Number(wanted);
    case '>=':
      return Number(value) >= Number(wanted);
    default:
      return Number(value) <= Number(wanted);
  }
}

function parseJson(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
