import { awsFacts } from '../../core/aws-facts.ts';

/** What the Kinesis model takes from AWS; each can be set otherwise. */
export interface KinesisFacts {
  /** Successful UpdateShardCount calls per stream in a rolling window. UpdateShardCount, API reference. */
  readonly maxUpdateCalls: number;
  readonly updateCallWindowMs: number;
  /** UpdateShardCount calls of the whole account, streams together, in any second. API reference. */
  readonly maxUpdateCallsPerSecond: number;
  /** Shards that this call lets a stream have. API reference. */
  readonly maxShardsPerStream: number;
  /** Provisioned shards per account and region: 20,000 in three large regions, 6,000 or 1,000 elsewhere. Quotas page. */
  readonly maxShardsPerAccount: number;
  /** What a call for the count that a stream has already gets. Not documented. */
  readonly sameShardCount: 'accepted' | 'refused';
  /**
   * How long a stream is UPDATING. "A few minutes", longer for large streams (FAQ); the figures are an assumption: a
   * minute, another for every 32 shards of the larger count, and one more off the 25 % grid.
   */
  readonly reshardingMs: (from: number, to: number) => number;
  /** How long a stream is UPDATING for one SplitShard or MergeShards. Not documented; an assumption. */
  readonly splitOrMergeMs: number;
  /** In: records and bytes a second and shard. Quotas page. */
  readonly recordsPerSecondPerShard: number;
  readonly bytesPerSecondPerShard: number;
  /** Tags: developer guide, "Tag your streams". */
  readonly maxTags: number;
  readonly maxTagsPerCall: number;
  readonly tagCharacters: RegExp;
}

export const KINESIS_FACTS: KinesisFacts = {
  maxUpdateCalls: awsFacts.updateShardCountCallsPerDay.value,
  updateCallWindowMs: awsFacts.updateShardCountWindow.value,
  maxUpdateCallsPerSecond: awsFacts.updateShardCountRate.value,
  maxShardsPerStream: awsFacts.shardsPerStream.value,
  maxShardsPerAccount: 20_000,
  sameShardCount: 'accepted',
  reshardingMs: (from, to) =>
    awsFacts.reshardingBaseTime.value +
    awsFacts.reshardingTimePerShard.value * Math.max(from, to) +
    (isOnQuarterGrid(from, to) ? 0 : awsFacts.reshardingTimeOffGrid.value),
  splitOrMergeMs: awsFacts.splitOrMergeTime.value,
  recordsPerSecondPerShard: awsFacts.shardRecordsPerSecond.value,
  bytesPerSecondPerShard: awsFacts.shardBytesPerSecond.value,
  maxTags: awsFacts.streamTags.value,
  maxTagsPerCall: awsFacts.streamTagsPerCall.value,
  tagCharacters: /^[\p{L}\p{Nd}\s_./=+\-@]*$/u,
};

/** Whether the target is a multiple of 25 % of the count: those AWS reaches without short-lived shards. */
export function isOnQuarterGrid(from: number, to: number): boolean {
  return (to * 4) % from === 0;
}
