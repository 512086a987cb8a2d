/**
 * What a team meets that lets hundreds of streams run on it: schedules, streams that ask by their tag, several consumers, people
 * who are told once. The deployed template on local AWS, its schedules running on the clock.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReportLine } from '../../cli/report-lines.ts';
import { encodeLedger, tagKeys } from '../../core/stream/stream-tags.ts';
import { DEFAULT_ACCOUNT } from '../../local/account.ts';
import { type Deployment, deploy } from '../../local/deploy/deploy.ts';
import { functionArn, functionWithoutCode } from '../../local/lambda/function-definition.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { VirtualClock } from '../../simulator/models/clock.ts';
import { assemblyOf } from './support/assembly.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
/** Ten to seven in Berlin, on a Monday in winter. */
const startMs = Date.UTC(2026, 2, 2, 5, 50);

const readers = ['served-store', 'served-audit'] as const;
const consumers = readers.map((name, index) => ({
  functionArn: functionArn(DEFAULT_ACCOUNT, name),
  lambdasPerShard: 2 - index,
}));
/** No traffic comes: each stream begins at its minimum, or it would be scaled down. */
const deployment = {
  dryRun: false,
  discovery: true,
  notices: true,
  pager: true,
  dashboards: true,
  streams: [
    {
      name: 'orders',
      create: true,
      shardCount: 2,
      minShards: 2,
      maxShards: 32,
      schedules: [
        { name: 'morning', cron: '0 7 ? * MON-FRI *', timeZone: 'Europe/Berlin', shards: 16, minutes: 60 },
        { name: 'all-day', cron: '10 7 ? * MON-FRI *', timeZone: 'Europe/Berlin', shards: 8, minutes: 120 },
      ],
    },
    {
      name: 'served',
      create: true,
      shardCount: 4,
      minShards: 4,
      maxShards: 32,
      scaleDownCooldownMinutes: 0,
      consumers,
    },
    { name: 'bounded', create: true, shardCount: 4, minShards: 4, maxShards: 8 },
  ],
};

let aws: LocalAws;
let clock: VirtualClock;
let stack: Deployment;

const pass = (ms: number) => clock.runUntil(clock.nowMs() + ms);
const passUntil = (hour: number, minute: number) => clock.runUntil(Date.UTC(2026, 2, 2, hour, minute));
const shardsOf = (name: string) => aws.kinesis.account.stream(name).openShardCountAt(clock.nowMs());
const tagStream = (name: string, tags: Readonly<Record<string, string>>) =>
  aws.kinesis.account.stream(name).tags.add(tags, clock.nowMs());
const reservedOf = () => readers.map((name) => aws.lambda.functions.get(name).reservedConcurrency);
const alarmNames = () =>
  (aws.cloudwatch.describeAlarms({ MaxRecords: 100 }).MetricAlarms ?? []).map((a) => a.AlarmName);
const alarmOf = (name: string) => aws.cloudwatch.describeAlarms({ AlarmNames: [name] }).MetricAlarms?.[0];

/** CloudWatch evaluates at full minutes, and would put back a state that was set by hand. */
async function setAlarm(name: string, state: 'ALARM' | 'OK'): Promise<void> {
  const into = clock.nowMs() % minuteMs;
  if (into > 45 * secondMs || into < secondMs) await pass(minuteMs - into + 5 * secondMs);
  aws.cloudwatch.setAlarmState({ AlarmName: name, StateValue: state, StateReason: 'set by a scenario' });
  await pass(5 * secondMs);
}

function noticesOf(stream: string, topic: 'NoticeTopicArn' | 'PagerTopicArn' = 'NoticeTopicArn'): readonly string[] {
  return aws.topics.published
    .filter(({ topicArn, subject }) => topicArn === stack.outputs[topic] && subject?.startsWith(`${stream}:`))
    .map(({ subject = '' }) => subject);
}

beforeAll(async () => {
  clock = new VirtualClock({ startMs });
  aws = await startLocalAws({ clock, streams: 'no-records' });
  for (const name of readers) addReader(name);
  stack = await deploy(aws, assemblyOf(deployment));
  await pass(minuteMs);
});
afterAll(() => aws?.stop());

