import { describe, expect, it } from 'vitest';
import { pacePorts, scalerPace } from '../../lambda/pacing.ts';
import { sampleDefinition, sampleSettings } from '../core/samples.ts';
import { MemoryAccount } from './memory-account.ts';

function setUp() {
  const aws = new MemoryAccount();
  aws.addStream('orders', 4, sampleSettings());
  return { aws, ports: pacePorts(aws.ports, aws.clock) };
}

describe('paced calls', () => {
  it.each<[string, number, (ports: ReturnType<typeof setUp>['ports'], aws: MemoryAccount) => Promise<unknown>]>([
    ['DescribeStreamSummary', 100, (ports) => ports.streams.describe('orders')],
    ['ListTagsForStream', 400, (ports) => ports.streams.listTags('orders')],
    ['AddTagsToStream', 400, (ports) => ports.streams.addTags('orders', {})],
    ['DescribeAlarms', 1000 / 4.5, (ports) => ports.alarms.describe(['orders-scale-up'])],
    [
      'PutMetricAlarm',
      1000 / 1.5,
      (ports, aws) =>
        ports.alarms.put('orders-scale-up', sampleDefinition('up'), aws.alarm('orders-scale-up').userParts),
    ],
    [
      'GetMetricData of two weeks, by its datapoints',
      1440,
      (ports, aws) => ports.metrics.minuteSums('orders', aws.nowMs - 15 * 86_400_000, aws.nowMs),
    ],
    [
      'GetMetricData of the last hours, not at all',
      0,
      (ports, aws) => ports.metrics.minuteSums('orders', aws.nowMs - 10_200_000, aws.nowMs),
    ],
    ['SetAlarmState', 1000 / 1.5, (ports) => ports.alarms.rearm('orders-scale-up', 'test')],
  ])('%s: half of the account’s rate, one in %d ms', async (_operation, intervalMs, send) => {
    const { aws, ports } = setUp();
    const startMs = aws.nowMs;
    for (let count = 0; count < 5; count += 1) expect(await send(ports, aws)).toMatchObject({ ok: true });
    expect(aws.nowMs - startMs).toBeCloseTo(4 * intervalMs, 3);
  });

  it('wait for one another when they come at once', async () => {
    const { aws, ports } = setUp();
    await Promise.all([1, 2, 3].map(() => ports.streams.describe('orders')));
    expect(aws.sleeps).toEqual([100, 100]);
  });

  it('do not wait when they come more slowly than the rate', async () => {
    const { aws, ports } = setUp();
    for (let count = 0; count < 3; count += 1) {
      await ports.streams.describe('orders');
      aws.nowMs += 100;
    }
    expect(aws.sleeps).toEqual([]);
  });

  it('share one rate where AWS counts them together: making and rewriting alarms', async () => {
    const { aws, ports } = setUp();
    const { userParts } = aws.alarm('orders-scale-up');
    await ports.alarms.put('orders-scale-up', sampleDefinition('up'), userParts);
    await ports.alarms.create('orders-scale-up', sampleDefinition('up'), userParts, {});
    expect(aws.sleeps).toHaveLength(1);
  });

  it('leave the calls alone that have no entry', () => {
    const { aws, ports } = setUp();
    expect(ports.fleet).toBe(aws.ports.fleet);
    expect(ports.streams.updateShardCount).toBe(aws.ports.streams.updateShardCount);
  });

  it('of the scaler wait only after a second’s worth of calls, and then use nearly the whole rate', async () => {
    const aws = new MemoryAccount();
    aws.addStream('orders', 4, sampleSettings());
    const { alarms } = pacePorts(aws.ports, aws.clock, scalerPace);
    const startMs = aws.nowMs;
    const put = () => alarms.put('orders-scale-up', sampleDefinition('up'), aws.alarm('orders-scale-up').userParts);
    for (let count = 0; count < 3; count += 1) await put();
    expect(aws.nowMs).toBe(startMs);
    for (let count = 0; count < 6; count += 1) await put();
    expect(aws.nowMs - startMs).toBeCloseTo((6 * 1000) / (3 * 0.95), 3);
  });
});
