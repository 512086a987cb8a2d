/**
 * Shards and workers, judged together. A consumer that is behind needs more shards, or more workers, or neither, and
 * each side alone cannot tell which: more workers than `open shards x parallelization factor` read nothing, and more
 * shards without workers to read them only move the queue. This is the consumer side's verdict for both.
 *
 * Rules are numbered; code order is precedence.
 */
import { isKnown, type Sample } from './sample.ts';

export interface JointFacts {
  /** How far the consumer is behind, Milliseconds. */
  readonly lag: Sample;
  /** The lag in the last round, where there was one. It tells a backlog that drains from one that grows. */
  readonly previousLagMs?: number;
  /** Lag per shard, Milliseconds, where the source has it. Shards whose lag is not known are left out. */
  readonly shardLagMs: ReadonlyMap<string, number>;
  /** Shards that had lag and whose checkpoint has not moved since the last round. */
  readonly stalledShards: readonly string[];
  readonly openShardCount: number | undefined;
  readonly workers: number | undefined;
  /** Concurrent processors per shard: 1 for the KCL, up to 10 for a Lambda event source. */
  readonly parallelizationFactor: number;
}

export interface JointSettings {
  /** A consumer with more lag than this is behind. Default 60,000. */
  readonly behindAfterMs: number;
  /** A shard with this many times the median shard's lag stands out. Default 10. */
  readonly hotShardFactor: number;
}

export const jointDefaults: JointSettings = { behindAfterMs: 60_000, hotShardFactor: 10 };

/** The closed set, and the label values of the advice metric. */
export const adviceKinds = ['nothing', 'add-shards', 'add-workers', 'neither-helps', 'unknown'] as const;
export type AdviceKind = (typeof adviceKinds)[number];

export interface JointAdvice {
  readonly advice: AdviceKind;
  /** Whether taking shards away now would hurt this consumer. Unknown facts say that it would. */
  readonly scaleDownHurts: boolean;
  readonly because: JointEvidence;
}

/** The operands of the verdict. `undefined` is: not known. */
export interface JointEvidence {
  readonly rule:
    | 'draining'
    | 'lag-unknown'
    | 'keeping-up'
    | 'one-shard'
    | 'workers-unknown'
    | 'workers-below-useful'
    | 'workers-at-useful';
  readonly lagMs: number | undefined;
  readonly previousLagMs?: number;
  readonly behindAfterMs: number;
  readonly openShardCount: number | undefined;
  readonly workers: number | undefined;
  readonly usefulWorkers: number | undefined;
  readonly shard?: ShardEvidence;
  readonly missing?: string;
}

export interface ShardEvidence {
  readonly shardId: string;
  readonly kind: 'hot' | 'stalled';
  readonly lagMs: number;
  /** The median over the other shards. */
  readonly medianLagMs: number;
}

/**
 * 1. lag unknown: unknown, and a scale-down would hurt
 * 2. lag within bounds: nothing to add, a scale-down is harmless
 * 3. one shard holds the lag and the others keep up: neither helps; before 4 and 5, which would add in vain
 * 4. workers or shards not known: unknown
 * 5. fewer workers than can be useful: add workers
 * 6. all useful workers run and the lag falls: nothing to add, but a scale-down would hurt
 * 7. all useful workers run and the lag does not fall: add shards
 */
export function adviseJointly(facts: JointFacts, settings: Partial<JointSettings> = {}): JointAdvice {
  const { behindAfterMs, hotShardFactor } = { ...jointDefaults, ...settings };
  const { lag, previousLagMs, openShardCount, workers } = facts;
  const usefulWorkers = openShardCount === undefined ? undefined : openShardCount * facts.parallelizationFactor;
  const evidence = {
    lagMs: isKnown(lag) ? lag.value : undefined,
    behindAfterMs,
    openShardCount,
    workers,
    usefulWorkers,
  };

  if (!isKnown(lag)) return behind('unknown', { rule: 'lag-unknown', ...evidence, missing: lag.because });
  if (lag.value <= behindAfterMs) {
    // A stale "keeping up" is no licence to take capacity away.
    return { advice: 'nothing', scaleDownHurts: lag.quality === 'stale', because: { rule: 'keeping-up', ...evidence } };
  }
  const shard = shardThatStandsOut(facts, behindAfterMs, hotShardFactor);
  if (shard !== undefined) return behind('neither-helps', { rule: 'one-shard', ...evidence, shard });
  if (workers === undefined || usefulWorkers === undefined) {
    const missing = workers === undefined ? 'the number of workers' : 'the open shard count';
    return behind('unknown', { rule: 'workers-unknown', ...evidence, missing });
  }
  if (workers < usefulWorkers) return behind('add-workers', { rule: 'workers-below-useful', ...evidence });
  if (previousLagMs !== undefined && lag.value < previousLagMs)
    return behind('nothing', { rule: 'draining', ...evidence, previousLagMs });
  return behind('add-shards', { rule: 'workers-at-useful', ...evidence });
}

/** Whether a scale-down would hurt any of the stream's consumers. One is enough. */
export function scaleDownHurtsAny(advice: readonly JointAdvice[]): boolean {
  return advice.some((each) => each.scaleDownHurts);
}

function behind(advice: AdviceKind, because: JointEvidence): JointAdvice {
  return { advice, scaleDownHurts: true, because };
}

/** The one shard that is behind while the others keep up, or undefined when none, or more than one, is. */
function shardThatStandsOut(facts: JointFacts, behindAfterMs: number, factor: number): ShardEvidence | undefined {
  if (facts.shardLagMs.size < 2) return undefined;
  const byLag = [...facts.shardLagMs].sort(([, left], [, right]) => right - left);
  const [worst, second] = byLag;
  if (worst === undefined || second === undefined) return undefined;
  const [shardId, lagMs] = worst;
  const medianLagMs = median(byLag.slice(1).map(([, each]) => each));
  const alone = lagMs > behindAfterMs && second[1] <= behindAfterMs && lagMs >= factor * medianLagMs;
  if (!alone) return undefined;
  return { shardId, kind: facts.stalledShards.includes(shardId) ? 'stalled' : 'hot', lagMs, medianLagMs };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
