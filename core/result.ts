/**
 * Expected failures are values. A `Fault` says which field is wrong, what it holds, and how to correct it. Every check
 * collects all faults before it returns, because nobody wants to correct one variable per deployment.
 */
export interface Fault {
  /** Path of the field as the user wrote it, for example `SCALE_UP_THRESHOLD` or `streams[0].minShards`. */
  readonly field: string;
  /** The value found there, as text; `nothing` when it is absent. */
  readonly value: string;
  readonly problem: string;
  readonly remedy: string;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] };

export function succeed<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(faults: readonly Fault[]): Result<never> {
  return { ok: false, faults };
}

export function unknownKey(field: string, known: readonly string[]): Fault {
  return { field, value: 'this key', problem: 'is not known', remedy: `known keys: ${known.join(', ')}` };
}

/** One line per fault, for a terminal, a synth error or a log field. */
export function describeFault(fault: Fault): string {
  return `${fault.field}: ${fault.value} ${fault.problem}; ${fault.remedy}`;
}

/**
 * Control characters, and characters that break a line or turn the direction of text. They are never shown as they are.
 */
export const unprintable = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const everyUnprintable = new RegExp(unprintable, 'gu');

/**
 * A value from outside as short, printable text: quoted, with control characters escaped, cut at `maxLength`
 * characters.
 */
export function quote(value: unknown, maxLength = 80): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  const escaped = text.replace(everyUnprintable, escapeCharacter);
  return escaped.length > maxLength ? `${escaped.slice(0, maxLength)}…` : escaped;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
