/** What is asked of GetMetricData, and what its answer is worth: it may be 200 and still not be one. */
import type { GetMetricDataCommandOutput, MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { kinesisNamespace, streamDimension } from '../../core/alarm/alarm-definition.ts';
import { UnusableAnswer } from './calls.ts';

export interface StreamMetric {
  readonly streamName: string;
  /** One shard of the stream; all of them when absent. */
  readonly shardId?: string;
  readonly metricName: string;
  /** Default: that of Kinesis. */
  readonly namespace?: string;
  readonly stat: 'Sum' | 'Maximum';
  readonly periodSeconds: number;
}

/** @param Id by which the answer names the metric. */
export function queryOf(Id: string, metric: StreamMetric): MetricDataQuery {
  const { streamName, shardId, metricName, namespace = kinesisNamespace, stat, periodSeconds } = metric;
  const stream = { Name: streamDimension, Value: streamName };
  const Dimensions = shardId === undefined ? [stream] : [stream, { Name: 'ShardId', Value: shardId }];
  const Metric = { Namespace: namespace, MetricName: metricName, Dimensions };
  return { Id, MetricStat: { Metric, Period: periodSeconds, Stat: stat } };
}

/**
 * The metrics of one page. Throws an UnusableAnswer, which becomes a failure of the call, where CloudWatch could not read one
 * (`InternalError`, `Forbidden`) or stopped short of its end (`PartialData` without another page): its missing datapoints
 * would look like no traffic, or no consumer (CloudWatch API reference, MetricDataResult).
 */
export function completeResults(
  page: Pick<GetMetricDataCommandOutput, 'MetricDataResults' | 'NextToken'>,
): readonly MetricDataResult[] {
  const { MetricDataResults: results = [], NextToken } = page;
  for (const { Id, StatusCode = 'Complete' } of results) {
    const goesOn = StatusCode === 'PartialData' && NextToken !== undefined;
    if (StatusCode === 'Complete' || goesOn) continue;
    throw new UnusableAnswer(StatusCode, `GetMetricData answered ${StatusCode} of ${Id ?? 'a metric'}`);
  }
  return results;
}
