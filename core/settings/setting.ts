/** What a setting may be: the kinds that both tables of settings use, and what is wrong with a value of each. */
import { readNumber } from '../number-text.ts';
import { type Fault, quote } from '../result.ts';

export interface NumberKind {
  readonly kind: 'number' | 'integer';
  readonly unit: string;
  /** Lowest value; one of both, or zero. */
  readonly from?: number;
  /** The value must be greater. */
  readonly above?: number;
  readonly to: number;
}
export interface ChoiceKind {
  readonly kind: 'choice';
  readonly choices: readonly string[];
}
export interface SwitchKind {
  readonly kind: 'switch';
}
export interface ArnKind {
  readonly kind: 'arn';
  readonly of: keyof typeof arns;
}
export interface TextKind {
  readonly kind: 'text';
}
export type SettingKind = NumberKind | ChoiceKind | SwitchKind | ArnKind | TextKind;

/** Type of the values that a setting takes. */
export type ValueOf<S extends SettingKind> = S extends ChoiceKind
  ? S['choices'][number]
  : S extends NumberKind
    ? number
    : S extends SwitchKind
      ? boolean
      : string;

const arns = {
  topic: { pattern: /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/, example: 'arn:aws:sns:REGION:ACCOUNT:NAME' },
  'Lambda function': {
    pattern: /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]{1,64}(:[\w-]+)?$/,
    example: 'arn:aws:lambda:REGION:ACCOUNT:function:NAME',
  },
} as const;

/**
 * What is wrong with a value by itself, apart from what it may contradict.
 * @param field what its user calls the setting.
 * @param otherwise what stands in for a number that is left out.
 */
export function findValueFault(
  setting: SettingKind,
  value: unknown,
  field: string,
  otherwise = 'the default',
): Fault | undefined {
  if (isValue(setting, value)) return undefined;
  return { field, value: quote(value), ...describeProblem(setting, value, otherwise) };
}

/**
 * A text from a variable or a tag as the value it stands for; what cannot be read stays a text, for the fault to quote.
 */
export function readText({ kind }: SettingKind, text: string): unknown {
  switch (kind) {
    case 'number':
    case 'integer':
      return readNumber(text) ?? text;
    case 'switch':
      return switches.get(text.toLowerCase()) ?? text;
    case 'choice':
    case 'arn':
    case 'text':
      return text;
  }
}

const switches: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

function isValue(setting: SettingKind, value: unknown): boolean {
  switch (setting.kind) {
    case 'number':
    case 'integer':
      return typeof value === 'number' && isInRange(setting, value);
    case 'choice':
      return typeof value === 'string' && setting.choices.includes(value);
    case 'switch':
      return typeof value === 'boolean';
    case 'arn':
      return typeof value === 'string' && arns[setting.of].pattern.test(value);
    case 'text':
      return typeof value === 'string';
  }
}

function isInRange({ kind, from = 0, above, to }: NumberKind, value: number): boolean {
  const isHighEnough = above === undefined ? value >= from : value > above;
  return isHighEnough && value <= to && (kind === 'number' || Number.isInteger(value));
}

function describeProblem(setting: SettingKind, value: unknown, otherwise: string): Pick<Fault, 'problem' | 'remedy'> {
  switch (setting.kind) {
    case 'number':
    case 'integer': {
      const what = setting.kind === 'integer' ? 'whole number' : 'number';
      const { from = 0, above, to } = setting;
      const range = above === undefined ? `from ${from} to ${to}` : `above ${above} and up to ${to}`;
      const remedy = `give ${setting.unit} in that range, or leave it out for ${otherwise}`;
      return { problem: `is not a ${what} ${range}`, remedy };
    }
    case 'choice':
      return { problem: 'is not one of its values', remedy: `use ${setting.choices.join(', ')}` };
    case 'switch': {
      const isQuoted = typeof value === 'string' && switches.has(value);
      return { problem: 'is not a switch', remedy: `give true or false${isQuoted ? ', without quotes' : ''}` };
    }
    case 'arn':
      return { problem: `is not the ARN of a ${setting.of}`, remedy: `give ${arns[setting.of].example}` };
    case 'text':
      return { problem: 'is not a text', remedy: 'give a text' };
  }
}