describe('a schedule', () => {
  it('brings the stream up in steps, from its hour on in its time zone', async () => {
    expect(shardsOf('orders')).toBe(2);
    await passUntil(6, 3);
    expect(shardsOf('orders')).toBe(4);
    await passUntil(6, 25);
    expect(shardsOf('orders')).toBe(16);
    expect(alarmOf('orders-scale-down')?.Threshold).toBe(-1);
  });

  it('holds the stream up while its window lasts, though another window is lower', async () => {
    await setAlarm('orders-scale-down', 'ALARM');
    expect(shardsOf('orders')).toBe(16);
  });

  it('ends by itself, and leaves the floor of the other window', async () => {
    await passUntil(7, 10);
    expect(alarmOf('orders-scale-down')?.Threshold).toBe(0.25);
    const tags = aws.kinesis.account.stream('orders').tags.list();
    expect(tags.find(({ Key }) => Key === 'autoscaling/floor')?.Value).toContain('8 until 20260302T0810');
  });

  it('is told step by step, each once', () => {
    expect(noticesOf('orders').filter((subject) => subject.includes('scaled'))).toEqual([
      'orders: scaled up from 2 to 4 shards',
      'orders: scaled up from 4 to 8 shards',
      'orders: scaled up from 8 to 16 shards',
    ]);
  });
});

describe('a hundred equal holds', () => {
  it('are one notice, and no page', async () => {
    const spent = Array.from({ length: 10 }, (_, call) => clock.nowMs() - (call + 1) * minuteMs);
    tagStream('bounded', { [tagKeys.ledger]: encodeLedger(spent) });
    const held: string[] = [];
    const stop = aws.logs.onEvent(({ message }) => {
      const report = readReportLine(message);
      if (report?.alarmName === 'bounded-scale-up' && report.source === 'alarm') held.push(report.outcome);
    });
    for (let time = 0; time < 100; time += 1) {
      await setAlarm('bounded-scale-up', 'ALARM');
      await setAlarm('bounded-scale-up', 'OK');
    }
    stop();
    expect(held).toEqual(Array.from({ length: 100 }, () => 'held'));
    expect(noticesOf('bounded')).toEqual(['bounded: held, daily-quota']);
    expect(noticesOf('bounded', 'PagerTopicArn')).toEqual([]);
  });
});

describe('two consumers of one stream', () => {
  it('are raised with the shards, each by its own factor', async () => {
    expect(reservedOf()).toEqual([8, 4]);
    readTo(0);
    await setAlarm('served-scale-up', 'ALARM');
    await pass(5 * minuteMs);
    expect(shardsOf('served')).toBe(8);
    expect(reservedOf()).toEqual([16, 8]);
  });

  it('keep what they have after a scale-down until the parents are read, then both are lowered', async () => {
    readTo(0);
    await setAlarm('served-scale-down', 'ALARM');
    const scaledAtMs = clock.nowMs();
    await pass(4 * minuteMs);
    expect(shardsOf('served')).toBe(4);
    for (const minutes of [10, 20, 30]) {
      await clock.runUntil(scaledAtMs + minutes * minuteMs);
      readTo(40 * minuteMs);
      await pass(6 * minuteMs);
      expect(reservedOf()).toEqual([16, 8]);
    }
    readTo(0);
    await pass(6 * minuteMs);
    expect(reservedOf()).toEqual([8, 4]);
  });
});

