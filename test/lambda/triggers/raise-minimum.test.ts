import { describe, expect, it } from 'vitest';
import { fail, succeed } from '../../../core/result.ts';
import type { Deployment } from '../../../core/settings/deployment.ts';
import { enabledTag } from '../../../core/stream/tag-settings.ts';
import {
  encodeTemporaryMinimum,
  readTemporaryMinimum,
  temporaryMinimumTag,
} from '../../../core/stream/temporary-minimum.ts';
import { raiseTemporaryMinimum } from '../../../lambda/triggers/raise-minimum.ts';
import { hour, minute, now, sampleSettings } from '../../core/samples.ts';
import { contextOf, deploymentOf, reconcileOrders } from '../deployments.ts';
import { MemoryAccount } from '../memory-account.ts';

const quarterOfAnHour = () => 15 * minute;
const discovery = {
  DRY_RUN: 'false',
  DISCOVERY_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:alarms',
};

/** What is written for eight shards and an hour. */
const writing = {
  kind: 'tag-stream',
  tags: { [temporaryMinimumTag]: encodeTemporaryMinimum({ shards: 8, untilMs: now + hour }) },
  onFailure: 'abort',
};

function setUp(openShardCount = 2) {
  const aws = new MemoryAccount();
  aws.addStream('orders', openShardCount, sampleSettings());
  return { aws, deployment: deploymentOf({ orders: {} }) };
}

function ask(aws: MemoryAccount, deployment: Deployment, stream = 'orders', remainingMs = quarterOfAnHour) {
  return raiseTemporaryMinimum(succeed({ stream, shards: 8, minutes: 60 }), remainingMs, contextOf(aws, deployment));
}

const reconcile = (aws: MemoryAccount, deployment: Deployment) => reconcileOrders(contextOf(aws, deployment));

