/** CloudWatch's metrics of a stream: its traffic minute by minute, page after page, and how far behind its consumers are. */
import { type CloudWatchClient, GetMetricDataCommand, type MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { awsFacts } from '../../core/aws-facts.ts';
import { type MinuteSums, noSums } from '../../core/load/traffic-minutes.ts';
import { minuteMs } from '../../core/time.ts';
import type { MetricPort } from '../ports.ts';
import { call } from './calls.ts';
import { readIteratorAge } from './iterator-age.ts';
import { completeResults, queryOf } from './metric-data.ts';

type SumName = 'records' | 'bytes' | 'throttledRecords';

/** By the id of the query. */
const metricNames: Readonly<Record<SumName, string>> = {
  records: 'IncomingRecords',
  bytes: 'IncomingBytes',
  throttledRecords: 'WriteProvisionedThroughputExceeded',
};
/** 15 days of three metrics fit into one page. */
const datapointsPerCall = awsFacts.metricDataDatapoints.value;

export function cloudWatchMetrics(client: CloudWatchClient): MetricPort {
  return {
    minuteSums: (streamName, fromMs, toMs) =>
      call('cloudwatch:GetMetricData', () => readMinuteSums(client, streamName, fromMs, toMs)),
    iteratorAge: (streamName, nowMs) =>
      call('cloudwatch:GetMetricData', () => readIteratorAge(client, streamName, nowMs)),
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
        MetricDataQueries: Object.entries(metricNames).map(([id, metricName]) =>
          queryOf(id, { streamName, metricName, stat: 'Sum', periodSeconds: minuteMs / 1000 }),
        ),
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
