/** A trace as the simulator runs it: one value a minute, in shards. */
import { awsFacts } from '../core/aws-facts.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import type { LoadUnit, Trace } from './trace.ts';

export type LoadScale =
  | { readonly kind: 'peak'; readonly peakShards: number }
  /** Multiplies the trace's own values, records or bytes a second. */
  | { readonly kind: 'factor'; readonly factor: number };

const MINUTE_SECONDS = 60;

/**
 * Coarser grids are interpolated linearly (a rate does not jump every half hour), finer ones averaged by minute.
 * Fails on a trace that is zero throughout when a peak is asked for, and on a grid that does not meet the minute.
 */
export function toLoad(trace: Trace, unit: LoadUnit, scale: LoadScale): Result<Float64Array> {
  const { stepSeconds } = trace;
  if (stepSeconds % MINUTE_SECONDS !== 0 && MINUTE_SECONDS % stepSeconds !== 0) {
    const remedy = 'resample it to a divisor or a multiple of 60 s';
    return fail([
      { field: 'trace', value: `${stepSeconds} s`, problem: 'is a grid that does not meet the minute', remedy },
    ]);
  }
  const minutes = stepSeconds < MINUTE_SECONDS ? averageByMinute(trace) : interpolateToMinutes(trace);
  const peak = minutes.reduce((max, value) => Math.max(max, value), 0);
  if (scale.kind === 'factor') return succeed(multiply(minutes, scale.factor / shardCapacity(unit)));
  if (peak > 0) return succeed(multiply(minutes, scale.peakShards / peak));
  const remedy = 'give a trace with traffic, or --scale';
  return fail([{ field: 'trace', value: trace.name, problem: 'is zero throughout and has no peak to scale', remedy }]);
}

/** Records or bytes a second that one shard takes in. */
export function shardCapacity(unit: LoadUnit): number {
  return unit === 'records' ? awsFacts.shardRecordsPerSecond.value : awsFacts.shardBytesPerSecond.value;
}

function interpolateToMinutes({ values, stepSeconds }: Trace): Float64Array {
  const perStep = stepSeconds / MINUTE_SECONDS;
  const minutes = new Float64Array(values.length * perStep);
  for (let minute = 0; minute < minutes.length; minute++) {
    const step = Math.floor(minute / perStep);
    const here = values[step] ?? 0;
    const next = values[step + 1] ?? here;
    minutes[minute] = here + (next - here) * (minute / perStep - step);
  }
  return minutes;
}

function averageByMinute({ values, stepSeconds }: Trace): Float64Array {
  const perMinute = MINUTE_SECONDS / stepSeconds;
  const minutes = new Float64Array(Math.ceil(values.length / perMinute));
  for (let minute = 0; minute < minutes.length; minute++) {
    const slice = values.subarray(minute * perMinute, (minute + 1) * perMinute);
    minutes[minute] = slice.reduce((sum, value) => sum + value, 0) / slice.length;
  }
  return minutes;
}

function multiply(values: Float64Array, factor: number): Float64Array {
  return values.map((value) => value * factor);
}
