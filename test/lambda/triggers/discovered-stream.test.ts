import { describe, expect, it } from 'vitest';
import { enabledTag } from '../../../core/stream/tag-settings.ts';
import { newAlarmOf } from '../../../lambda/triggers/fleet.ts';
import { reconcileStreams } from '../../../lambda/triggers/reconcile-streams.ts';
import { sampleSettings } from '../../core/samples.ts';
import { contextOf, deploymentOf } from '../deployments.ts';
import { MemoryAccount } from '../memory-account.ts';

const environment = { DRY_RUN: 'false', DISCOVERY_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:alarms' };

/** `orders` is the stack's, `clicks` asks by its tag; both are deleted. */
async function reconcile(...streamNames: readonly string[]) {
  const aws = new MemoryAccount();
  for (const name of streamNames) {
    aws.addStream(name, 4, sampleSettings());
    aws.streams.delete(name);
  }
  const deployment = deploymentOf({ orders: {} }, environment);
  const tags = new Map(streamNames.map((name) => [name, { [enabledTag]: 'true' }]));
  const fleet = { streamNames, tags, newAlarm: newAlarmOf(deployment), failures: [] };
  const run = { cause: 'schedule' as const, timeIsUp: () => false };
  const { reports } = await reconcileStreams(fleet, run, contextOf(aws, deployment));
  return { report: reports[0], aws };
}

describe('a stream that is gone', () => {
  it('does not fail where only its tag had named it: the tagging API forgets it later than Kinesis', async () => {
    const { report, aws } = await reconcile('clicks');
    expect(report).toMatchObject({ outcome: 'agrees', findings: [{ kind: 'stream-gone' }], needsRetry: false });
    expect(aws.writes()).toEqual([]);
  });

  it('fails the reconcile where the stack names it', async () => {
    expect((await reconcile('orders')).report).toMatchObject({ outcome: 'failed', needsRetry: true });
  });

  it('is not taken for gone when it merely cannot be read', async () => {
    const aws = new MemoryAccount();
    aws.addStream('clicks', 4, sampleSettings());
    aws.fail('kinesis:DescribeStreamSummary', { code: 'AccessDeniedException' });
    const deployment = deploymentOf({ orders: {} }, environment);
    const fleet = { streamNames: ['clicks'], tags: new Map(), newAlarm: newAlarmOf(deployment), failures: [] };
    const run = { cause: 'schedule' as const, timeIsUp: () => false };
    const { reports } = await reconcileStreams(fleet, run, contextOf(aws, deployment));
    expect(reports[0]).toMatchObject({ outcome: 'failed', needsRetry: true });
  });
});

describe('a discovered stream', () => {
  async function reconcileClicks(prepare: (aws: MemoryAccount) => void) {
    const aws = new MemoryAccount();
    aws.addStream('clicks', 4, sampleSettings());
    aws.stream('clicks').tags = { [enabledTag]: 'true' };
    prepare(aws);
    const deployment = deploymentOf({}, environment);
    // What the index of tags says, whatever the stream itself says by now.
    const tags = new Map([['clicks', { [enabledTag]: 'true' }]]);
    const fleet = { streamNames: ['clicks'], tags, newAlarm: newAlarmOf(deployment), failures: [] };
    const run = { cause: 'schedule' as const, timeIsUp: () => false };
    const { reports } = await reconcileStreams(fleet, run, contextOf(aws, deployment));
    return { report: reports[0], aws };
  }

  it('never has somebody else’s alarm overwritten that happens to have the name of one of its own', async () => {
    const theirs = { threshold: 70, metrics: [] };
    const { report, aws } = await reconcileClicks((account) => {
      const alarm = account.alarm('clicks-scale-up');
      account.alarms.set('clicks-scale-up', { ...alarm, definition: { ...alarm.definition, ...theirs } });
    });
    expect(report).toMatchObject({ findings: [{ kind: 'alarm-name-taken', alarmName: 'clicks-scale-up' }] });
    expect(aws.alarm('clicks-scale-up').definition).toMatchObject(theirs);
    expect(aws.operations()).not.toContain('cloudwatch:PutMetricAlarm');
  });

  it('gets an alarm that is missing, which nobody else has the name of', async () => {
    const { report, aws } = await reconcileClicks((account) => account.alarms.delete('clicks-scale-up'));
    expect(report).toMatchObject({ outcome: 'converged', findings: [{ kind: 'alarm-missing' }] });
    expect(aws.alarms.has('clicks-scale-up')).toBe(true);
  });

  it('is left alone where it asks no longer, although the index still says so', async () => {
    const { report, aws } = await reconcileClicks((account) => {
      account.stream('clicks').tags = {};
      account.stream('clicks').openShardCount = 6;
    });
    expect(report).toMatchObject({ outcome: 'agrees', findings: [{ kind: 'no-longer-asks' }] });
    expect(aws.writes()).toEqual([]);
  });
});
