import { CloudWatchClient, StandardUnit } from '@aws-sdk/client-cloudwatch';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { type KnownSample, knownSample, sampleUnits, unknownSample } from '../../../consumer/decision/sample.ts';
import { createCloudWatchEmitter } from '../../../consumer/emitters/cloudwatch.ts';
import { createEveryEmitter } from '../../../consumer/emitters/every.ts';
import { createPrometheusEmitter } from '../../../consumer/emitters/prometheus.ts';
import { AwsFault, type AwsWire, startAwsWire } from '../support/aws-wire.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const nowMs = Date.UTC(2026, 0, 1);
const signal = new AbortController().signal;

describe('CloudWatch emitter', () => {
  it('the CloudWatch emitter sends one datum with sorted dimensions, and those of the sample win', async () => {
    const aws = await startAwsWire({ PutMetricData: () => ({}) });
    const emitter = emitterOn(aws, { Team: 'a', Environment: 'test' });
    await emitter.emit(
      { name: 'lag', sample: knownSample(12.5, nowMs, { dimensions: { Team: 'b', App: 'billing' } }) },
      signal,
    );

    expect(aws.calls).toEqual([
      {
        operation: 'PutMetricData',
        input: {
          Namespace: 'Orders',
          MetricData: [
            {
              MetricName: 'lag',
              Value: 12.5,
              Unit: 'None',
              Timestamp: nowMs / 1000,
              Dimensions: [
                { Name: 'App', Value: 'billing' },
                { Name: 'Environment', Value: 'test' },
                { Name: 'Team', Value: 'b' },
              ],
            },
          ],
        },
      },
    ]);
  });

  it('the CloudWatch emitter gives its own unit to samples without one, and every unit of CloudWatch is taken', async () => {
    const aws = await startAwsWire({ PutMetricData: () => ({}) });
    const client = new CloudWatchClient(aws.settings);
    const emitter = createCloudWatchEmitter({ client, namespace: 'Orders', unit: 'Gigabytes/Second' });
    await emitter.emit({ name: 'rate', sample: knownSample(1, nowMs) }, signal);
    await emitter.emit({ name: 'lag', sample: knownSample(1, nowMs, { unit: 'Milliseconds' }) }, signal);
    expect(aws.calls.map(({ input }) => (input.MetricData as { Unit: string }[])[0]?.Unit)).toEqual([
      'Gigabytes/Second',
      'Milliseconds',
    ]);
    expect(sampleUnits.toSorted()).toEqual(Object.values(StandardUnit).toSorted());
    expect(() => createCloudWatchEmitter({ client, namespace: 'Orders', unit: 'Parsecs' as never })).toThrow(
      'unit "Parsecs" is not one of CloudWatch\'s',
    );
  });

  it('the CloudWatch emitter never sends an unknown sample, NaN or infinity', async () => {
    const aws = await startAwsWire({ PutMetricData: () => ({}) });
    const emitter = emitterOn(aws);
    await emitter.emit({ name: 'lag', sample: unknownSample('no datapoint', nowMs) }, signal);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const sample: KnownSample = { ...knownSample(0, nowMs), value };
      await expect(emitter.emit({ name: 'lag', sample }, signal)).rejects.toThrow(RangeError);
    }
    expect(aws.calls).toEqual([]);
  });

  it("the CloudWatch emitter rejects when CloudWatch refuses, and does not close its owner's client", async () => {
    const aws = await startAwsWire({
      PutMetricData: () => {
        throw new AwsFault('InvalidParameterValueException');
      },
    });
    const emitter = emitterOn(aws);
    await emitter.close();
    await expect(emitter.emit({ name: 'lag', sample: knownSample(1, nowMs) }, signal)).rejects.toThrow(
      'InvalidParameterValueException',
    );
  });

  it('the CloudWatch emitter refuses a missing client and a namespace of AWS, both at once', () => {
    expect(() => createCloudWatchEmitter({ client: undefined as never, namespace: '' })).toThrow(
      /client is missing; namespace must have/,
    );
    expect(() => createCloudWatchEmitter({ client: new CloudWatchClient({}), namespace: 'AWS/Kinesis' })).toThrow(
      '"AWS/Kinesis" is reserved',
    );
  });
});

describe('Prometheus emitter', () => {
  it('the Prometheus emitter shows a signal as a gauge with its dimensions as labels', async () => {
    const registry = new Registry();
    const emitter = createPrometheusEmitter({ registry, clock: new VirtualClock(nowMs) });
    await emitter.emit(
      { name: 'orders lag', sample: knownSample(3, nowMs, { dimensions: { StreamName: 'orders' } }) },
      signal,
    );
    expect(await registry.metrics()).toContain('kinesis_autoscaler_signal_orders_lag{stream_name="orders"} 3');
    await emitter.close();
    expect(await registry.metrics()).toBe('\n');
  });

  it('the Prometheus emitter removes a series without fresh samples, because absent means unknown', async () => {
    const registry = new Registry();
    const clock = new VirtualClock(nowMs);
    const emitter = createPrometheusEmitter({ registry, clock, expiresAfterMs: 60_000 });
    await emitter.emit({ name: 'lag', sample: knownSample(3, nowMs) }, signal);
    await clock.advance(60_000);
    await emitter.emit({ name: 'lag', sample: unknownSample('down', clock.nowMs()) }, signal);
    expect(await registry.metrics()).toContain('kinesis_autoscaler_signal_lag 3');
    await clock.advance(1);
    expect(await registry.metrics()).not.toContain('kinesis_autoscaler_signal_lag 3');
  });

  it("the Prometheus emitter refuses a sample whose dimensions differ from the signal's earlier ones", async () => {
    const emitter = createPrometheusEmitter({ registry: new Registry(), clock: new VirtualClock(nowMs) });
    await emitter.emit({ name: 'lag', sample: knownSample(1, nowMs, { dimensions: { StreamName: 'a' } }) }, signal);
    await expect(emitter.emit({ name: 'lag', sample: knownSample(1, nowMs) }, signal)).rejects.toThrow(
      'dimensions changed from stream_name to none',
    );
  });
});

describe('every emitter', () => {
  it('a failing emitter does not keep a sample from the other emitters, and its failure is reported', async () => {
    const seen: string[] = [];
    const works = { emit: async () => void seen.push('emitted'), close: async () => void seen.push('closed') };
    const fails = { emit: () => Promise.reject(new Error('down')), close: async () => {} };
    const emitter = createEveryEmitter([fails, works, fails]);
    await expect(emitter.emit({ name: 'lag', sample: knownSample(1, nowMs) }, signal)).rejects.toThrow('down; down');
    await emitter.close();
    expect(seen).toEqual(['emitted', 'closed']);
  });
});

function emitterOn(aws: AwsWire, dimensions = {}) {
  return createCloudWatchEmitter({
    client: new CloudWatchClient({ ...aws.settings, maxAttempts: 1 }),
    namespace: 'Orders',
    dimensions,
  });
}
