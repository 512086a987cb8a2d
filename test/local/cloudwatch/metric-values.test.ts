/** Values that read right and were wrong, and refusals that read as the caller's mistake and are ours. */
import {
  CloudWatchClient,
  DescribeAlarmsForMetricCommand,
  GetMetricDataCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EndpointServer, startEndpointServer } from './endpoint-server.ts';

const START_MS = Date.UTC(2026, 0, 1);
const METRIC = { Namespace: 'Shop', MetricName: 'Orders', Dimensions: [{ Name: 'Service', Value: 'web' }] };

let server: EndpointServer;
let client: CloudWatchClient;
beforeAll(async () => {
  server = await startEndpointServer(START_MS + 600_000);
  client = new CloudWatchClient({
    endpoint: server.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  });
});
beforeEach(() => {
  server.nowMs = START_MS + 600_000;
});
afterAll(() => server.close());

function query(Period: number, Stat = 'Sum') {
  return client.send(
    new GetMetricDataCommand({
      StartTime: new Date(START_MS),
      EndTime: new Date(START_MS + 600_000),
      MetricDataQueries: [{ Id: 'm1', MetricStat: { Metric: METRIC, Period, Stat } }],
    }),
  );
}

it('a metric of an entity is taken like any other, and its datapoints count once', async () => {
  const MetricData = [
    { MetricName: 'Orders', Dimensions: METRIC.Dimensions, Value: 5, Timestamp: new Date(START_MS + 90_000) },
  ];
  const Entity = { KeyAttributes: { Type: 'Service', Name: 'web' }, Attributes: { PlatformType: 'Generic' } };
  await client.send(
    new PutMetricDataCommand({
      Namespace: 'Shop',
      EntityMetricData: [{ Entity, MetricData }],
      StrictEntityValidation: true,
    }),
  );
  const { MetricDataResults } = await query(120);
  expect(MetricDataResults?.[0]?.Values).toEqual([5]);
});

describe('GetMetricData refuses', () => {
  it.each([
    ['a period of 90 s, which would count a datapoint twice', 90, 'Sum', 'ValidationException', 'multiple of 60'],
    ['a period of 30 s as not modelled', 30, 'Sum', 'NotModelled', 'a period of 30 s'],
    ['p99 as not modelled', 60, 'p99', 'NotModelled', 'the statistic p99'],
    ['a statistic that AWS does not have either', 60, 'Median', 'ValidationException', 'Median'],
  ])('%s', async (_what, period, stat, name, message) => {
    await expect(query(period, stat)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });
});

it('DescribeAlarmsForMetric finds the alarms on one metric, and no others', async () => {
  const alarm = { ...METRIC, Statistic: 'Sum', Period: 60, EvaluationPeriods: 1, Threshold: 1 } as const;
  const put = (AlarmName: string, changes = {}) =>
    client.send(
      new PutMetricAlarmCommand({ ...alarm, ComparisonOperator: 'GreaterThanThreshold', AlarmName, ...changes }),
    );
  await put('orders');
  await put('hourly', { Period: 3_600 });
  await put('other', { Dimensions: [] });
  const find = async (input = {}) =>
    (await client.send(new DescribeAlarmsForMetricCommand({ ...METRIC, ...input }))).MetricAlarms?.map(
      ({ AlarmName }) => AlarmName,
    );
  expect(await find()).toEqual(['orders', 'hourly']);
  expect(await find({ Period: 60 })).toEqual(['orders']);
});

it('ListMetrics with RecentlyActive leaves out what has had no datapoint for three hours', async () => {
  const list = async (RecentlyActive?: 'PT3H') =>
    (await client.send(new ListMetricsCommand({ Namespace: 'Shop', RecentlyActive }))).Metrics?.length;
  expect(await list('PT3H')).toBe(1);
  server.nowMs += 4 * 3_600_000;
  expect([await list('PT3H'), await list()]).toEqual([0, 1]);
});
