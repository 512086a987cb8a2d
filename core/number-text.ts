/**
 * The one way to read a number that somebody wrote: in a variable, a tag, an option, a file. Decimal, with an exponent
 * if need be, so that what `String` writes is read again. Undefined for anything else: `Number` takes an empty text for
 * zero, and reads hexadecimal.
 */
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

export function readNumber(text: string): number | undefined {
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}
