/** Runs several policies over one load: runs, scorecards and the optimum. */
import type { StreamLimits } from '../core/load/stream-replay.ts';
import { type CandidatePolicy, type CandidatePolicyName, candidatePolicies } from './candidate-policies.ts';
import { shardCapacity } from './load.ts';
import { findOptimum, type Optimum } from './optimum.ts';
import { onDemandAdvantageDollars, onDemandDollars, type Prices, provisionedDollars, type Traffic } from './prices.ts';
import { type Scorecard, scoreRun } from './scorecard.ts';
import type { LoadModel, StreamRun } from './stream-run.ts';
import type { LoadUnit } from './trace.ts';
import { type ShareReport, sharesOf } from './work-shares.ts';

export interface ComparisonOptions {
  readonly unit: LoadUnit;
  readonly model: LoadModel;
  readonly recordBytes: number;
  readonly consumers: number;
  /** Whether other streams fill the commitment of On-demand Advantage. */
  readonly sharedCommitment: boolean;
  readonly prices: Prices;
  readonly limits?: StreamLimits;
  /** Called now and then with the share of the work that is done. */
  readonly onShare?: ShareReport;
}

export interface Comparison {
  readonly trace: string;
  readonly peakShards: number;
  readonly results: readonly Scorecard[];
  readonly optimum: Optimum;
  readonly runs: readonly StreamRun[];
}

/** A minute under `adaptive` takes as long as so many under any other policy: it replays all its candidates. */
const adaptiveWeight = 120;

/** @param knownOptimum give it where it is known already; it is of the same load under the usual limits */
export function compare(
  trace: string,
  load: Float64Array,
  policies: readonly CandidatePolicyName[],
  options: ComparisonOptions,
  knownOptimum?: Optimum,
): Comparison {
  const peakShards = load.reduce((most, value) => Math.max(most, value), 0);
  const weights = [2 * peakShards, ...policies.map((name) => (name === 'adaptive' ? adaptiveWeight : 1))];
  const [onOptimumShare, ...onRunShare] = sharesOf(weights, options.onShare ?? (() => {}));
  const optimum = knownOptimum ?? findOptimum(load, options.limits, onOptimumShare);
  const traffic = trafficOf(load, options);
  const optimumDollars = provisionedDollars(optimum.lowerBoundShardHours, traffic, options.prices);
  const runOptions = { model: options.model, ...(options.limits === undefined ? {} : { limits: options.limits }) };
  const runs = policies.map((name, index) => {
    const onShare = onRunShare[index] ?? (() => {});
    const run = candidatePolicies[name].run(load, { ...runOptions, onShare });
    onShare(1);
    return run;
  });
  const results = runs.map((run, index) => {
    const candidatePolicy: CandidatePolicy = candidatePolicies[policies[index] as CandidatePolicyName];
    const shardHours = run.billed.reduce((total, shards) => total + shards, 0) / 60;
    const dollars = dollarsOf(candidatePolicy, shardHours, traffic, options);
    return scoreRun(run, { load, optimum, optimumDollars, dollars, billsShards: candidatePolicy.billing === 'shards' });
  });
  return { trace, peakShards, results, optimum, runs };
}

/** Records of the whole load; a load in bytes is counted in records of `recordBytes`. */
export function trafficOf(load: Float64Array, options: ComparisonOptions): Traffic {
  const perShard = shardCapacity(options.unit) / (options.unit === 'records' ? 1 : options.recordBytes);
  const records = load.reduce((total, shards) => total + shards * perShard * 60, 0);
  return { records, recordBytes: options.recordBytes, consumers: options.consumers, hours: load.length / 60 };
}

function dollarsOf(
  candidatePolicy: CandidatePolicy,
  shardHours: number,
  traffic: Traffic,
  options: ComparisonOptions,
): number {
  switch (candidatePolicy.billing) {
    case 'shards':
      return provisionedDollars(shardHours, traffic, options.prices);
    case 'on-demand':
      return onDemandDollars(traffic, options.prices);
    case 'on-demand-advantage':
      return onDemandAdvantageDollars(traffic, options.prices, options.sharedCommitment);
  }
}
