/**
 * Wall time of a scaling by the deployed bundle, with 50 ms injected into every AWS call, as a ratio to the eleven sequential
 * calls of the reference autoscaler. Warm function, real clock. Prints one JSON line.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { synthesize } from '../infra/synthesis.ts';
import { deploy } from '../local/deploy/deploy.ts';
import { functionArn, functionWithoutCode } from '../local/lambda/function-definition.ts';
import { type LocalAws, startLocalAws } from '../local/local-aws.ts';
import { RealClock } from '../simulator/models/clock.ts';
import { medianOf } from './median.ts';

const latencyMs = 50;
/** For a stream with a consumer: read, tag, update, alarms, concurrency. */
const referenceCallsInARow = 11;
const scalings = 7;
const goal = 0.6;
const lambdasPerShard = 2;

const outdir = await mkdtemp(join(tmpdir(), 'kinesis-autoscaler-bench-'));
const aws = await startLocalAws({ clock: new RealClock(), streams: 'no-records' });
try {
  const streamNames = Array.from({ length: scalings + 1 }, (_, index) => `orders-${index}`);
  for (const name of streamNames) addProcessor(aws, `${name}-processor`);
  const assembly = await synthesize({ deployment: deploymentOf(streamNames), outdir });
  const { outputs } = await deploy(aws, assembly);
  const scaler = outputs.ScalerFunctionName ?? '';
  await settled(aws);
  const timesMs: number[] = [];
  for (const [index, name] of streamNames.entries()) {
    const message = notificationOf(aws, name);
    // The pause keeps CloudWatch's rate of three PutMetricAlarm a second out of the measurement.
    await sleep(2_000);
    aws.calls.latencyMs = latencyMs;
    const startedMs = performance.now();
    const { kind } = await aws.lambda.invoke(scaler, JSON.stringify({ Records: [{ Sns: { Message: message } }] }));
    const tookMs = performance.now() - startedMs;
    aws.calls.latencyMs = 0;
    if (kind !== 'success' || aws.kinesis.stream(name).callsWithin24h(Date.now()) !== 1)
      throw new Error(`${name}: ${kind}`);
    // The first run starts the process and opens its connections.
    if (index > 0) timesMs.push(tookMs);
  }
  const medianMs = medianOf(timesMs);
  const ratio = medianMs / (referenceCallsInARow * latencyMs);
  console.log(
    JSON.stringify({
      bench: 'scaling',
      latencyMs,
      scalings,
      medianMs: Math.round(medianMs),
      fastestMs: Math.round(Math.min(...timesMs)),
      slowestMs: Math.round(Math.max(...timesMs)),
      ratioToElevenCalls: Number(ratio.toFixed(3)),
      goal,
      ok: ratio <= goal,
    }),
  );
} finally {
  await aws.stop();
  await rm(outdir, { recursive: true, force: true });
}

function deploymentOf(streamNames: readonly string[]): object {
  const streams = streamNames.map((name) => ({
    name,
    create: true,
    shardCount: 4,
    maxShards: 64,
    consumers: [{ functionArn: functionArn(aws.account, `${name}-processor`), lambdasPerShard }],
  }));
  return { dryRun: false, streams };
}

/** The notification of the alarm, kept from the function because the bench times its own invocation. */
function notificationOf({ cloudwatch, topics }: LocalAws, streamName: string): string {
  topics.behaviour = { delaysMs: [] };
  cloudwatch.setAlarmState({ AlarmName: `${streamName}-scale-up`, StateValue: 'ALARM', StateReason: 'bench' });
  topics.behaviour = { delaysMs: [0] };
  return topics.published.at(-1)?.message ?? '';
}

/** Waits until the reconcile after the deployment has run. */
async function settled({ lambda }: LocalAws): Promise<void> {
  while (lambda.queue.size > 0) await sleep(50);
}

function addProcessor({ account, lambda, clock }: LocalAws, name: string): void {
  lambda.functions.set({
    ...functionWithoutCode(account, name, clock.nowMs()),
    reservedConcurrency: 4 * lambdasPerShard,
  });
}
