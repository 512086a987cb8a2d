import { SQSClient } from '@aws-sdk/client-sqs';
import { status } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { entitySignal } from '../../../consumer/external-scaler/entity-signals.ts';
import type { Entity } from '../../../consumer/external-scaler/metadata.ts';
import { startExternalScaler } from '../../../consumer/external-scaler/server.ts';
import { startTracker } from '../../../consumer/external-scaler/tracker.ts';
import { createBurrow } from '../../../consumer/signals/burrow.ts';
import { startAwsWire } from '../support/aws-wire.ts';
import { startBurrow } from '../support/burrow-server.ts';
import { eventually } from '../support/eventually.ts';
import { connectKeda } from '../support/keda-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const signal = new AbortController().signal;

describe('entities over their backends', () => {
  it('the external scaler answers UNAVAILABLE, never 0, while Burrow is down', async () => {
    const offsets = [{ offset: 1, timestamp: 1, observedAt: 1, lag: 42 }];
    const partition = { owner: '', client_id: '', 'current-lag': 42, offsets };
    const burrow = await startBurrow({ payments: { topics: { t: [partition] } } });
    const clock = new VirtualClock();
    const stopping = new AbortController();
    const backends = { burrow: createBurrow({ url: burrow.url }), nowMs: clock.nowMs };
    const tracker = startTracker({
      signalOf: (entity) => entitySignal(entity, backends),
      abortSignal: stopping.signal,
      clock,
    });
    const scaler = await startExternalScaler({ address: '127.0.0.1:0', tracker });
    const keda = connectKeda(scaler.address);
    onTestFinished(async () => {
      keda.close();
      stopping.abort();
      await scaler.close();
    });
    const payments = { entityType: 'kafka', consumerGroup: 'payments', targetSize: '10' };
    const unknown = { entityType: 'kafka', consumerGroup: 'nobody', targetSize: '10' };
    const plugin = { entityType: 'plugin', pluginName: 'Unbox', targetSize: '10' };
    const codeOf = (metadata: Record<string, string>) =>
      keda.getMetrics(metadata, 'backlog').then(
        ({ metricValues }) => metricValues[0]?.metricValue,
        (error) => error.code,
      );

    for (const metadata of [payments, unknown, plugin]) await keda.getMetricSpec(metadata);
    await eventually(() => codeOf(payments)).toBe(42);
    await eventually(() => codeOf(plugin)).toBe(0);
    expect(await codeOf(unknown)).toBe(status.UNAVAILABLE);

    burrow.close();
    await clock.advance(30_000);
    await eventually(() => codeOf(payments)).toBe(status.UNAVAILABLE);
    await eventually(() => codeOf(plugin)).toBe(status.UNAVAILABLE);
  });

  it('the sqs entity reads the depth of a queue', async () => {
    const { settings } = await startAwsWire({
      GetQueueAttributes: () => ({
        Attributes: { ApproximateNumberOfMessages: '1', ApproximateNumberOfMessagesNotVisible: '2' },
      }),
    });
    const queue: Entity = { type: 'sqs', queueUrl: `${settings.endpoint}/1/q` };
    expect(await entitySignal(queue, { sqs: new SQSClient(settings), nowMs: () => 0 })(signal)).toMatchObject({
      value: 3,
    });
  });

  it.each<Entity>([
    { type: 'stream', streamName: 's' },
    { type: 'sqs', queueUrl: 'q' },
    { type: 'kafka', consumerGroup: 'g' },
    { type: 'plugin', pluginName: 'p', includeHistoric: false },
    { type: 'jetstream', streamName: 's', consumerName: 'c' },
  ])('the $type entity names the backend that is not configured', async (entity) => {
    await expect(entitySignal(entity, { nowMs: () => 0 })(signal)).rejects.toThrow(/add backends\.(aws|burrow|nats)/);
  });
});
