/** Reads a stream's metrics from CloudWatch, in the shape that `aws cloudwatch get-metric-data` prints. */
import { CloudWatchClient, type MetricDataQuery, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
import { kinesisNamespace, streamDimension } from '../../core/alarm/alarm-definition.ts';
import { dayMs } from '../../core/time.ts';
import { type AwsAccess, clientOptions } from '../aws/access.ts';
import { FindingError } from '../exit-codes.ts';

/** CloudWatch keeps minutes for 15 days, and 5 minutes for 63. */
const minuteDays = 15;

const metrics = {
  records: 'IncomingRecords',
  bytes: 'IncomingBytes',
  throttled: 'WriteProvisionedThroughputExceeded',
} as const;

export interface MetricDataJson {
  readonly MetricDataResults: readonly {
    readonly Id: string;
    readonly Label: string;
    readonly Timestamps: readonly string[];
    readonly Values: readonly number[];
  }[];
}

export interface StreamMetrics {
  readonly json: MetricDataJson;
  readonly periodSeconds: number;
}

/**
 * Reads page by page: an answer holds at most 100,800 datapoints (GetMetricData, API reference).
 * @throws FindingError where CloudWatch could not read a metric: the others mean nothing without it
 */
export async function fetchStreamMetrics(
  access: AwsAccess,
  streamName: string,
  days: number,
  nowMs: number,
): Promise<StreamMetrics> {
  const periodSeconds = days < minuteDays ? 60 : 300;
  const endMs = Math.floor(nowMs / (periodSeconds * 1000)) * periodSeconds * 1000;
  const input = {
    StartTime: new Date(endMs - days * dayMs),
    EndTime: new Date(endMs),
    ScanBy: 'TimestampAscending' as const,
    MetricDataQueries: Object.entries(metrics).map(([id, name]) => query(id, name, streamName, periodSeconds)),
  };
  const series = new Map(Object.entries(metrics).map(([id, name]) => [id, emptySeries(id, name)]));
  const client = new CloudWatchClient(clientOptions(access));
  try {
    for await (const { MetricDataResults = [] } of paginateGetMetricData({ client }, input)) {
      for (const { Id = '', Timestamps = [], Values = [], StatusCode } of MetricDataResults) {
        if (StatusCode === 'InternalError' || StatusCode === 'Forbidden') {
          throw new FindingError(`--stream ${streamName}: CloudWatch could not read ${Id} (${StatusCode}); try again`);
        }
        series.get(Id)?.Timestamps.push(...Timestamps.map((at) => at.toISOString()));
        series.get(Id)?.Values.push(...Values);
      }
    }
  } finally {
    client.destroy();
  }
  return { json: { MetricDataResults: [...series.values()] }, periodSeconds };
}

function emptySeries(Id: string, Label: string) {
  return { Id, Label, Timestamps: [] as string[], Values: [] as number[] };
}

function query(Id: string, MetricName: string, streamName: string, periodSeconds: number): MetricDataQuery {
  const Dimensions = [{ Name: streamDimension, Value: streamName }];
  return {
    Id,
    MetricStat: { Metric: { Namespace: kinesisNamespace, MetricName, Dimensions }, Period: periodSeconds, Stat: 'Sum' },
  };
}
