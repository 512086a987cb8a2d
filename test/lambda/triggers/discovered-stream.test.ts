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
