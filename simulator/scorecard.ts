/** The figures of a run. Cost is never given without throttling beside it. */
import type { UpdateCall } from '../core/load/stream-replay.ts';
import { dayMinutes } from '../core/time.ts';
import type { Optimum } from './optimum.ts';
import type { StreamRun } from './stream-run.ts';

export interface Scorecard {
  readonly policy: string;
  /** Null for on-demand, which bills no shards. */
  readonly shardHours: number | null;
  readonly dollars: number;
  /** Rejected records as a share of the load's records; in the retry model a record counts each time it is rejected. */
  readonly throttledFraction: number;
  readonly throttledMinutes: number;
  readonly updateShardCountCalls: number;
  /** Most calls in any 24 hours, both ends included. */
  readonly maxCallsIn24h: number;
  readonly refusals: number;
  /** Shard-hours and dollars against the lower bound of the clairvoyant optimum. */
  readonly ratioToOptimum: number | null;
  readonly dollarRatioToOptimum: number;
  /** Mean of the missing capacity as a share of the load, and share of time with any missing. */
  readonly underProvisioning: { readonly mean: number; readonly timeShare: number };
  /** Mean of the spare shards as a share of the load in whole shards, and share of time with any spare. */
  readonly overProvisioning: { readonly mean: number; readonly timeShare: number };
  /** Median of the share of capacity that is free. */
  readonly medianSlack: number;
}

export interface ScoreContext {
  readonly load: Float64Array;
  readonly optimum: Optimum;
  readonly optimumDollars: number;
  readonly dollars: number;
  readonly billsShards: boolean;
}

/** Of all records, at most this share may be throttled for a run to pass, and for a policy to be advised. */
export const PASS_FRACTION = 0.001;

export function scoreRun(run: StreamRun, context: ScoreContext): Scorecard {
  const { load, optimum, optimumDollars, dollars, billsShards } = context;
  const shardHours = sum(run.billed) / 60;
  const total = sum(load);
  return {
    policy: run.policy,
    shardHours: billsShards ? shardHours : null,
    dollars,
    throttledFraction: total > 0 ? sum(run.throttled) / total : 0,
    throttledMinutes: run.throttled.reduce((count, rejected) => count + (rejected > 0 ? 1 : 0), 0),
    updateShardCountCalls: run.calls.length,
    maxCallsIn24h: mostCallsInADay(run.calls),
    refusals: run.refusals,
    ratioToOptimum: billsShards ? shardHours / optimum.lowerBoundShardHours : null,
    dollarRatioToOptimum: dollars / optimumDollars,
    ...provisioning(run, load),
    medianSlack: medianSlack(run, load),
  };
}

export function mostCallsInADay(calls: readonly UpdateCall[]): number {
  let most = 0;
  let oldest = 0;
  calls.forEach((call, index) => {
    while ((calls[oldest]?.minute ?? call.minute) < call.minute - dayMinutes) oldest++;
    most = Math.max(most, index - oldest + 1);
  });
  return most;
}

function provisioning(run: StreamRun, load: Float64Array): Pick<Scorecard, 'underProvisioning' | 'overProvisioning'> {
  const under = { mean: 0, timeShare: 0 };
  const over = { mean: 0, timeShare: 0 };
  for (let minute = 0; minute < run.minutes; minute++) {
    const needed = Math.max(1, Math.ceil((load[minute] as number) - 1e-9));
    const capacity = run.capacity[minute] as number;
    const side = capacity < needed ? under : over;
    side.mean += Math.abs(capacity - needed) / needed / run.minutes;
    if (capacity !== needed) side.timeShare += 1;
  }
  for (const each of [under, over]) each.timeShare /= run.minutes;
  return { underProvisioning: under, overProvisioning: over };
}

function medianSlack(run: StreamRun, load: Float64Array): number {
  const slack = run.capacity.map((capacity, minute) => Math.max(0, 1 - (load[minute] as number) / capacity)).sort();
  return slack[Math.floor(slack.length / 2)] ?? 0;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** exp of the mean of the logarithms: how ratios are averaged. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((total, value) => total + Math.log(value), 0) / values.length);
}