describe('a stream that asks by its tag', () => {
  it('gets its alarms within one reconcile, and scales', async () => {
    await aws.kinesis.create('clicks', 'PROVISIONED', 2, {
      'autoscaling/enabled': 'true',
      'autoscaling/min-shards': '2',
      'autoscaling/max-shards': 'many',
    });
    await pass(6 * minuteMs);
    expect(alarmNames()).toEqual(expect.arrayContaining(['clicks-scale-up', 'clicks-scale-down']));
    expect(alarmOf('clicks-scale-up')?.AlarmActions).toEqual([stack.outputs.AlarmTopicArn]);
    await setAlarm('clicks-scale-up', 'ALARM');
    await pass(5 * minuteMs);
    expect(shardsOf('clicks')).toBe(4);
    expect(noticesOf('clicks')).toContain('clicks: scaled up from 2 to 4 shards');
  });

  it('is told of a faulty tag once', async () => {
    await pass(30 * minuteMs);
    const told = noticesOf('clicks').filter((subject) => subject.includes('not usable'));
    expect(told).toEqual(["clicks: 1 tag is not usable, the deployment's value stands in"]);
  });

  it('keeps its alarms when nobody can say who asks', async () => {
    const before = alarmNames();
    aws.kinesis.account.stream('clicks').tags.remove(['autoscaling/enabled'], clock.nowMs());
    const heal = aws.calls.faults.add({
      operation: 'GetResources',
      fault: { kind: 'error', code: 'AccessDeniedException' },
      // The alarms of ours are found: it is the question who asks that is not answered.
      matches: ({ request }) => String(request.body).includes('kinesis:stream'),
      times: Number.POSITIVE_INFINITY,
    });
    await pass(11 * minuteMs);
    heal();
    expect(alarmNames()).toEqual(before);
  });

  it('loses them when it asks no longer, and nobody else loses any', async () => {
    aws.cloudwatch.putMetricAlarm({
      AlarmName: 'theirs-scale-up',
      Namespace: 'AWS/Kinesis',
      MetricName: 'IncomingRecords',
      Dimensions: [{ Name: 'StreamName', Value: 'clicks' }],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 1,
    });
    const before = alarmNames();
    await pass(21 * minuteMs);
    const gone = ['clicks-scale-down', 'clicks-scale-up'];
    expect(before.filter((name) => !alarmNames().includes(name)).sort()).toEqual(gone);
  });
});

describe('the dashboard', () => {
  it('is deployed, and what it divides by is there for every stream', () => {
    const names = stack.outputs.DashboardNames?.split(', ') ?? [];
    expect(names).toHaveLength(1);
    const { DashboardBody: body = '' } = aws.cloudwatch.getDashboard({ DashboardName: names[0] });
    expect(body).not.toContain('${');
    expect(JSON.parse(body).widgets.length).toBeGreaterThan(3);
    expect(shardCountsOf('orders')).toEqual(expect.arrayContaining([2, 4, 8, 16]));
    expect(shardCountsOf('clicks')).toEqual(expect.arrayContaining([2, 4]));
  });
});

/** The readers have read up to so long ago, from now on back. */
function readTo(ageMs: number): void {
  const { metrics } = aws.cloudwatch;
  const dimensions = [{ name: 'StreamName', value: 'served' }];
  const series = metrics.series({
    namespace: 'AWS/Kinesis',
    metricName: 'GetRecords.IteratorAgeMilliseconds',
    dimensions,
  });
  const nowMinute = Math.floor(clock.nowMs() / minuteMs);
  for (let ahead = 0; ahead < 7; ahead += 1) metrics.putValue(series, nowMinute + ahead, ageMs, clock.nowMs());
}

function shardCountsOf(stream: string): readonly number[] {
  const { MetricDataResults = [] } = aws.cloudwatch.getMetricData({
    StartTime: new Date(startMs),
    EndTime: new Date(clock.nowMs()),
    MetricDataQueries: [
      {
        Id: 'n',
        MetricStat: {
          Metric: {
            Namespace: 'KinesisAutoscaler',
            MetricName: 'OpenShardCount',
            Dimensions: [
              { Name: 'service', Value: 'kinesis-autoscaler' },
              { Name: 'StreamName', Value: stream },
            ],
          },
          Period: 60,
          Stat: 'Maximum',
        },
      },
    ],
  });
  return [...new Set(MetricDataResults[0]?.Values ?? [])];
}

/** What the user's account has before: a function that reads the stream. It never runs here. */
function addReader(name: string): void {
  aws.lambda.functions.set({
    ...functionWithoutCode(aws.account, name, clock.nowMs()),
  });
}
