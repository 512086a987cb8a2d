/** What `target` decides by. */
import { dayMinutes } from '../time.ts';
import type { LoadSeries } from './load-history.ts';
import type { ReshardingTimes } from './stream-replay.ts';

export interface TargetInput {
  /** Index of the newest minute of `load`; "now" to the policy. */
  readonly minute: number;
  readonly load: LoadSeries;
  /** Even shards that accept as much as the stream does now, or will when the resharding under way is done. */
  readonly openShardCount: number;
  /** UpdateShardCount calls that the quota still allows. */
  readonly callsLeft: number;
  /** Infinite when the last scaling was not up. */
  readonly minutesSinceScaleUp: number;
  readonly resharding: ReshardingTimes;
}

/** Minutes that are known up to now; what was before the first datapoint is unknown, not quiet. */
export function knownMinutes({ load, minute }: Pick<TargetInput, 'load' | 'minute'>): number {
  return minute - load.knownFrom + 1;
}

/** A day ago something is known. */
export function isDayKnown(input: Pick<TargetInput, 'load' | 'minute'>): boolean {
  return knownMinutes(input) > dayMinutes;
}

/** Whether the stream may be resharded stepwise, without spending a call. */
export function isStepwise({ resharding, openShardCount }: TargetInput): boolean {
  return Number.isFinite(resharding.stepMinutes(openShardCount));
}

export const weekMinutes = 7 * dayMinutes;

export function weekPeak({ load, minute }: TargetInput): number {
  return load.peak(minute - weekMinutes, minute);
}
