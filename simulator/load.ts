/** Turns a trace into the load that the simulator runs: one value a minute, in shards. */
import { awsFacts } from '../core/aws-facts.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import type { LoadUnit, Trace } from './trace.ts';

export type LoadScale =
  | { readonly kind: 'peak'; readonly peakShards: number }
  /** Multiplies the trace's own values, records or bytes a second. */
  | { readonly kind: 'factor'; readonly factor: number };

const MINUTE_SECONDS = 60;

/**
 * Interpolates coarser grids linearly (a rate does not jump every half hour) and averages finer ones by minute. Fails on
 * a trace that is zero throughout when a peak is asked for, and on a load that no stream can take.
 */
export function toLoad(trace: Trace, unit: LoadUnit, scale: LoadScale): Result<Float64Array> {
  const minutes = trace.stepSeconds < MINUTE_SECONDS ? averageByMinute(trace) : interpolateToMinutes(trace);
  const peak = minutes.reduce((max, value) => Math.max(max, value), 0);
  if (scale.kind === 'peak' && peak === 0) {
    const problem = 'is zero throughout and has no peak to scale';
    return fail([{ field: 'trace', value: trace.name, problem, remedy: 'give a trace with traffic, or --scale' }]);
  }
  const factor = scale.kind === 'peak' ? scale.peakShards / peak : scale.factor / shardCapacity(unit);
  const most = awsFacts.shardsPerStream.value;
  // A requested peak may come out a rounding error above it.
  if (peak * factor < most + 1e-6) return succeed(multiply(minutes, factor));
  const problem = `needs ${Math.ceil(peak * factor)} shards at its peak: more than the ${most} that a stream can have`;
  return fail([{ field: 'trace', value: trace.name, problem, remedy: 'give a lower --peak-shards or --scale' }]);
}

/** Records or bytes a second that one shard takes in. */
export function shardCapacity(unit: LoadUnit): number {
  return unit === 'records' ? awsFacts.shardRecordsPerSecond.value : awsFacts.shardBytesPerSecond.value;
}

/** The unit that fills a shard first with records of this size. */
export function fillingUnit(recordBytes: number): LoadUnit {
  return recordBytes * shardCapacity('records') > shardCapacity('bytes') ? 'bytes' : 'records';
}

function interpolateToMinutes({ values, stepSeconds }: Trace): Float64Array {
  const perStep = stepSeconds / MINUTE_SECONDS;
  const minutes = new Float64Array(Math.floor(values.length * perStep));
  for (let minute = 0; minute < minutes.length; minute++) {
    const step = Math.floor(minute / perStep);
    const here = values[step] ?? 0;
    const next = values[step + 1] ?? here;
    minutes[minute] = here + (next - here) * (minute / perStep - step);
  }
  return minutes;
}

/** A value that reaches into two minutes counts in each for the time that it spends there. */
function averageByMinute({ values, stepSeconds }: Trace): Float64Array {
  const perMinute = MINUTE_SECONDS / stepSeconds;
  const minutes = new Float64Array(Math.ceil(values.length / perMinute));
  for (let minute = 0; minute < minutes.length; minute++) {
    const [from, to] = [minute * perMinute, Math.min((minute + 1) * perMinute, values.length)];
    let sum = 0;
    for (let step = Math.floor(from); step < to; step++) {
      sum += (values[step] ?? 0) * (Math.min(step + 1, to) - Math.max(step, from));
    }
    minutes[minute] = sum / (to - from);
  }
  return minutes;
}

function multiply(values: Float64Array, factor: number): Float64Array {
  return values.map((value) => value * factor);
}
