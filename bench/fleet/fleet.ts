/**
 * A fleet on local AWS: the synthesized stack, its deployed bundle, AWS's call rates enforced, and traffic that is the same
 * for every stream. Streams hold no records, because the bench counts calls.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kinesisNamespace, streamDimension } from '../../core/alarm/alarm-definition.ts';
import { enabledTag } from '../../core/stream/tag-settings.ts';
import { synthesize } from '../../infra/synthesis.ts';
import { deploy } from '../../local/deploy/deploy.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { everyMinute } from '../../local/service-links.ts';
import type { RealClock, VirtualClock } from '../../simulator/models/clock.ts';

export interface FleetOptions {
  readonly clock: VirtualClock | RealClock;
  readonly size: number;
  /**
   * Whether the stack names the streams or they opt in by their tag. CloudFormation allows 500 resources a stack, so more than
   * 200 streams need tags.
   */
  readonly named: 'by the stack' | 'by their tags';
}

export interface Fleet {
  readonly aws: LocalAws;
  readonly streamNames: readonly string[];
  readonly reconciler: string;
  readonly deadLetterQueueUrl: string;
  stop(): Promise<void>;
}

export const initialShardCount = 4;
const recordsPerShardMinute = 60_000;
const bytesPerRecord = 100;
const minuteMs = 60_000;
/** The scale-down alarm's 60 periods of five minutes, and one. */
const lookBackMinutes = 305;
/** Time on the clock that every call takes. */
const latencyMs = 20;
/** At the minimum the scale-down alarm rests, so that nothing but the load moves a stream. */
const settings = { minShards: initialShardCount, maxShards: 64 };

export async function startFleet({ clock, size, named }: FleetOptions): Promise<Fleet> {
  const streamNames = Array.from({ length: size }, (_, index) => `fleet-${String(index).padStart(4, '0')}`);
  const outdir = await mkdtemp(join(tmpdir(), 'kinesis-autoscaler-bench-'));
  const aws = await startLocalAws({ clock, streams: 'no-records', throttle: true, latencyMs });
  const stop = async () => {
    await aws.stop();
    await rm(outdir, { recursive: true, force: true });
  };
  try {
    const byTag = named === 'by their tags';
    const streams = streamNames.map((name) => ({ name, shardCount: initialShardCount }));
    const deployment = { dryRun: false, defaults: settings, ...(byTag ? { discovery: true } : { streams }) };
    const assembly = await synthesize({ deployment, outdir });
    const tags = byTag ? { [enabledTag]: 'true' } : {};
    for (const name of streamNames) await aws.kinesis.create(name, 'PROVISIONED', initialShardCount, tags);
    const { outputs } = await deploy(aws, assembly);
    const output = (name: string) => outputs[name] ?? '';
    return {
      aws,
      streamNames,
      reconciler: output('ReconcilerFunctionName'),
      deadLetterQueueUrl: output('DeadLetterQueueUrl'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

export interface Traffic {
  /** Share of four shards' capacity that every stream is offered from the next minute on. */
  utilization: number;
  stop(): void;
}

/** Traffic that began before the window of any alarm, and goes on. */
export function beginTraffic({ aws, streamNames }: Fleet, utilization: number): Traffic {
  const nowMinute = () => Math.floor(aws.clock.nowMs() / minuteMs);
  const play = (minute: number) => {
    for (const name of streamNames) putMinute(aws, name, minute, traffic.utilization);
  };
  // The current minute, so that its datapoint exists when CloudWatch evaluates at its end.
  const stop = everyMinute(aws.clock, () => play(nowMinute()));
  const traffic = { utilization, stop };
  for (let minute = nowMinute() - lookBackMinutes; minute <= nowMinute(); minute += 1) play(minute);
  return traffic;
}

function putMinute({ cloudwatch, clock }: LocalAws, streamName: string, minute: number, utilization: number): void {
  const records = utilization * initialShardCount * recordsPerShardMinute;
  const dimensions = [{ name: streamDimension, value: streamName }];
  const put = (metricName: string, value: number) => {
    const series = cloudwatch.metrics.series({ namespace: kinesisNamespace, metricName, dimensions });
    cloudwatch.metrics.putValue(series, minute, value, clock.nowMs());
  };
  put('IncomingRecords', records);
  put('IncomingBytes', records * bytesPerRecord);
}
