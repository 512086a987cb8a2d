/**
 * One shard that carries the load: doubling a stream gives every shard a twin, and the one that is hot one as well; the others
 * were bought for nothing. The function reads it before a scale-up, where the stream publishes its traffic by shard
 * (docs/decisions/0010-hot-shards.md). A single partition key cannot be divided by any number of shards.
 */
import { awsFacts } from '../aws-facts.ts';
import { isLoadDriven, type StreamSettings } from '../settings/stream-settings.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import type { StreamState } from '../stream/stream-state.ts';
import type { Operands, ScaleDecision, ScalingDecision } from './decision.ts';

/** Traffic of one open shard in the last whole period of its stream's alarms. */
export interface ShardLoad {
  readonly shardId: string;
  /** The range of partition keys' hashes that it takes, as decimal numbers of up to 128 bits. */
  readonly firstHashKey: string;
  readonly lastHashKey: string;
  /** Sums over the period; 0 without a datapoint: Kinesis publishes none for a shard without traffic. */
  readonly bytes: number;
  readonly records: number;
}

/** What could be learned: `unknown` is no reason to keep a stream that is full from scaling. */
export type ShardLoads =
  | { readonly kind: 'loads'; readonly shards: readonly ShardLoad[]; readonly periodSeconds: number }
  | { readonly kind: 'unknown'; readonly code: string };

/** A hot shard takes so many times what the others take on average. */
const hotFactor = 2;
/** What counts as full for a load-driven stream, whose alarm has the threshold 1: no shard reaches that for long. */
const fullFromLoad = 0.75;

/** Whether the shards' loads are worth their two calls: they say something of a scale-up only. */
export function needsShardLoads(
  decision: ScalingDecision,
  {
    state,
    settings,
  }: {
    readonly state: Pick<StreamState, 'publishesByShard'>;
    readonly settings: Pick<StreamSettings, 'hotShard'>;
  },
): boolean {
  const scalesUp = decision.kind === 'scale' && decision.direction === 'up' && decision.openShardCount > 1;
  return scalesUp && settings.hotShard !== 'ignore' && state.publishesByShard === true;
}

/** The decision with what the shards say in its evidence; with `split`, of the hot shard alone. */
export function considerShards(
  decision: ScaleDecision,
  loads: ShardLoads,
  { settings }: Pick<StreamFacts, 'settings'>,
): ScaleDecision {
  if (loads.kind === 'unknown') return withEvidence(decision, { hotShard: `unknown, ${loads.code}` });
  const threshold = isLoadDriven(settings) ? fullFromLoad : settings.scaleUpThreshold;
  const hot = findHotShard(loads.shards, loads.periodSeconds, threshold);
  if (!hot) return decision;
  const evident = withEvidence(decision, {
    hotShard: hot.shard.shardId,
    hotShardUtilization: hot.utilization,
    otherShardsUtilization: hot.others,
  });
  const middle = middleOf(hot.shard);
  if (settings.hotShard !== 'split' || middle === undefined) return evident;
  return {
    ...evident,
    targetShardCount: decision.openShardCount + 1,
    split: { shardId: hot.shard.shardId, startingHashKey: middle, otherwiseTarget: decision.targetShardCount },
  };
}

/** Undefined unless one shard takes twice what the others do, who by themselves would not have fired the alarm. */
function findHotShard(shards: readonly ShardLoad[], periodSeconds: number, threshold: number) {
  const loads = shards.map((shard) => ({ shard, utilization: utilizationOf(shard, periodSeconds) }));
  const [hottest, ...others] = loads.toSorted((a, b) => b.utilization - a.utilization);
  if (!hottest || others.length === 0) return undefined;
  const mean = others.reduce((sum, { utilization }) => sum + utilization, 0) / others.length;
  const isHot = hottest.utilization >= threshold && hottest.utilization >= hotFactor * mean && mean < threshold;
  return isHot ? { shard: hottest.shard, utilization: rounded(hottest.utilization), others: rounded(mean) } : undefined;
}

function utilizationOf({ bytes, records }: ShardLoad, periodSeconds: number): number {
  return Math.max(
    bytes / (awsFacts.shardBytesPerSecond.value * periodSeconds),
    records / (awsFacts.shardRecordsPerSecond.value * periodSeconds),
  );
}

/** Where SplitShard divides it: strictly between both ends (Kinesis API reference). Undefined for a range too narrow. */
function middleOf({ firstHashKey, lastHashKey }: ShardLoad): string | undefined {
  const first = BigInt(firstHashKey);
  const last = BigInt(lastHashKey);
  const middle = first + (last - first + 1n) / 2n;
  return middle < last ? String(middle) : undefined;
}

function withEvidence(decision: ScaleDecision, evidence: Operands): ScaleDecision {
  return { ...decision, because: { ...decision.because, ...evidence } };
}

function rounded(utilization: number): number {
  return Math.round(utilization * 1000) / 1000;
}
