/**
 * Shows the consumer side on this machine in half a minute: a consumer falls behind, publishes its lag to CloudWatch,
 * the external scaler reads it, and the workers follow KEDA's arithmetic. A second here is a minute on the local AWS's
 * clock.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { adviseJointly, type JointAdvice } from '../../consumer/decision/joint-decision.ts';
import { knownSample } from '../../consumer/decision/sample.ts';
import { minuteMs } from '../../core/time.ts';
import { startLocalAws } from '../../local/local-aws.ts';
import { RealClock } from '../../simulator/models/clock.ts';
import { describeMinute, minuteHeader, minutesOf } from './minute-line.ts';
import { ReplicaCount } from './replica-count.ts';
import { openScene, type Scene, shardCount } from './scene.ts';

export interface ConsumerDemoOptions {
  /** Length of the burst in minutes of the demo; each takes a second. */
  readonly burstMinutes: number;
  readonly write: (line: string) => void;
}

/** No record is lost when `read` equals `written`. */
export interface ConsumerDemoResult {
  readonly written: number;
  readonly read: number;
  readonly peakLagMs: number;
  /** The worker counts in order, without repetitions. */
  readonly workers: readonly number[];
}

const burstPerMinute = 200;
const quietPerMinute = 20;
/** A second on this machine is a minute of the demo. */
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

async function play(scene: Scene, { burstMinutes, write }: ConsumerDemoOptions): Promise<ConsumerDemoResult> {
  const { load, workers, keda } = scene;
  const replicas = new ReplicaCount({ min: 1, max: shardCount }, stabilizationMinutes);
  const counts = [workers.workers];
  let peakLagMs = 0;
  let previousLagMs = 0;
  write(minuteHeader);
  for (let minute = 1; minute <= longestMinutes; minute += 1) {
    const rate = minute <= burstMinutes ? burstPerMinute : quietPerMinute;
    await playMinute(scene, rate);
    peakLagMs = Math.max(peakLagMs, workers.lagMs);
    const answer = await keda.readMetric();
    const before = workers.workers;
    const advice = await advise(scene, previousLagMs);
    previousLagMs = workers.lagMs;
    if (answer !== undefined) workers.workers = replicas.next(before, answer.value, answer.target);
    if (workers.workers !== before) counts.push(workers.workers);
    const counted = { workersBefore: before, workersAfter: workers.workers };
    write(describeMinute({ minute, recordsPerMinute: rate, lagMs: workers.lagMs, answer, ...counted, advice }));
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

/** Reads the records that the last minute left unread. */
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
