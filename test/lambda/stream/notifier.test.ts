import { describe, expect, it } from 'vitest';
import { tagOf } from '../../../core/settings/setting-tag.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { encodeIntent, encodeLedger, lastNoticeTag, tagKeys } from '../../../core/stream/stream-tags.ts';
import { notifiedFaultsTag } from '../../../core/stream/tag-settings.ts';
import { failureOf } from '../../../lambda/aws/calls.ts';
import type { Answer } from '../../../lambda/ports.ts';
import { createNotifier } from '../../../lambda/stream/notifier.ts';
import { handleAlarm } from '../../../lambda/triggers/alarm-notification.ts';
import { hour, minute, now, sampleSettings } from '../../core/samples.ts';
import { contextOf, deploymentOf, reconcileOrders } from '../deployments.ts';
import { MemoryAccount, notificationOf } from '../memory-account.ts';

const noticeTopic = 'arn:aws:sns:eu-west-1:123456789012:notices';
const pagerTopic = 'arn:aws:sns:eu-west-1:123456789012:pager';

const unsent = { call: 'sns:Publish', ...failureOf('NotFound', '') };

/** `orders` with four shards, and everything that is published. */
function setUp(given: Partial<StreamSettings> = {}, environment: Readonly<Record<string, string>> = {}) {
  const aws = new MemoryAccount();
  aws.addStream('orders', 4, sampleSettings(given));
  /** Topics that are gone. */
  const unreachable = new Set<string>();
  const published: { readonly topicArn: string; readonly subject: string; readonly body: string }[] = [];
  const deployment = deploymentOf(
    { orders: given },
    { DRY_RUN: 'false', NOTICE_TOPIC_ARN: noticeTopic, PAGER_TOPIC_ARN: pagerTopic, ...environment },
  );
  const notices = {
    publish: async (topicArn: string, subject: string, body: string): Promise<Answer<void>> => {
      if (unreachable.has(topicArn)) return { ok: false, failure: unsent };
      published.push({ topicArn, subject, body });
      return { ok: true, value: undefined };
    },
  };
  const context = {
    ...contextOf(aws, deployment),
    notify: createNotifier(deployment, notices, aws.ports.streams),
  };
  return {
    aws,
    published,
    unreachable,
    subjects: () => published.map(({ subject }) => subject),
    fire: () => {
      const alarmName = aws.fire('orders', 'up');
      return handleAlarm({ messageId: 'message-1', message: notificationOf(aws.alarm(alarmName)) }, context);
    },
    reconcile: () => reconcileOrders(context),
    tag: (tags: Readonly<Record<string, string>>) => {
      aws.stream('orders').tags = { ...aws.stream('orders').tags, ...tags };
    },
  };
}

/** Ten calls a few hours ago: the day's quota is spent. */
const spent = {
  [tagKeys.ledger]: encodeLedger(Array.from({ length: 10 }, (_, call) => now - 3 * hour - call * minute)),
};

describe('a hold', () => {
  it('notifies people once, however often it is met', async () => {
    const { aws, subjects, fire, reconcile, tag } = setUp();
    tag(spent);
    for (let time = 0; time < 50; time += 1) {
      await fire();
      await reconcile();
      aws.nowMs += minute;
    }
    expect(subjects()).toEqual(['orders: held, daily-quota']);
  });

  it('notifies people again when there was another hold in between', async () => {
    const { subjects, fire, tag } = setUp({ scaleUpCooldownMinutes: 60 });
    tag(spent);
    await fire();
    tag({ [lastNoticeTag]: 'another' });
    await fire();
    expect(subjects()).toHaveLength(2);
  });
});

describe('a scaling', () => {
  it('is published with the whole report, and not to the pager', async () => {
    const { published, fire } = setUp();
    const report = await fire();
    expect(published).toMatchObject([{ topicArn: noticeTopic, subject: 'orders: scaled up from 4 to 8 shards' }]);
    expect(report).toMatchObject(JSON.parse(published[0]?.body ?? ''));
  });
});

describe('a notice that cannot be sent', () => {
  it('is in the report, and neither undoes nor repeats the scaling', async () => {
    const { aws, unreachable, fire } = setUp();
    unreachable.add(noticeTopic);
    expect(await fire()).toMatchObject({ outcome: 'scaled', failures: [unsent], needsRetry: false });
    expect(aws.scalings).toHaveLength(1);
  });

  it('to one topic is still sent to the other', async () => {
    const { aws, unreachable, published, fire } = setUp();
    unreachable.add(noticeTopic);
    aws.fail('kinesis:DescribeStreamSummary', { code: 'AccessDeniedException' });
    await fire();
    expect(published.map(({ topicArn }) => topicArn)).toEqual([pagerTopic]);
  });

  it('is reported apart from a tag that cannot be written', async () => {
    const { aws, subjects, fire, tag } = setUp();
    tag(spent);
    aws.fail('kinesis:AddTagsToStream', { code: 'AccessDeniedException' });
    expect(await fire()).toMatchObject({ failures: [{ call: 'kinesis:AddTagsToStream' }], needsRetry: false });
    expect(subjects()).toEqual(['orders: held, daily-quota']);
  });
});

describe('a dry run of an alarm', () => {
  it('notifies people each time, for no tag may remember it', async () => {
    const { aws, subjects, fire } = setUp({}, { DRY_RUN: 'true' });
    await fire();
    await fire();
    expect(subjects()).toEqual(['orders: held, dry-run', 'orders: held, dry-run']);
    expect(aws.writes()).toEqual([]);
  });
});

