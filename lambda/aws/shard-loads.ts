/** The traffic of each open shard, from the shard-level metrics that a stream publishes when its owner has turned them on. */
import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { type KinesisClient, ListShardsCommand, type Shard } from '@aws-sdk/client-kinesis';
import { awsFacts } from '../../core/aws-facts.ts';
import type { ShardLoad } from '../../core/decision/hot-shard.ts';
import { completeResults, queryOf } from './metric-data.ts';

/** A shard needs two queries. */
const shardsPerCall = awsFacts.metricDataQueries.value / 2;

/**
 * The higher value of the last two whole periods: CloudWatch counts periods from the full hour, and the newest may lack a late
 * minute. A period that has not ended holds only a part of its minutes, and would make a full shard look idle.
 */
export async function readShardLoads(
  cloudwatch: CloudWatchClient,
  streamName: string,
  shards: readonly Shard[],
  periodSeconds: number,
  nowMs: number,
): Promise<readonly ShardLoad[]> {
  const loads: ShardLoad[] = [];
  const periodMs = periodSeconds * 1000;
  const endMs = Math.floor(nowMs / periodMs) * periodMs;
  for (let start = 0; start < shards.length; start += shardsPerCall) {
    const batch = shards.slice(start, start + shardsPerCall);
    const page = await cloudwatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(endMs - 2 * periodMs),
        EndTime: new Date(endMs),
        MetricDataQueries: batch.flatMap(({ ShardId: shardId = '' }, index) => {
          const sum = { streamName, shardId, stat: 'Sum', periodSeconds } as const;
          return [
            queryOf(`b${index}`, { ...sum, metricName: 'IncomingBytes' }),
            queryOf(`r${index}`, { ...sum, metricName: 'IncomingRecords' }),
          ];
        }),
      }),
    );
    const sums = new Map(completeResults(page).map(({ Id, Values = [] }) => [Id, Math.max(0, ...Values)]));
    loads.push(
      ...batch.map(({ ShardId = '', HashKeyRange: range }, index) => ({
        shardId: ShardId,
        firstHashKey: range?.StartingHashKey ?? '0',
        lastHashKey: range?.EndingHashKey ?? '0',
        bytes: sums.get(`b${index}`) ?? 0,
        records: sums.get(`r${index}`) ?? 0,
      })),
    );
  }
  return loads;
}

export async function listOpenShards(client: KinesisClient, StreamName: string): Promise<readonly Shard[]> {
  const shards: Shard[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new ListShardsCommand(
        NextToken === undefined ? { StreamName, ShardFilter: { Type: 'AT_LATEST' } } : { NextToken },
      ),
    );
    // Where the filter is not known, closed shards come as well: those with an ending number.
    shards.push(...(page.Shards ?? []).filter((shard) => !shard.SequenceNumberRange?.EndingSequenceNumber));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return shards;
}
