/**
 * CloudFormation's intrinsic functions:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */

/** What a template's functions refer to. All throw an Error that names what is missing. */
export interface Scope {
  readonly ref: (name: string) => unknown;
  readonly attribute: (logicalId: string, name: string) => unknown;
  readonly condition: (name: string) => boolean;
  readonly mapping: (map: string, first: string, second: string) => unknown;
}

/** Stands for AWS::NoValue: what contains it leaves it out. */
export const NO_VALUE = Symbol('AWS::NoValue');

/** @throws Error for a function that is not known here, or one that is not given what it needs. */
export function resolveValue(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, scope)).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && isFunction(first[0], first[1])) {
    return callFunction(first[0], first[1], scope);
  }
  const resolved = entries.map(([key, item]) => [key, resolveValue(item, scope)] as const);
  return Object.fromEntries(resolved.filter(([, item]) => item !== NO_VALUE));
}

// A policy statement has a member `Condition` too, which is never a string.
function isFunction(name: string, argument: unknown): boolean {
  return name === 'Ref' || name.startsWith('Fn::') || (name === 'Condition' && typeof argument === 'string');
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => scope.ref(String(argument)),
  Condition: (argument, scope) => scope.condition(String(argument)),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId = '', ...path] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
    return scope.attribute(logicalId, path.join('.'));
  },
  'Fn::Sub': (argument, scope) => substitute(argument, scope),
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = listOf('Fn::Join', argument, 2);
    return listOf('Fn::Join', resolveValue(parts, scope)).map(String).join(String(separator));
  },
  'Fn::Select': (argument, scope) => {
    const [index, list] = listOf('Fn::Select', resolveValue(argument, scope), 2);
    return listOf('Fn::Select', list)[Number(index)];
  },
  'Fn::Split': (argument, scope) => {
    const [separator, text] = listOf('Fn::Split', resolveValue(argument, scope), 2);
    return String(text).split(String(separator));
  },
  'Fn::If': (argument, scope) => {
    const [condition, whenTrue, whenFalse] = listOf('Fn::If', argument, 3);
    return resolveValue(scope.condition(String(condition)) ? whenTrue : whenFalse, scope);
  },
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = listOf('Fn::FindInMap', resolveValue(argument, scope), 3).map(String);
    return scope.mapping(map ?? '', first ?? '', second ?? '');
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = listOf('Fn::Equals', resolveValue(argument, scope), 2);
    return String(left) === String(right);
  },
  'Fn::Not': (argument, scope) => listOf('Fn::Not', resolveValue(argument, scope), 1)[0] !== true,
  'Fn::And': (argument, scope) => listOf('Fn::And', resolveValue(argument, scope)).every((item) => item === true),
  'Fn::Or': (argument, scope) => listOf('Fn::Or', resolveValue(argument, scope)).some((item) => item === true),
  'Fn::Base64': (argument, scope) => Buffer.from(String(resolveValue(argument, scope))).toString('base64'),
};

function callFunction(name: string, argument: unknown, scope: Scope): unknown {
  const intrinsic = INTRINSICS[name];
  if (intrinsic === undefined) throw new Error(`${name} is not supported by local AWS`);
  return intrinsic(argument, scope);
}

const VARIABLE = /\$\{(!?)([^}]+)\}/g;

function substitute(argument: unknown, scope: Scope): string {
  const [text, given] = Array.isArray(argument) ? argument : [argument, {}];
  const variables = Object.entries(typeof given === 'object' && given !== null ? given : {});
  const values = new Map(variables.map(([name, value]) => [name, resolveValue(value, scope)]));
  return String(text).replace(VARIABLE, (whole, literal: string, name: string) => {
    if (literal === '!') return `\${${name}}`;
    if (values.has(name)) return String(values.get(name));
    const dot = name.indexOf('.');
    const value = dot < 0 ? scope.ref(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1));
    return value === NO_VALUE ? whole : String(value);
  });
}

/** Logical ids and parameters that a value refers to. */
export function referencesIn(value: unknown): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return new Set();
  const found = Object.entries(value).flatMap(([key, argument]) => [
    ...namedBy(key, argument),
    ...referencesIn(argument),
  ]);
  return new Set(found);
}

function namedBy(key: string, argument: unknown): readonly string[] {
  switch (key) {
    case 'Ref':
      return [String(argument)];
    case 'Fn::GetAtt':
      return [String(Array.isArray(argument) ? argument[0] : String(argument).split('.')[0])];
    case 'Fn::Sub':
      return subVariables(argument);
    default:
      return [];
  }
}

function subVariables(argument: unknown): readonly string[] {
  const text = String(Array.isArray(argument) ? argument[0] : argument);
  return [...text.matchAll(VARIABLE)].filter((match) => match[1] !== '!').map((match) => match[2]?.split('.')[0] ?? '');
}

function listOf(name: string, value: unknown, length?: number): readonly unknown[] {
  if (Array.isArray(value) && (length === undefined || value.length === length)) return value;
  throw new Error(`${name} needs a list${length === undefined ? '' : ` of ${length}`}, not ${JSON.stringify(value)}`);
}
