/** A recorded load, from whichever file it was read, and how long it may be. */
import type { Fault } from '../core/result.ts';
import { daySeconds } from '../core/time.ts';

/** Values are per second: records or bytes, as the reader of the trace decides. */
export interface Trace {
  readonly name: string;
  readonly stepSeconds: number;
  readonly values: Float64Array;
  /** Epoch ms of the first value, where the file knows it. */
  readonly startMs?: number;
}

export type LoadUnit = 'records' | 'bytes';

/** What a value of a file is: the sum of its period or step, or a rate a second. */
export type ValueKind = 'sum' | 'per-second';

/** What a user says of a recording that its file does not say. */
export interface RecordingOptions {
  readonly unit?: LoadUnit;
  readonly values?: ValueKind;
}

export interface RecordedLoad {
  readonly trace: Trace;
  readonly unit: LoadUnit;
}

/** One stray time among a stream's minutes would ask for billions of them. CloudWatch itself keeps 15 months. */
const LONGEST_DAYS = 3 * 366;

export function findTooLong(field: string, seconds: number): readonly Fault[] {
  const days = seconds / daySeconds;
  if (days <= LONGEST_DAYS) return [];
  const problem = `are more than the ${LONGEST_DAYS} that can be replayed`;
  return [{ field, value: `${Math.ceil(days)} days`, problem, remedy: 'check the first and the last time' }];
}
