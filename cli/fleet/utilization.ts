/** Utilization of streams over the last minutes, from the metrics that their alarms judge by. */
import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { kinesisNamespace, streamDimension } from '../../core/alarm/alarm-definition.ts';
import { awsFacts } from '../../core/aws-facts.ts';
import { type AwsAccess, clientOptions } from '../aws/access.ts';

/** GetMetricData takes up to 500 queries (CloudWatch API reference); each stream needs two. */
const streamsPerCall = 250;
const periodSeconds = 300;

/** By stream, 0 to 1 (rejected records are not counted); absent where there was no datapoint. */
export async function readUtilization(
  access: AwsAccess,
  streams: readonly { readonly streamName: string; readonly openShardCount: number }[],
  nowMs: number,
): Promise<ReadonlyMap<string, number>> {
  const client = new CloudWatchClient(clientOptions(access));
  const found = new Map<string, number>();
  // CloudWatch's periods begin at the full hour, and the current one holds only some of its minutes.
  const endMs = Math.floor(nowMs / (periodSeconds * 1000)) * periodSeconds * 1000;
  for (let start = 0; start < streams.length; start += streamsPerCall) {
    const batch = streams.slice(start, start + streamsPerCall);
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(endMs - 3 * periodSeconds * 1000),
        EndTime: new Date(endMs),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: batch.flatMap(({ streamName }, index) => [
          query(`b${index}`, streamName, 'IncomingBytes'),
          query(`r${index}`, streamName, 'IncomingRecords'),
        ]),
      }),
    );
    const newest = new Map(MetricDataResults.map(({ Id, Values }) => [Id, Values?.[0]]));
    batch.forEach(({ streamName, openShardCount }, index) => {
      const bytes = share(newest.get(`b${index}`), awsFacts.shardBytesPerSecond.value * openShardCount);
      const records = share(newest.get(`r${index}`), awsFacts.shardRecordsPerSecond.value * openShardCount);
      if (bytes !== undefined || records !== undefined) found.set(streamName, Math.max(bytes ?? 0, records ?? 0));
    });
  }
  return found;
}

function share(sum: number | undefined, capacityPerSecond: number): number | undefined {
  return sum === undefined ? undefined : sum / (periodSeconds * capacityPerSecond);
}

function query(Id: string, streamName: string, MetricName: string): MetricDataQuery {
  const Dimensions = [{ Name: streamDimension, Value: streamName }];
  return {
    Id,
    MetricStat: { Metric: { Namespace: kinesisNamespace, MetricName, Dimensions }, Period: periodSeconds, Stat: 'Sum' },
  };
}
