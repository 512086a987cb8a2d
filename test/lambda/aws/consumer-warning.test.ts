import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownNamespace, scaleDownHurtsMetric } from '../../../core/own-metrics.ts';
import { cloudWatchMetrics } from '../../../lambda/aws/metrics.ts';
import { type LocalAws, startLocalAws } from '../../../local/local-aws.ts';
import { VirtualClock } from '../../../simulator/models/clock.ts';

const startMs = Date.UTC(2026, 2, 2, 9);
const minuteMs = 60_000;
let aws: LocalAws;
let client: CloudWatchClient;

beforeAll(async () => {
  aws = await startLocalAws({ clock: new VirtualClock({ startMs }), streams: 'no-records' });
  client = new CloudWatchClient({
    endpoint: aws.endpoint,
    region: aws.account.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
  });
});

afterAll(async () => {
  client.destroy();
  await aws.stop();
});

it('the warning that the consumer side publishes is read with the iterator age, for that stream alone', async () => {
  await client.send(
    new PutMetricDataCommand({
      Namespace: ownNamespace,
      MetricData: [
        {
          MetricName: scaleDownHurtsMetric,
          Dimensions: [{ Name: 'StreamName', Value: 'orders' }],
          Timestamp: new Date(startMs),
          Value: 1,
        },
      ],
    }),
  );
  const { iteratorAge } = cloudWatchMetrics(client);
  const warned = await iteratorAge('orders', startMs + 10 * minuteMs);
  expect(warned).toMatchObject({ ok: true, value: { seen: false, warnedAtMs: expect.any(Number) } });
  expect(await iteratorAge('clicks', startMs + 10 * minuteMs)).toEqual({
    ok: true,
    value: { seen: false, traffic: { newestAtMs: undefined } },
  });
});
