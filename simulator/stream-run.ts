/**
 * Runs one load through one policy and one stream, minute by minute: what fits, what is billed, what is rejected, and
 * when the metrics show it. This is the inner loop of every comparison, so it holds numbers only.
 */
import { LoadHistory, type LoadSeries } from '../core/load/load-history.ts';
import { ReplayStream, type StreamLimits, streamLimits, type UpdateCall } from '../core/load/stream-replay.ts';
import { reportEveryMinutes, type ShareReport } from './work-shares.ts';

export interface RunOptions {
  readonly limits?: StreamLimits;
  readonly model?: LoadModel;
  /** Minutes until a datapoint can be read. */
  readonly metricDelayMinutes?: number;
  /** Called a few times a simulated day with the share of the run that is done. */
  readonly onShare?: ShareReport;
}

/** Records that do not fit are lost, or offered again in the next minute on top of the new ones. */
export type LoadModel = 'loss' | 'retry';

/** Utilization that every stream starts at. */
export const STARTING_UTILIZATION = 0.5;

/** What a policy can know at the end of a minute. */
export interface StreamView {
  readonly minute: number;
  readonly stream: ReplayStream;
  /** Offered load, throttled records included. Its newest minute has index `minute`, and is as old as the metric delay. */
  readonly load: LoadSeries;
  /** `throttledBefore[i]`: all that was rejected in the minutes of `load` before index i, in shard-minutes. */
  readonly throttledBefore: Float64Array;
}

/** A policy in the simulator, asked at the end of every minute in which the stream is ACTIVE. */
export interface Scaler {
  readonly name: string;
  /** The wanted open shard count; undefined to hold; 'refused' when a call failed and the policy resharded by hand. */
  step(view: StreamView): number | 'refused' | undefined;
}

export interface StreamRun {
  readonly policy: string;
  readonly minutes: number;
  /** Shards that serve, and shards that are billed, in each minute. */
  readonly capacity: Float64Array;
  readonly billed: Float64Array;
  /** Load that was rejected in each minute, in shards. */
  readonly throttled: Float64Array;
  readonly calls: readonly UpdateCall[];
  /** Calls that Kinesis would have refused: too many, too far, or while UPDATING. */
  readonly refusals: number;
}

export function runStream(load: Float64Array, scaler: Scaler, options: RunOptions = {}): StreamRun {
  const { limits = streamLimits, model = 'loss', metricDelayMinutes: delay = 1, onShare } = options;
  const minutes = load.length;
  const stream = new ReplayStream(startingShards(load, limits), limits);
  const seen = new SeenMetrics(minutes + delay, load[0] ?? 0, delay);
  const capacity = new Float64Array(minutes);
  const billed = new Float64Array(minutes);
  const throttled = new Float64Array(minutes);
  const view = { minute: 0, stream, load: seen.load, throttledBefore: seen.throttledBefore };
  let backlog = 0;
  let refusals = 0;
  for (let minute = 0; minute < minutes; minute++) {
    if (minute % reportEveryMinutes === 0) onShare?.(minute / minutes);
    const serves = stream.capacity(minute);
    const offered = (load[minute] as number) + backlog;
    const rejected = Math.max(0, offered - serves);
    if (model === 'retry') backlog = rejected;
    capacity[minute] = serves;
    billed[minute] = stream.billed(minute);
    throttled[minute] = rejected;
    seen.add(offered, rejected);
    if (stream.isUpdating(minute + 1)) continue;
    view.minute = minute;
    const target = scaler.step(view);
    if (target === undefined || target === stream.openShardCount) continue;
    if (target === 'refused' || !stream.call(minute, target)) refusals++;
  }
  return { policy: scaler.name, minutes, capacity, billed, throttled, calls: stream.calls, refusals };
}

export function startingShards(load: Float64Array, limits: StreamLimits): number {
  const shards = Math.ceil((load[0] ?? 0) / STARTING_UTILIZATION);
  return Math.max(limits.minShards, Math.min(limits.maxShards, Math.max(1, shards)));
}

/** Metrics as they become readable. Before the first minute the load was flat. */
class SeenMetrics {
  readonly load: LoadHistory;
  readonly throttledBefore: Float64Array;
  readonly #waiting: { readonly offered: number; readonly rejected: number }[] = [];

  constructor(capacity: number, first: number, delay: number) {
    this.load = new LoadHistory(capacity);
    this.throttledBefore = new Float64Array(capacity + 1);
    for (let minute = 0; minute < delay; minute++) this.#waiting.push({ offered: first, rejected: 0 });
  }

  add(offered: number, rejected: number): void {
    this.#waiting.push({ offered, rejected });
    const readable = this.#waiting.shift();
    if (readable === undefined) return;
    const index = this.load.length;
    this.load.append(readable.offered);
    this.throttledBefore[index + 1] = (this.throttledBefore[index] as number) + readable.rejected;
  }
}
