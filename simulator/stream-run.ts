/**
 * Runs one load through one policy and one stream, minute by minute: what fits, what is billed, what is rejected, and
 * when the metrics show it. This is the inner loop of every comparison, so it holds numbers only.
 */
import { LoadHistory, type LoadSeries } from '../core/load/load-history.ts';
import { OfferedLoad } from '../core/load/offered-load.ts';
import { ReplayStream, type StreamLimits, streamLimits, type UpdateCall } from '../core/load/stream-replay.ts';
import type { ReshardingWay } from '../core/stream/stream-tags.ts';
import { reportEveryMinutes, type ShareReport } from './work-shares.ts';

export interface RunOptions {
  readonly limits?: StreamLimits;
  readonly model?: LoadModel;
  /** Minutes until a datapoint can be read. */
  readonly metricDelayMinutes?: number;
  /** So many minutes of the load are the past that CloudWatch knows when the policy begins; the run is what follows. */
  readonly knownMinutes?: number;
  /** How often a producer sends a rejected record within its minute; only the metric of throttled attempts shows it. */
  readonly attempts?: number;
  /** Share of the load that one partition key has, and so one shard; the other keys are uniform. */
  readonly hotKeyShare?: number;
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

export interface Move {
  readonly shardCount: number;
  readonly way: ReshardingWay | undefined;
}

/** A policy in the simulator, asked at the end of every minute in which the stream is ACTIVE. */
export interface Scaler {
  readonly name: string;
  /** The wanted open shard count, by a call where no way is given; undefined to hold; 'refused' when a call failed and the policy resharded by hand. */
  step(view: StreamView): number | Move | 'refused' | undefined;
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
  const { limits = streamLimits, model = 'loss', metricDelayMinutes: delay = 1, knownMinutes = 0 } = options;
  const { attempts = 1, hotKeyShare = 0, onShare } = options;
  const minutes = load.length - knownMinutes;
  const stream = new ReplayStream(startingShards(load.subarray(knownMinutes), limits), limits);
  const seen = new SeenMetrics(load.length + delay, load[0] ?? 0, delay);
  for (let minute = 0; minute < knownMinutes; minute++) seen.add(load[minute] as number, 0);
  const capacity = new Float64Array(minutes);
  const billed = new Float64Array(minutes);
  const throttled = new Float64Array(minutes);
  const view = { minute: 0, stream, load: seen.load, throttledBefore: seen.throttledBefore };
  let backlog = 0;
  let refusals = 0;
  for (let at = 0; at < minutes; at++) {
    if (at % reportEveryMinutes === 0) onShare?.(at / minutes);
    const minute = knownMinutes + at;
    const serves = stream.capacity(minute);
    const offered = (load[minute] as number) + backlog;
    const rejected = rejectedOf(offered, serves, hotKeyShare);
    if (model === 'retry') backlog = rejected;
    capacity[at] = serves;
    billed[at] = stream.billed(minute);
    throttled[at] = rejected;
    seen.add(offered - rejected, attempts * rejected);
    if (stream.isUpdating(minute + 1)) continue;
    view.minute = minute;
    if (!carryOut(stream, minute, scaler.step(view))) refusals++;
  }
  return { policy: scaler.name, minutes, capacity, billed, throttled, calls: stream.calls, refusals };
}

/** One key's records all go to one shard, together with its part of the others. */
function rejectedOf(offered: number, shards: number, hotKeyShare: number): number {
  if (hotKeyShare === 0) return Math.max(0, offered - shards);
  const uniform = ((1 - hotKeyShare) * offered) / shards;
  return Math.max(0, uniform + hotKeyShare * offered - 1) + (shards - 1) * Math.max(0, uniform - 1);
}

/** False where Kinesis refuses. */
function carryOut(stream: ReplayStream, minute: number, wanted: ReturnType<Scaler['step']>): boolean {
  if (wanted === 'refused') return false;
  if (wanted === undefined || wanted === stream.openShardCount) return true;
  return typeof wanted === 'number'
    ? stream.call(minute, wanted)
    : stream.reshard(minute, wanted.shardCount, wanted.way);
}

export function startingShards(load: Float64Array, limits: StreamLimits): number {
  const shards = Math.ceil((load[0] ?? 0) / STARTING_UTILIZATION);
  return Math.max(limits.minShards, Math.min(limits.maxShards, Math.max(1, shards)));
}

/** Metrics as they become readable. Before the first minute the load was flat. */
class SeenMetrics {
  readonly load: LoadHistory;
  readonly throttledBefore: Float64Array;
  readonly #estimate = new OfferedLoad();
  readonly #waiting: { readonly accepted: number; readonly attempts: number }[] = [];

  constructor(capacity: number, first: number, delay: number) {
    this.load = new LoadHistory(capacity);
    this.throttledBefore = new Float64Array(capacity + 1);
    for (let minute = 0; minute < delay; minute++) this.#waiting.push({ accepted: first, attempts: 0 });
  }

  add(accepted: number, attempts: number): void {
    this.#waiting.push({ accepted, attempts });
    const readable = this.#waiting.shift();
    if (readable === undefined) return;
    const index = this.load.length;
    const offered = this.#estimate.next(readable.accepted, readable.attempts);
    this.load.append(offered);
    this.throttledBefore[index + 1] = (this.throttledBefore[index] as number) + offered - readable.accepted;
  }
}
