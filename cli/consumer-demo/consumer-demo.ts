/**
 * The consumer side at work, on this machine and in half a minute: a stream, a consumer that falls behind, its lag in
 * CloudWatch, the external scaler that reads it, KEDA's arithmetic, and workers that follow. A second here is a minute
 * on the clock of the local AWS.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { adviseJointly, type JointAdvice } from '../../consumer/decision/joint-decision.ts';
import { isKnown, knownSample } from '../../consumer/decision/sample.ts';
import { entitySignal } from '../../consumer/external-scaler/entity-signals.ts';
import { startExternalScaler } from '../../consumer/external-scaler/server.ts';
import { startTracker } from '../../consumer/external-scaler/tracker.ts';
import { openShards } from '../../consumer/signals/open-shards.ts';
import { minuteMs } from '../../core/time.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { RealClock } from '../../simulator/models/clock.ts';
import { connectKeda, type Keda } from './keda.ts';
import { ReplicaCount } from './replica-count.ts';
import { StreamLoad } from './stream-load.ts';
import { StreamWorkers } from './stream-workers.ts';

export interface ConsumerDemoOptions {
  /** For how long the burst lasts, minutes of the demo; one takes a second. */
  readonly burstMinutes: number;
  readonly write: (line: string) => void;
}

/** What came of it. Nothing is lost when `read` equals `written`. */
export interface ConsumerDemoResult {
  readonly written: number;
  readonly read: number;
  readonly peakLagMs: number;
  /** The worker counts in order, repetitions left out. */
  readonly workers: readonly number[];
}

const demoStream = 'orders';
const demoApplication = 'billing';
const shardCount = 4;
const burstPerMinute = 200;
const quietPerMinute = 20;
const perWorkerPerMinute = 60;
const targetLagMs = minuteMs;
/** A second on this machine is a minute. */
const speed = 60;
const ticksPerMinute = 4;
const stabilizationMinutes = 3;
/** The demo ends by itself, whatever happens. */
const longestMinutes = 90;

export async function runConsumerDemo(options: ConsumerDemoOptions): Promise<ConsumerDemoResult> {
  options.write(`Starting a local AWS, a stream of ${shardCount} shards, one worker and the external scaler ...`);
  const aws = await startLocalAws({ clock: new RealClock({ speed }) });
  const stopping = new AbortController();
  const scene = await openScene(aws, stopping.signal);
  try {
    return await play(scene, options);
  } finally {
    stopping.abort();
    await scene.close();
    await aws.stop();
  }
}

interface Scene {
  readonly load: StreamLoad;
  readonly workers: StreamWorkers;
  readonly keda: Keda;
  readonly countShards: () => Promise<number | undefined>;
  readonly nowMs: () => number;
  readonly close: () => Promise<void>;
}

async function openScene(aws: LocalAws, abortSignal: AbortSignal): Promise<Scene> {
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

async function play(scene: Scene, { burstMinutes, write }: ConsumerDemoOptions): Promise<ConsumerDemoResult> {
  const { load, workers, keda } = scene;
  const replicas = new ReplicaCount({ min: 1, max: shardCount }, stabilizationMinutes);
  const counts = [workers.workers];
  let peakLagMs = 0;
  let previousLagMs = 0;
  write('minute  in/min  behind                                    scaler answers          workers  joint advice');
  for (let minute = 1; minute <= longestMinutes; minute += 1) {
    const rate = minute <= burstMinutes ? burstPerMinute : quietPerMinute;
    await playMinute(scene, rate);
    peakLagMs = Math.max(peakLagMs, workers.lagMs);
    const answer = await keda.ask();
    const before = workers.workers;
    const advice = await advise(scene, previousLagMs);
    previousLagMs = workers.lagMs;
    if (answer !== undefined) workers.workers = replicas.next(before, answer.value, answer.target);
    if (workers.workers !== before) counts.push(workers.workers);
    write(describeMinute(minute, rate, workers.lagMs, answer, before, workers.workers, advice));
    if (minute > burstMinutes && workers.workers === 1 && workers.lagMs === 0) break;
  }
  await drain(scene);
  write(
    `${load.written} records written, ${workers.processed} read. At most ${minutesOf(peakLagMs)} behind. Workers: ${counts.join(' -> ')}.`,
  );
  return { written: load.written, read: workers.processed, peakLagMs, workers: counts };
}

async function playMinute({ load, workers }: Scene, rate: number): Promise<void> {
  for (let tick = 0; tick < ticksPerMinute; tick += 1) {
    const startedAtMs = performance.now();
    await load.write(rate, 1 / ticksPerMinute);
    await workers.work(1 / ticksPerMinute);
    await sleep(Math.max(0, minuteMs / speed / ticksPerMinute - (performance.now() - startedAtMs)));
  }
}

/** Reads what the last minute has left. */
async function drain({ load, workers }: Scene): Promise<void> {
  for (let round = 0; round < 10 && workers.processed < load.written; round += 1) await workers.work(1);
}

async function advise({ workers, countShards, nowMs }: Scene, previousLagMs: number): Promise<JointAdvice> {
  return adviseJointly({
    lag: knownSample(workers.lagMs, nowMs(), { unit: 'Milliseconds' }),
    previousLagMs,
    shardLagMs: workers.shardLagMs,
    stalledShards: [],
    openShardCount: await countShards(),
    workers: workers.workers,
    parallelizationFactor: 1,
  });
}

type Answer = { readonly value: number; readonly target: number } | undefined;

function describeMinute(
  minute: number,
  rate: number,
  lagMs: number,
  answer: Answer,
  before: number,
  after: number,
  advice: JointAdvice,
): string {
  const bar = '#'.repeat(Math.min(24, Math.ceil(lagMs / 15_000)));
  const told = answer === undefined ? 'unavailable: hold' : `${minutesOf(answer.value)} of ${minutesOf(answer.target)}`;
  const change = before === after ? String(after) : `${before} -> ${after}`;
  const columns = [
    String(minute).padStart(6),
    String(rate).padStart(6),
    `${minutesOf(lagMs).padEnd(9)} ${bar.padEnd(24)}`,
  ];
  return `${columns.join('  ')}    ${told.padEnd(20)}  ${change.padEnd(7)}  ${advice.advice}${advice.scaleDownHurts ? ', no scale-down' : ''}`;
}

function minutesOf(ms: number): string {
  return `${(ms / minuteMs).toFixed(1)} min`;
}
