/** Kinesis, as the product uses it. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  AddTagsToStreamCommand,
  DescribeLimitsCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListTagsForStreamCommand,
  MergeShardsCommand,
  type Shard,
  SplitShardCommand,
  type StreamDescriptionSummary,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import { byHashKey } from '../../core/stream/hash-keys.ts';
import type { OpenShard, StreamStatus } from '../../core/stream/stream-state.ts';
import type { Tags } from '../../core/stream/stream-tags.ts';
import type { StreamPort } from '../ports.ts';
import { call } from './calls.ts';
import { listOpenShards, readShardLoads } from './shard-loads.ts';

/**
 * @param client sends throttled and failed calls again.
 * @param oneAttempt never does. The SDK takes LimitExceededException for throttling and would send UpdateShardCount again.
 */
export function kinesisStreams(
  client: KinesisClient,
  oneAttempt: KinesisClient,
  cloudwatch: CloudWatchClient,
): StreamPort {
  return {
    describe: (streamName) =>
      call('kinesis:DescribeStreamSummary', async () => {
        const { StreamDescriptionSummary: summary } = await client.send(
          new DescribeStreamSummaryCommand({ StreamName: streamName }),
        );
        if (summary?.OpenShardCount === undefined || !summary.StreamStatus)
          throw new TypeError('DescribeStreamSummary without a summary');
        return {
          status: summary.StreamStatus as StreamStatus,
          mode: summary.StreamModeDetails?.StreamMode === 'ON_DEMAND' ? 'ON_DEMAND' : 'PROVISIONED',
          openShardCount: summary.OpenShardCount,
          publishesByShard: publishesByShard(summary),
        };
      }),
    listTags: (streamName) => call('kinesis:ListTagsForStream', () => listAllTags(client, streamName)),
    addTags: (streamName, tags) =>
      call('kinesis:AddTagsToStream', async () => {
        // A call takes as many tags as a stream may have, so that one is enough.
        await client.send(new AddTagsToStreamCommand({ StreamName: streamName, Tags: { ...tags } }));
      }),
    updateShardCount: (streamName, targetShardCount) =>
      call('kinesis:UpdateShardCount', async () => {
        await oneAttempt.send(
          new UpdateShardCountCommand({
            StreamName: streamName,
            TargetShardCount: targetShardCount,
            ScalingType: 'UNIFORM_SCALING',
          }),
        );
      }),
    splitShard: (streamName, shardId, startingHashKey) =>
      call('kinesis:SplitShard', async () => {
        await oneAttempt.send(
          new SplitShardCommand({ StreamName: streamName, ShardToSplit: shardId, NewStartingHashKey: startingHashKey }),
        );
      }),
    mergeShards: (streamName, shardId, adjacentShardId) =>
      call('kinesis:MergeShards', async () => {
        await oneAttempt.send(
          new MergeShardsCommand({
            StreamName: streamName,
            ShardToMerge: shardId,
            AdjacentShardToMerge: adjacentShardId,
          }),
        );
      }),
    openShards: (streamName) =>
      call('kinesis:ListShards', async () =>
        (await listOpenShards(client, streamName)).map(toOpenShard).sort(byHashKey),
      ),
    shardLoads: async (streamName, periodSeconds, nowMs) => {
      const shards = await call('kinesis:ListShards', () => listOpenShards(client, streamName));
      if (!shards.ok) return shards;
      return await call('cloudwatch:GetMetricData', () =>
        readShardLoads(cloudwatch, streamName, shards.value, periodSeconds, nowMs),
      );
    },
    describeLimits: () =>
      call('kinesis:DescribeLimits', async () => {
        const { ShardLimit, OpenShardCount } = await client.send(new DescribeLimitsCommand({}));
        if (ShardLimit === undefined || OpenShardCount === undefined)
          throw new TypeError('DescribeLimits without limits');
        return { shardLimit: ShardLimit, openShardCount: OpenShardCount };
      }),
  };
}

function toOpenShard({ ShardId, HashKeyRange }: Shard): OpenShard {
  if (ShardId === undefined || HashKeyRange?.StartingHashKey === undefined || HashKeyRange.EndingHashKey === undefined)
    throw new TypeError('ListShards with a shard without hash keys');
  return { shardId: ShardId, firstHashKey: HashKeyRange.StartingHashKey, lastHashKey: HashKeyRange.EndingHashKey };
}

function publishesByShard({ EnhancedMonitoring = [] }: StreamDescriptionSummary): boolean {
  const names = new Set<string>(EnhancedMonitoring.flatMap(({ ShardLevelMetrics = [] }) => ShardLevelMetrics));
  return names.has('ALL') || (names.has('IncomingBytes') && names.has('IncomingRecords'));
}

async function listAllTags(client: KinesisClient, StreamName: string): Promise<Tags> {
  const tags: Record<string, string> = {};
  let ExclusiveStartTagKey: string | undefined;
  do {
    const page = await client.send(
      new ListTagsForStreamCommand({
        StreamName,
        ...(ExclusiveStartTagKey === undefined ? {} : { ExclusiveStartTagKey }),
      }),
    );
    for (const { Key, Value } of page.Tags ?? []) if (Key !== undefined) tags[Key] = Value ?? '';
    ExclusiveStartTagKey = page.HasMoreTags ? page.Tags?.at(-1)?.Key : undefined;
  } while (ExclusiveStartTagKey !== undefined);
  return tags;
}
