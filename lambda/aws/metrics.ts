/** A stream's traffic minute by minute, for policies that look at demand: one query of three metrics, page after page. */
import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { kinesisNamespace, streamDimension } from '../../core/alarm/alarm-definition.ts';
import { type MinuteSums, noSums } from '../../core/load/traffic-minutes.ts';
import type { MetricPort } from '../ports.ts';
import { call } from './calls.ts';
import { completeResults } from './metric-data.ts';

type SumName = 'records' | 'bytes' | 'throttledRecords';

const minuteMs = 60_000;
/** By the id of the query. */
const metricNames: Readonly<Record<SumName, string>> = {
  records: 'IncomingRecords',
  bytes: 'IncomingBytes',
  throttledRecords: 'WriteProvisionedThroughputExceeded',
};
/** The most that GetMetricData returns in one answer (CloudWatch API reference): 15 days of three metrics fit. */
const datapointsPerCall = 100_800;

export function cloudWatchMetrics(client: CloudWatchClient): MetricPort {
  return {
    minuteSums: (streamName, fromMs, toMs) =>
      call('cloudwatch:GetMetricData', () => readMinuteSums(client, streamName, fromMs, toMs)),
  };
}

/** @param fromMs full minute. @param toMs full minute, excluded. */
async function readMinuteSums(
  client: CloudWatchClient,
  streamName: string,
  fromMs: number,
  toMs: number,
): Promise<MinuteSums> {
  const sums = noSums(fromMs, Math.max(0, (toMs - fromMs) / minuteMs));
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(fromMs),
        EndTime: new Date(toMs),
        MaxDatapoints: datapointsPerCall,
        MetricDataQueries: Object.entries(metricNames).map(([id, name]) => query(id, name, streamName)),
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    );
    for (const result of completeResults(page)) fillIn(result, sums);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return sums;
}

function fillIn({ Id, Timestamps = [], Values = [] }: MetricDataResult, sums: MinuteSums): void {
  const target = sums[idOf(Id)];
  Timestamps.forEach((time, index) => {
    const minute = (time.getTime() - sums.startMs) / minuteMs;
    if (minute >= 0 && minute < target.length) target[minute] = Values[index] ?? Number.NaN;
  });
}

function idOf(id: string | undefined): SumName {
  if (id === 'records' || id === 'bytes' || id === 'throttledRecords') return id;
  throw new TypeError(`GetMetricData answered with a metric nobody asked for: ${id}`);
}

function query(Id: string, MetricName: string, streamName: string): MetricDataQuery {
  const Dimensions = [{ Name: streamDimension, Value: streamName }];
  return {
    Id,
    MetricStat: { Metric: { Namespace: kinesisNamespace, MetricName, Dimensions }, Period: 60, Stat: 'Sum' },
  };
}