describe('a temporary minimum', () => {
  it('is written as a tag, and its first step is taken at once; the next runs take the others', async () => {
    const { aws, deployment } = setUp();
    expect(await ask(aws, deployment)).toEqual({
      reports: [
        {
          source: 'schedule',
          at: '2026-03-02T09:15:45.000Z',
          streamName: 'orders',
          dryRun: false,
          outcome: 'converged',
          findings: [],
          effects: [{ effect: writing }],
          failures: [],
          needsRetry: false,
        },
        expect.objectContaining({ source: 'reconcile', streamName: 'orders', outcome: 'scaled' }),
      ],
      failures: [],
      notReached: 0,
      alarmsRemoved: [],
    });
    expect(readTemporaryMinimum(aws.stream('orders').tags, now)).toEqual({ shards: 8, untilMs: now + hour });
    aws.finish('orders');
    aws.nowMs += 5 * minute;
    await reconcile(aws, deployment);
    expect(aws.scalings.map(({ from, to }) => [from, to])).toEqual([
      [2, 4],
      [4, 8],
    ]);
  });

  it('ends by itself: then the scale-down alarm is no longer held', async () => {
    const { aws, deployment } = setUp(8);
    await ask(aws, deployment);
    expect(aws.alarm('orders-scale-down').definition.threshold).toBe(-1);
    aws.nowMs += hour;
    await reconcile(aws, deployment);
    expect(aws.alarm('orders-scale-down').definition.threshold).toBe(0.25);
    expect(aws.scalings).toEqual([]);
  });

  it('waits for a stream that is UPDATING, which takes no tag', async () => {
    const { aws, deployment } = setUp();
    aws.stream('orders').status = 'UPDATING';
    aws.stream('orders').targetShardCount = 2;
    const clock = { ...aws.clock, sleep: async () => aws.finish('orders') };
    const request = succeed({ stream: 'orders', shards: 8, minutes: 60 });
    const { reports } = await raiseTemporaryMinimum(request, quarterOfAnHour, { ...contextOf(aws, deployment), clock });
    expect(reports.map(({ outcome }) => outcome)).toEqual(['converged', 'scaled']);
  });

  it('needs another try when the stream stays UPDATING for longer than a run may wait', async () => {
    const { aws, deployment } = setUp();
    aws.stream('orders').status = 'UPDATING';
    const { reports } = await ask(aws, deployment, 'orders', () => 15 * minute - (aws.nowMs - now));
    const failure = expect.objectContaining({ code: 'ResourceInUseException' });
    expect(reports).toMatchObject([{ outcome: 'failed', effects: [{ effect: writing, failure }], needsRetry: true }]);
    expect(aws.nowMs - now).toBe(5 * minute);
  });

  it('does not wait after a refusal that waiting cannot end', async () => {
    const { aws, deployment } = setUp();
    aws.fail('kinesis:AddTagsToStream', { code: 'AccessDeniedException' });
    const { reports } = await ask(aws, deployment);
    expect(reports).toMatchObject([{ outcome: 'failed', effects: [{ failure: { code: 'AccessDeniedException' } }] }]);
    expect(aws.sleeps).toEqual([]);
  });

  it.each([
    ['that nobody manages', {}, deploymentOf({ orders: {} }, discovery)],
    ['that asks by its tag where discovery is off', { [enabledTag]: 'true' }, deploymentOf({ orders: {} })],
  ])('never makes an unmanaged stream managed %s', async (_what, tags, deployment) => {
    const { aws } = setUp();
    aws.addStream('clicks', 2, sampleSettings());
    aws.stream('clicks').tags = tags;
    const fault = {
      field: 'floor.stream',
      value: '"clicks"',
      problem: 'is not managed here',
      remedy: 'add the stream to the deployment, or tag it autoscaling/enabled = true where discovery is on',
    };
    const { reports } = await ask(aws, deployment, 'clicks');
    expect(reports).toMatchObject([
      {
        streamName: 'clicks',
        outcome: 'held',
        decision: { reason: 'rejected', because: { faults: [fault] } },
        effects: [],
        needsRetry: false,
      },
    ]);
    expect(aws.writes()).toEqual([]);
  });

  it('is taken for a stream that asks by its tag, where discovery is on', async () => {
    const { aws } = setUp();
    aws.addStream('clicks', 2, sampleSettings());
    aws.stream('clicks').tags = { [enabledTag]: 'true' };
    await ask(aws, deploymentOf({ orders: {} }, discovery), 'clicks');
    expect(aws.scalings).toMatchObject([{ streamName: 'clicks', from: 2, to: 4 }]);
  });

  it('writes nothing in a dry run, and reports what it would write', async () => {
    const { aws } = setUp();
    const { reports } = await ask(aws, deploymentOf({ orders: {} }, { DRY_RUN: 'true' }));
    expect(reports).toMatchObject([{ outcome: 'planned', effects: [{ effect: writing }], needsRetry: false }]);
    expect(aws.writes()).toEqual([]);
  });

  it('is rejected where the event is unusable, and is not tried again', async () => {
    const { aws, deployment } = setUp();
    const faults = [{ field: 'floor.shards', value: '0', problem: 'is out of range', remedy: 'give 1' }];
    const { reports } = await raiseTemporaryMinimum(fail(faults), quarterOfAnHour, contextOf(aws, deployment));
    expect(reports).toMatchObject([{ outcome: 'held', decision: { because: { faults } }, needsRetry: false }]);
    expect(reports[0]).not.toHaveProperty('streamName');
  });

  it('fails when the stream cannot be read', async () => {
    const { aws, deployment } = setUp();
    aws.fail('kinesis:ListTagsForStream', { code: 'AccessDeniedException' });
    expect(await ask(aws, deployment)).toMatchObject({ reports: [], failures: [{ code: 'AccessDeniedException' }] });
    expect(aws.stream('orders').tags[temporaryMinimumTag]).toBeUndefined();
  });
});
