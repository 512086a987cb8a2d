/**
 * The simulator promises what the deployed product would do. Here both are given the same load: the simulator as `simulate`
 * runs it, and the synthesized stack on local AWS, where alarms notify a topic or a schedule starts load checks, Lambda runs
 * the bundle, and the bundle reads and changes AWS over the wire. They must scale in the same minutes, from and to the same counts.
 *
 * No tolerance: models, durations and metric delay are the same, and on the discrete-event clock an invocation costs no time.
 */
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { loadPolicyNamed } from '../../core/load/load-policies.ts';
import { limitsOf } from '../../core/load/resharding-times.ts';
import { readStreamSettings } from '../../core/settings/read-stream-settings.ts';
import type { LoadPolicyName } from '../../core/settings/stream-settings.ts';
import { deploy } from '../../local/deploy/deploy.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { runAlarms } from '../../simulator/alarm-run.ts';
import { toLoad } from '../../simulator/load.ts';
import { scalerOf } from '../../simulator/load-policies.ts';
import { VirtualClock } from '../../simulator/models/clock.ts';
import { admitMinute } from '../../simulator/models/kinesis-capacity.ts';
import { runStream } from '../../simulator/stream-run.ts';
import { readTraceFile } from '../../simulator/trace-file.ts';
import { assemblyOf } from '../scenarios/support/assembly.ts';

type Settings = Readonly<Record<string, unknown>>;

interface Scaling {
  /** Counted from the first of the load; it was called for at its end. */
  readonly minute: number;
  readonly from: number;
  readonly to: number;
}

interface Run {
  readonly calls: readonly Scaling[];
  readonly refusals: number;
  /** A value a minute, in shards. */
  readonly capacity: Float64Array;
  readonly throttled: Float64Array;
  readonly billed: Float64Array;
}

interface DeployedRun extends Run {
  /** Splits and merges. */
  readonly steps: number;
}

const streamName = 'orders';
const minuteMs = 60_000;
const recordBytes = 1_000;
const recordsPerShardMinute = 60_000;
/** A midnight, so that the reconciler's turns fall on the minutes on which they fall in the simulator. */
const startMinute = Date.UTC(2026, 2, 2) / minuteMs;
/** More than the longest window of an alarm. */
const longestWindowMinutes = 400;

interface AlarmCase {
  readonly load: Float64Array;
  readonly settings: Settings;
  /** Of the deployment beyond the stream's settings; by default nothing. */
  readonly deployed?: { readonly reconcileMinutes: number };
}

/** A stream that waits for its alarms. */
export async function alarmsAgree({ load, settings: given, deployed: more }: AlarmCase): Promise<void> {
  const settings = readStreamSettings(given);
  if (!settings.ok) throw new Error(JSON.stringify(settings.faults));
  await agree(runAlarms(load, 'doubling', settings.value, more ?? {}), { load, settings: given, deployed: more ?? {} });
}

/** A stream whose load is checked every minute. */
export async function loadChecksAgree(
  policy: LoadPolicyName,
  load: Float64Array,
  resharding: 'calls' | 'stepwise' = 'calls',
): Promise<void> {
  const limits = limitsOf({ resharding });
  const scaler = scalerOf(loadPolicyNamed(policy, limits));
  const settings = { policy, maxShards: 64, resharding };
  await agree(runStream(load, scaler, { limits }), {
    load,
    settings,
    deployed: { reconcileMinutes: 30 },
    historyMinutes: 0,
  });
}

interface Deployed {
  readonly load: Float64Array;
  readonly settings: Settings;
  readonly deployed: object;
  /** A load-driven policy takes its history from CloudWatch; the simulator has none before the load begins. */
  readonly historyMinutes?: number;
}

async function agree(simulated: Run, { load, settings, deployed: more, historyMinutes }: Deployed): Promise<void> {
  const stream = { name: streamName, create: true, shardCount: simulated.capacity[0] ?? 0, ...settings };
  const deployment = { dryRun: false, ...more, streams: [stream] };
  const deployed = await runDeployed(load, deployment, stream.shardCount, historyMinutes);

  expect(deployed.calls).toEqual(simulated.calls);
  expect(deployed.refusals).toBe(simulated.refusals);
  expect(deployed.capacity).toEqual(simulated.capacity);
  expect(deployed.billed).toEqual(simulated.billed);
  const differences = deployed.throttled.map((rejected, minute) => rejected - (simulated.throttled[minute] ?? 0));
  // One counts shards and the other records.
  expect(Math.max(...differences.map(Math.abs))).toBeLessThan(1e-9);

  // Or they agreed on nothing.
  if (settings.resharding === 'stepwise') return expect(deployed.steps).toBeGreaterThan(10);
  const ups = deployed.calls.filter(({ from, to }) => to > from).length;
  expect(Math.min(ups, deployed.calls.length - ups)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...deployed.throttled)).toBeGreaterThan(0);
}

