/** CloudWatch metrics: what can be put and read. */
import {
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  type MetricDataQuery,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { expect } from 'vitest';
import { type ContractCase, having } from './contract-case.ts';
import { refusalOf, type Subject } from './subject.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export const metricCases: readonly ContractCase[] = [
  {
    says: 'a namespace that begins with AWS/ takes no metric of ours',
    facts: [],
    needs: ['cloudwatch'],
    check: async (subject) => {
      expect(await refusalOf(put(subject, 'AWS/Lambda'))).not.toBe('accepted');
      expect(await refusalOf(put(subject, 'KinesisAutoscaler'))).toBe('accepted');
    },
  },
  {
    says: 'GetMetricData gives the newest datapoint first when asked to, and nothing for a series without any',
    facts: [],
    needs: ['cloudwatch', 'time', 'watching'],
    check: async (subject, name) => {
      const { nowMs, pass } = having(subject.time);
      expect(await readAges(subject, name)).toEqual([]);
      for (const age of [10, 20]) {
        having(subject.watching).put(name, 'GetRecords.IteratorAgeMilliseconds', Math.floor(nowMs() / 60_000), age);
        await pass(5 * 60_000);
      }
      expect(await readAges(subject, name)).toEqual([20, 10]);
    },
  },
  {
    says: 'GetMetricData takes 500 queries',
    facts: ['metricDataQueries', 'maxMetricDataQueries'],
    needs: ['cloudwatch', 'time'],
    check: async (subject, name) => {
      const queries = Array.from({ length: 501 }, (_, index) => ageQuery(name, `q${index}`, 3_600));
      expect(await refusalOf(getData(subject, queries, hourMs))).toMatch(/^Validation/);
      expect(await refusalOf(getData(subject, queries.slice(1), hourMs))).toBe('accepted');
    },
  },
  {
    says: 'GetMetricStatistics gives 1,440 datapoints at most',
    facts: ['maxDatapointsPerGetMetricStatistics'],
    needs: ['cloudwatch', 'time'],
    check: async (subject, name) => {
      expect(await refusalOf(statistics(subject, name, 60, 1_441 * 60_000))).toMatch(/^Invalid|^Validation/);
      expect(await refusalOf(statistics(subject, name, 60, 1_440 * 60_000))).toBe('accepted');
    },
  },
  {
    says: 'minutes can be read for 15 days, five minutes for 63',
    facts: ['oneMinuteRetentionDays', 'fiveMinuteRetentionDays'],
    needs: ['cloudwatch', 'time', 'watching'],
    check: async (subject, name) => {
      const { nowMs } = having(subject.time);
      const put = (daysAgo: number, age: number) => {
        const minute = Math.floor((nowMs() - daysAgo * dayMs) / 300_000) * 5;
        having(subject.watching).put(name, 'GetRecords.IteratorAgeMilliseconds', minute, age);
      };
      put(62, 62);
      put(16, 16);
      put(14, 14);
      expect(await readAges(subject, name, 60, 70 * dayMs)).toEqual([14]);
      expect(await readAges(subject, name, 300, 70 * dayMs)).toEqual([14, 16, 62]);
    },
  },
];

async function put(subject: Subject, Namespace: string): Promise<void> {
  await having(subject.cloudwatch).send(
    new PutMetricDataCommand({ Namespace, MetricData: [{ MetricName: 'Failures', Value: 1 }] }),
  );
}

function ageQuery(streamName: string, Id = 'age', Period = 300): MetricDataQuery {
  return {
    Id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/Kinesis',
        MetricName: 'GetRecords.IteratorAgeMilliseconds',
        Dimensions: [{ Name: 'StreamName', Value: streamName }],
      },
      Period,
      Stat: 'Maximum',
    },
  };
}

async function getData(subject: Subject, MetricDataQueries: MetricDataQuery[], backMs: number) {
  const nowMs = having(subject.time).nowMs();
  return await having(subject.cloudwatch).send(
    new GetMetricDataCommand({
      MetricDataQueries,
      StartTime: new Date(nowMs - backMs),
      EndTime: new Date(nowMs),
      ScanBy: 'TimestampDescending',
    }),
  );
}

async function readAges(subject: Subject, streamName: string, period = 300, backMs = dayMs) {
  const { MetricDataResults = [] } = await getData(subject, [ageQuery(streamName, 'age', period)], backMs);
  return MetricDataResults[0]?.Values ?? [];
}

async function statistics(subject: Subject, streamName: string, Period: number, backMs: number): Promise<void> {
  const EndTime = new Date(Math.floor(having(subject.time).nowMs() / 60_000) * 60_000);
  await having(subject.cloudwatch).send(
    new GetMetricStatisticsCommand({
      Namespace: 'AWS/Kinesis',
      MetricName: 'IncomingRecords',
      Dimensions: [{ Name: 'StreamName', Value: streamName }],
      StartTime: new Date(EndTime.getTime() - backMs),
      EndTime,
      Period,
      Statistics: ['Sum'],
    }),
  );
}
