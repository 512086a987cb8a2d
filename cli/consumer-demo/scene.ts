/** The demo's set: a stream, its workers, the external scaler that reads their lag, and KEDA's client of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { isKnown } from '../../consumer/decision/sample.ts';
import { entitySignal } from '../../consumer/external-scaler/entity-signals.ts';
import { startExternalScaler } from '../../consumer/external-scaler/server.ts';
import { startTracker } from '../../consumer/external-scaler/tracker.ts';
import { openShards } from '../../consumer/signals/open-shards.ts';
import { minuteMs } from '../../core/time.ts';
import type { LocalAws } from '../../local/local-aws.ts';
import { connectKeda, type Keda } from './keda.ts';
import { StreamLoad } from './stream-load.ts';
import { StreamWorkers } from './stream-workers.ts';

export const shardCount = 4;
const demoStream = 'orders';
const demoApplication = 'billing';
const perWorkerPerMinute = 60;
const targetLagMs = minuteMs;

export interface Scene {
  readonly load: StreamLoad;
  readonly workers: StreamWorkers;
  readonly keda: Keda;
  readonly countShards: () => Promise<number | undefined>;
  readonly nowMs: () => number;
  readonly close: () => Promise<void>;
}

export async function openScene(aws: LocalAws, abortSignal: AbortSignal): Promise<Scene> {
  const nowMs = (): number => aws.clock.nowMs();
  const settings = {
    endpoint: aws.endpoint,
    region: aws.account.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const kinesis = new KinesisClient({ ...settings, requestHandler: new NodeHttpHandler() });
  const cloudwatch = new CloudWatchClient(settings);
  await kinesis.send(new CreateStreamCommand({ StreamName: demoStream, ShardCount: shardCount }));
  const openShardCount = openShards(demoStream, { client: kinesis, nowMs });
  const countShards = async (): Promise<number | undefined> => {
    const sample = await openShardCount(abortSignal);
    return isKnown(sample) ? sample.value : undefined;
  };
  while ((await countShards()) !== shardCount) await sleep(100);

  const workers = new StreamWorkers({
    kinesis,
    cloudwatch,
    streamName: demoStream,
    applicationName: demoApplication,
    recordsPerMinutePerWorker: perWorkerPerMinute,
    nowMs,
  });
  await workers.open();
  const tracker = startTracker({
    signalOf: (entity) => entitySignal(entity, { cloudwatch, nowMs }),
    pollEveryMs: 500,
    abortSignal,
  });
  const scaler = await startExternalScaler({ address: '127.0.0.1:0', tracker });
  const metadata = {
    entityType: 'stream',
    streamName: demoStream,
    applicationName: demoApplication,
    targetSize: String(targetLagMs),
  };
  const keda = connectKeda(scaler.address, metadata);
  return {
    load: new StreamLoad(kinesis, demoStream, nowMs),
    workers,
    keda,
    countShards,
    nowMs,
    close: async () => {
      keda.close();
      await scaler.close();
      await tracker.ended;
      kinesis.destroy();
      cloudwatch.destroy();
    },
  };
}
