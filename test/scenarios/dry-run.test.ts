/** Dry run as a team lives with it: deployed, watched, and turned off by deploying again. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readReportLine } from '../../cli/report-lines.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import type { CloudAssembly } from '../../infra/synthesis.ts';
import { deploy } from '../../local/deploy/deploy.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { everyMinute } from '../../local/service-links.ts';
import { VirtualClock } from '../../simulator/models/clock.ts';
import { assemblyOf } from './support/assembly.ts';

const minuteMs = 60_000;
const deployment = (dryRun: boolean) => ({
  dryRun,
  streams: [{ name: 'orders', create: true, shardCount: 4, minShards: 4, maxShards: 32 }],
});

let aws: LocalAws;
let dry: CloudAssembly;
let live: CloudAssembly;
const clock = new VirtualClock({ startMs: Date.UTC(2026, 2, 2) });
const reports: ScalingReport[] = [];

beforeAll(async () => {
  dry = assemblyOf(deployment(true));
  live = assemblyOf(deployment(false));
  aws = await startLocalAws({ clock, streams: 'no-records' });
  aws.logs.onEvent(({ message }) => {
    const report = readReportLine(message);
    if (report) reports.push(report);
  });
});
afterAll(() => aws.stop());

it('tells the whole plan again and again, writes nothing, and once turned off scales once', async () => {
  await deploy(aws, dry);
  const stop = everyMinute(clock, () => offer(0.85));
  await clock.runUntil(clock.nowMs() + 60 * minuteMs);

  const writes = aws.calls.log.records.filter(({ writing, caller }) => writing && caller.kind === 'function');
  expect(writes).toEqual([]);
  const plans = reports.filter(({ outcome }) => outcome === 'planned');
  expect(plans[0]).toMatchObject({ source: 'alarm' });
  expect(plans.filter(({ source }) => source === 'reconcile').length).toBeGreaterThanOrEqual(5);
  for (const { decision, effects } of plans) {
    expect(decision).toMatchObject({
      reason: 'dry-run',
      because: { openShardCount: 4, targetShardCount: 8, dollarsPerMonthNow: 43.8, dollarsPerMonthThen: 87.6 },
    });
    expect(effects.map((effect) => (effect as unknown as { kind: string }).kind)).toContain('update-shard-count');
  }
  expect(alarm().StateValue).toBe('ALARM');

  await deploy(aws, live);
  await clock.runUntil(clock.nowMs() + 30 * minuteMs);
  stop();
  const stream = aws.kinesis.account.stream('orders');
  expect(stream.openShardCountAt(clock.nowMs())).toBe(8);
  expect(stream.callsWithin24h(clock.nowMs())).toBe(1);
  expect(alarm()).toMatchObject({ StateValue: 'OK' });
  expect(alarm().Metrics?.find(({ Id }) => Id === 's1')?.Expression).toBe('8');
});

/** The same load in every minute: a share of what four shards take in. */
function offer(utilization: number): void {
  const { metrics } = aws.cloudwatch;
  const minute = Math.floor(clock.nowMs() / minuteMs);
  const dimensions = [{ name: 'StreamName', value: 'orders' }];
  for (const [metricName, value] of [
    ['IncomingRecords', utilization * 4 * 60_000],
    ['IncomingBytes', utilization * 4 * 60_000 * 100],
  ] as const) {
    const series = metrics.series({ namespace: 'AWS/Kinesis', metricName, dimensions });
    metrics.putValue(series, minute, value, clock.nowMs());
  }
}

function alarm() {
  const [found] = aws.cloudwatch.describeAlarms({ AlarmNames: ['orders-scale-up'] }).MetricAlarms ?? [];
  if (!found) throw new Error('the alarm is gone');
  return found;
}