async function runDeployed(
  load: Float64Array,
  deployment: object,
  shardCount: number,
  historyMinutes = longestWindowMinutes,
): Promise<DeployedRun> {
  const clock = new VirtualClock({ startMs: startMinute * minuteMs });
  const assembly = assemblyOf(deployment);
  const aws = await startLocalAws({ clock, streams: 'no-records' });
  onTestFinished(() => aws.stop());
  const putTraffic = trafficWriter(aws);
  const before = Math.min(load[0] ?? 0, shardCount) * recordsPerShardMinute;
  for (let minute = startMinute - historyMinutes; minute < startMinute; minute += 1) putTraffic(minute, before, 0);
  await deploy(aws, assembly);

  const stream = aws.kinesis.account.stream(streamName);
  const calls: Scaling[] = [];
  const capacity = new Float64Array(load.length);
  const throttled = new Float64Array(load.length);
  const billed = new Float64Array(load.length);
  let known = { activeAtMs: stream.activeAtMs, openShardCount: shardCount, made: 0 };
  let late = { accepted: before, rejected: 0 };
  for (const [index, shards] of load.entries()) {
    const minute = startMinute + index;
    const atMs = minute * minuteMs;
    await clock.runUntil(atMs);
    const now = { activeAtMs: stream.activeAtMs, openShardCount: stream.openShardCountAt(stream.activeAtMs) };
    const made = stream.callsWithin24h(atMs);
    if (now.activeAtMs !== known.activeAtMs && made > known.made) {
      calls.push({ minute: index - 1, from: known.openShardCount, to: now.openShardCount });
    }
    known = { ...now, made };
    const records = shards * recordsPerShardMinute;
    capacity[index] = stream.capacityShardCountAt(atMs);
    billed[index] = stream.billedShardCountAt(atMs);
    const { accepted, rejected } = admitMinute({ records, bytes: records * recordBytes }, capacity[index] ?? 0, 'lost');
    throttled[index] = rejected.records / recordsPerShardMinute;
    // Metrics are a minute late: what CloudWatch gets at the end of this minute is the traffic of the one before.
    putTraffic(minute, late.accepted, late.rejected);
    late = { accepted: accepted.records, rejected: rejected.records };
  }
  const steps = aws.calls.log.records.filter(({ operation }) => /^(Split|Merge)/.test(operation));
  const asked = aws.calls.log.records.filter(({ operation }) => operation === 'UpdateShardCount');
  const accepted = asked.filter(({ outcome }) => outcome === 'ok').length;
  expect(accepted, 'every change of the stream was a call over the wire').toBe(calls.length);
  expect(steps.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  return { calls, refusals: asked.length - accepted, capacity, throttled, billed, steps: steps.length };
}

/** Successful and rejected puts, as Kinesis reports them to CloudWatch. */
function trafficWriter({ cloudwatch: { metrics }, clock }: LocalAws) {
  const series = (metricName: string) =>
    metrics.series({ namespace: 'AWS/Kinesis', metricName, dimensions: [{ name: 'StreamName', value: streamName }] });
  const records = series('IncomingRecords');
  const bytes = series('IncomingBytes');
  const throttled = series('WriteProvisionedThroughputExceeded');
  return (minute: number, accepted: number, rejected: number) => {
    metrics.putValue(records, minute, accepted, clock.nowMs());
    metrics.putValue(bytes, minute, accepted * recordBytes, clock.nowMs());
    metrics.putValue(throttled, minute, rejected, clock.nowMs());
  };
}

/** Hours of a trace that ships, its peak at so many shards. */
export function hoursOf(name: string, firstHour: number, hours: number, peakShards: number): Float64Array {
  const trace = readTraceFile(fileURLToPath(new URL(`../../traces/${name}.csv.gz`, import.meta.url)));
  const load = trace.ok ? toLoad(trace.value, 'records', { kind: 'peak', peakShards }) : trace;
  if (!load.ok) throw new Error(JSON.stringify(load.faults));
  return load.value.slice(firstHour * 60, (firstHour + hours) * 60);
}

/** Hours at a height, one after the other. */
export function steps(...pieces: readonly (readonly [hours: number, shards: number])[]): Float64Array {
  return Float64Array.from(pieces.flatMap(([hours, shards]) => Array.from({ length: hours * 60 }, () => shards)));
}
