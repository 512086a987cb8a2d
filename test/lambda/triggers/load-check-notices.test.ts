/** Load checks come every minute, and a person must hear of the same thing once. */
import { expect, it } from 'vitest';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { encodeLedger, tagKeys } from '../../../core/stream/stream-tags.ts';
import { createNotifier } from '../../../lambda/stream/notifier.ts';
import { handleAlarm } from '../../../lambda/triggers/alarm-notification.ts';
import { checkLoad } from '../../../lambda/triggers/load-check.ts';
import { hour, minute, now, sampleSettings } from '../../core/samples.ts';
import { consumerArn, contextOf, deploymentOf, reconcileOrders } from '../deployments.ts';
import { MemoryAccount, notificationOf } from '../memory-account.ts';

const noticeTopic = 'arn:aws:sns:eu-west-1:123456789012:notices';
const consumers = [{ functionArn: consumerArn, lambdasPerShard: 1 }];
const pagerTopic = 'arn:aws:sns:eu-west-1:123456789012:pager';

/** `orders` with four shards that twelve are offered to, and everything that is published. */
function setUp(given: Partial<StreamSettings> = {}) {
  const settings = { policy: 'target', ...given } as const;
  const aws = new MemoryAccount();
  aws.addStream('orders', 4, sampleSettings(settings));
  aws.traffic.set('orders', () => 12);
  aws.iteratorAges.set('orders', { seen: true, atMs: now, ageMs: 0 });
  const deployment = deploymentOf(
    { orders: settings },
    { DRY_RUN: 'false', NOTICE_TOPIC_ARN: noticeTopic, PAGER_TOPIC_ARN: pagerTopic },
  );
  const { notices, streams } = aws.ports;
  const context = { ...contextOf(aws, deployment), notify: createNotifier(deployment, notices, streams) };
  const check = () => checkLoad(context, () => {});
  return {
    aws,
    published: aws.published,
    subjects: () => aws.published.map(({ subject }) => subject),
    fire: () => {
      const alarmName = aws.fire('orders', 'up');
      return handleAlarm({ messageId: 'message-1', message: notificationOf(aws.alarm(alarmName)) }, context);
    },
    /** As the schedules do it: a load check a minute, a reconcile in five. */
    pass: async (minutes: number) => {
      for (let passed = 0; passed < minutes; passed += 1) {
        await check();
        if (passed % 5 === 0) await reconcileOrders(context);
        aws.nowMs += minute;
      }
    },
  };
}

it('people are notified of a spent quota once, whoever meets it: the alarm, its reconciles and the load checks', async () => {
  const { aws, subjects, fire, pass } = setUp();
  const calls = Array.from({ length: 10 }, (_, call) => now - 3 * hour - call * minute);
  aws.stream('orders').tags = { [tagKeys.ledger]: encodeLedger(calls) };
  await fire();
  await pass(60);
  expect(subjects()).toEqual(['orders: held, daily-quota']);
});

it.each([
  ['by others', 'daily-quota', () => undefined],
  [
    'not of the stream but of the account',
    'account-shard-limit',
    (aws: MemoryAccount) => {
      aws.shardLimit = 4;
    },
  ],
])(
  'people are notified once of a quota that is spent %s, however often AWS is asked again',
  async (_what, reason, prepare) => {
    const { aws, subjects, pass } = setUp();
    prepare(aws);
    aws.fail('kinesis:UpdateShardCount', { code: 'LimitExceededException' });
    await pass(100);
    expect(subjects()).toEqual([`orders: held, ${reason}`]);
  },
);

it('a consumer that cannot be read pages nobody every minute for a stream that is held', async () => {
  const { aws, published, pass } = setUp({ maxShards: 4, consumers });
  aws.fail('lambda:GetFunctionConcurrency', { code: 'AccessDenied' });
  await pass(10);
  expect(published).toEqual([{ topicArn: noticeTopic, subject: 'orders: held, at-maximum' }]);
});

it('people are notified of a consumer that does not exist once, and paged', async () => {
  const { published, pass } = setUp({ maxShards: 4, consumers });
  await pass(30);
  const subject = 'orders: consumer-missing orders-processor';
  expect(published).toEqual([
    { topicArn: noticeTopic, subject: 'orders: held, at-maximum' },
    { topicArn: noticeTopic, subject },
    { topicArn: pagerTopic, subject },
  ]);
});
