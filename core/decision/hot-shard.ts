/**
 * A hot shard: one shard carries most of the load. Doubling the stream splits every shard, and all but that one for nothing.
 * The function reads the load of the shards before a scale-up, if the stream publishes its traffic by shard
 * (docs/decisions/0010-hot-shards.md). No number of shards divides a single partition key.
 */
import { awsFacts } from '../aws-facts.ts';
import { isLoadDriven, type StreamSettings } from '../settings/stream-settings.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import type { StreamState } from '../stream/stream-state.ts';
import type { Operands, ScaleDecision, ScalingDecision } from './decision.ts';

/** Traffic of one open shard in the last whole period of its stream's alarms. */
export interface ShardLoad {
  readonly shardId: string;
  /** The range of hashed partition keys that it takes, as decimal numbers of up to 128 bits. */
  readonly firstHashKey: string;
  readonly lastHashKey: string;
  /** Sums over the period. 0 without a datapoint, since Kinesis publishes none for a shard without traffic. */
  readonly bytes: number;
  readonly records: number;
}

/** The shards' loads, or that they are unknown. `unknown` must not keep a full stream from scaling. */
export type ShardLoads =
  | { readonly kind: 'loads'; readonly shards: readonly ShardLoad[]; readonly periodSeconds: number }
  | { readonly kind: 'unknown'; readonly code: string };

/** A hot shard takes at least so many times what the others take on average. */
const hotFactor = 2;
/** What counts as full where the stream is load-driven. Its alarm has the threshold 1, which no shard reaches for long. */
const fullFromLoad = 0.75;

/** Whether the shards' loads are worth their two calls. They matter for a scale-up only. */
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

/** The decision with the hot shard in its evidence. With the setting `split`, it becomes a split of that shard alone. */
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

/** The shard that takes twice what the others take, if the others alone would not have fired the alarm. Else undefined. */
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

/** Where SplitShard divides the range: strictly between its ends (Kinesis API reference). Undefined where it is too narrow. */
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
