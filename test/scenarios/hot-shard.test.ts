/** One shard carries the load of a stream that publishes its traffic by shard: real shards, real splits. */
import { EnableEnhancedMonitoringCommand, KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { expect, it, onTestFinished } from 'vitest';
import { readReportLine } from '../../cli/report-lines.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { deploy } from '../../local/deploy/deploy.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { VirtualClock } from '../../simulator/models/clock.ts';
import { assemblyOf } from './support/assembly.ts';

const minuteMs = 60_000;

it('is split at the middle of its range; everything follows, and uniform scaling works on', {
  timeout: 60_000,
}, async () => {
  const assembly = assemblyOf({
    dryRun: false,
    streams: [{ name: 'orders', create: true, shardCount: 2, minShards: 2, maxShards: 16, hotShard: 'split' }],
  });
  const clock = new VirtualClock({ startMs: Date.UTC(2026, 2, 2) });
  const aws = await startLocalAws({ clock });
  onTestFinished(() => aws.stop());
  const reports: ScalingReport[] = [];
  aws.logs.onEvent(({ message }) => {
    const report = readReportLine(message);
    if (report?.outcome === 'scaled') reports.push(report);
  });
  await deploy(aws, assembly);
  const kinesis = new KinesisClient({
    endpoint: aws.endpoint,
    region: aws.account.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
  });
  const ShardLevelMetrics = ['IncomingBytes' as const, 'IncomingRecords' as const];
  await kinesis.send(new EnableEnhancedMonitoringCommand({ StreamName: 'orders', ShardLevelMetrics }));
  const openShards = async () => {
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: 'orders' }));
    return Shards.filter((shard) => !shard.SequenceNumberRange?.EndingSequenceNumber);
  };
  const [first, second] = await openShards();
  offer(aws, [
    [undefined, 96_000],
    [first?.ShardId, 60_000],
    [second?.ShardId, 20_000],
  ]);
  const pass = (ms: number) => clock.runUntil(clock.nowMs() + ms);
  const fire = () =>
    aws.cloudwatch.setAlarmState({ AlarmName: 'orders-scale-up', StateValue: 'ALARM', StateReason: 'test' });
  await pass(5_000);
  fire();
  await pass(40_000);

  expect(reports).toMatchObject([
    {
      decision: {
        openShardCount: 2,
        targetShardCount: 3,
        because: { hotShard: first?.ShardId, hotShardUtilization: 1 },
      },
    },
  ]);
  await pass(5 * minuteMs);
  expect(await openShards()).toHaveLength(3);
  const [alarm] = aws.cloudwatch.describeAlarms({ AlarmNames: ['orders-scale-up'] }).MetricAlarms ?? [];
  expect(alarm?.Metrics?.find(({ Id }) => Id === 's1')?.Expression).toBe('3');
  const stream = aws.kinesis.account.stream('orders');
  expect(stream.callsWithin24h(clock.nowMs())).toBe(0);

  // No traffic by shard since: nothing is hot, and the stream doubles.
  await pass(20 * minuteMs + 5_000);
  fire();
  await pass(5 * minuteMs);
  expect(reports.at(-1)).toMatchObject({ decision: { openShardCount: 3, targetShardCount: 6 } });
  expect(await openShards()).toHaveLength(6);
});

/** The last minutes' records, of the stream or of one of its shards. */
function offer({ cloudwatch, clock }: LocalAws, records: readonly (readonly [string | undefined, number])[]): void {
  for (const [shardId, perMinute] of records) {
    const dimensions = [
      { name: 'StreamName', value: 'orders' },
      ...(shardId === undefined ? [] : [{ name: 'ShardId', value: shardId }]),
    ];
    const series = cloudwatch.metrics.series({ namespace: 'AWS/Kinesis', metricName: 'IncomingRecords', dimensions });
    const nowMinute = Math.floor(clock.nowMs() / minuteMs);
    for (let minute = nowMinute - 5; minute <= nowMinute; minute += 1) {
      cloudwatch.metrics.putValue(series, minute, perMinute, clock.nowMs());
    }
  }
}