describe('a failure', () => {
  it('is published to both topics', async () => {
    const { aws, published, fire } = setUp();
    aws.fail('kinesis:DescribeStreamSummary', { code: 'AccessDeniedException' });
    await fire();
    expect(published.map(({ topicArn }) => topicArn)).toEqual([noticeTopic, pagerTopic]);
  });
});

describe('a tag that cannot be used', () => {
  const faulty = { [tagOf('minShards')]: 'two', [tagOf('scaleUpThreshold')]: '7' };

  it('notifies people once, with its name', async () => {
    const { aws, published, reconcile, tag } = setUp();
    tag(faulty);
    const first = await reconcile();
    expect(first?.findings).toMatchObject([{ kind: 'tag-faults', faults: [{}, {}] }]);
    const writes = aws.writes().length;
    for (let run = 0; run < 20; run += 1) expect((await reconcile())?.findings).toEqual([]);
    expect(published.map(({ subject }) => subject)).toEqual([
      "orders: 2 tags are not usable, the deployment's value stands in",
    ]);
    for (const name of Object.keys(faulty)) expect(published[0]?.body).toContain(name);
    expect(aws.writes()).toHaveLength(writes);
  });

  it('notifies people again when the faults change, and not when they are mended', async () => {
    const { aws, subjects, reconcile, tag } = setUp();
    tag(faulty);
    await reconcile();
    tag({ [tagOf('minShards')]: '2' });
    await reconcile();
    expect(subjects().at(-1)).toBe("orders: 1 tag is not usable, the deployment's value stands in");
    tag({ [tagOf('scaleUpThreshold')]: '0.75' });
    await reconcile();
    expect(subjects()).toHaveLength(2);
    expect(aws.stream('orders').tags[notifiedFaultsTag]).toBe('');
    const writes = aws.writes().length;
    await reconcile();
    expect(aws.writes()).toHaveLength(writes);
  });

  it('waits while the stream is UPDATING, when no tag can remember the notice', async () => {
    const { aws, subjects, reconcile, tag } = setUp();
    tag(faulty);
    aws.stream('orders').status = 'UPDATING';
    await reconcile();
    expect(subjects()).toEqual([]);
    aws.stream('orders').status = 'ACTIVE';
    await reconcile();
    expect(subjects()).toHaveLength(1);
  });

  it('writes nothing in a dry run', async () => {
    const { aws, subjects, reconcile, tag } = setUp({}, { DRY_RUN: 'true' });
    tag(faulty);
    expect(await reconcile()).toMatchObject({ findings: [{ kind: 'tag-faults' }], failures: [] });
    expect(subjects()).toEqual([]);
    expect(aws.writes()).toEqual([]);
  });
});

describe('what a reconcile finds broken', () => {
  const subjectsOf = (published: readonly { topicArn: string; subject: string }[], topicArn: string) =>
    published.filter((notice) => notice.topicArn === topicArn).map(({ subject }) => subject);

  it('notifies people once, the pager as well, and again when it is over', async () => {
    const { aws, published, reconcile } = setUp();
    const down = aws.alarm('orders-scale-down');
    aws.alarms.delete('orders-scale-down');
    for (let run = 0; run < 3; run += 1) {
      expect(await reconcile()).toMatchObject({ findings: [{ kind: 'alarm-missing', direction: 'down' }] });
      aws.nowMs += 5 * minute;
    }
    expect(subjectsOf(published, pagerTopic)).toEqual(['orders: alarm-missing scale-down']);
    aws.alarms.set('orders-scale-down', down);
    for (let run = 0; run < 3; run += 1) await reconcile();
    expect(subjectsOf(published, noticeTopic)).toEqual([
      'orders: alarm-missing scale-down',
      'orders: all clear, what was wrong is over',
    ]);
    expect(subjectsOf(published, pagerTopic)).toHaveLength(1);
  });

  it('is not called over by a reconcile that keeps away from the stream, or that moves it into its bounds', async () => {
    const { aws, published, reconcile } = setUp();
    aws.alarms.delete('orders-scale-down');
    await reconcile();
    const { tags } = aws.stream('orders');
    const underWay = encodeIntent({ atMs: aws.nowMs - minute, from: 4, to: 8 });
    aws.stream('orders').tags = { ...tags, [tagKeys.intent]: underWay };
    expect(await reconcile()).toMatchObject({ findings: [{ kind: 'scaling-under-way' }] });
    aws.stream('orders').tags = { ...tags, 'autoscaling/min-shards': '9', 'autoscaling/max-shards': '8' };
    expect(await reconcile()).toMatchObject({ decision: { reason: 'contradictory-settings' } });
    aws.stream('orders').tags = { ...tags, 'autoscaling/min-shards': '5' };
    expect(await reconcile()).toMatchObject({ outcome: 'scaled', findings: [{ kind: 'alarm-missing' }] });
    expect(subjectsOf(published, noticeTopic)).not.toContain('orders: all clear, what was wrong is over');
  });

  it('notifies people again when something else breaks beside it', async () => {
    const { aws, published, reconcile } = setUp();
    aws.alarms.delete('orders-scale-down');
    await reconcile();
    aws.alarms.delete('orders-scale-up');
    await reconcile();
    expect(subjectsOf(published, pagerTopic).at(-1)).toBe('orders: alarm-missing scale-down, alarm-missing scale-up');
  });
});

it('people are notified once of a resharding by somebody else, and nobody is paged', async () => {
  const { aws, published, reconcile } = setUp();
  aws.stream('orders').openShardCount = 6;
  await reconcile();
  await reconcile();
  expect(published.map(({ topicArn, subject }) => [topicArn, subject])).toEqual([
    [noticeTopic, 'orders: resharded by others to 6 shards'],
  ]);
});
