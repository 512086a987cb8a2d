/** Reads the values of options. Commander names the option and its value before the message. */
import { InvalidArgumentError } from 'commander';
import { readNumber } from '../core/number-text.ts';
import { UsageError } from './exit-codes.ts';

export interface NumberBounds {
  /** The smallest value; with `isExclusive`, the value must be above it. */
  readonly least: number;
  readonly isExclusive?: boolean;
  readonly most?: number;
  readonly isWhole?: boolean;
  /** What it counts, as `days` in "a number of days from 1 to 63". */
  readonly what?: string;
  /** Why, where the bounds do not speak for themselves. */
  readonly because?: string;
}

/** A parser for an option that takes a number. */
export function numberOf(bounds: NumberBounds): (text: string) => number {
  return (text) => {
    const value = readNumber(text) ?? Number.NaN;
    const { least, most = Number.POSITIVE_INFINITY, isExclusive = false, isWhole = false } = bounds;
    const isWithin = (isExclusive ? value > least : value >= least) && value <= most;
    if (isWithin && (!isWhole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`Give ${describeBounds(bounds)}.`);
  };
}

export const positiveNumber = numberOf({ least: 0, isExclusive: true });

export function namesOf(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}

/** Commander checks its own required options before it finds unknown ones, and then complains of the wrong thing. */
export function required<T>(value: T | undefined, option: string, remedy: string): T {
  if (value === undefined) throw new UsageError(`${option} is missing: ${remedy}`);
  return value;
}

function describeBounds({ least, most, isExclusive, isWhole, what, because }: NumberBounds): string {
  const kind = `a ${isWhole ? 'whole number' : 'number'}${what === undefined ? '' : ` of ${what}`}`;
  const from = isExclusive ? ` above ${least}` : ` from ${least}`;
  const to = most === undefined ? (isExclusive ? '' : ' up') : isExclusive ? `, at most ${most}` : ` to ${most}`;
  return kind + from + to + (because === undefined ? '' : `: ${because}`);
}
