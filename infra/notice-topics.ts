/**
 * The topics that people subscribe to. The notice topic gets every scaling, every new hold and every failure. The pager
 * topic gets failures alone, and the alarms on the autoscaler itself. A topic of this stack is encrypted and takes TLS
 * only.
 */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import * as v from 'valibot';
import { alarmArn } from './arns.ts';
import { cloudWatch } from './topic-key.ts';

/**
 * `true` and `email`: a topic of this stack. SNS sends a mail to the address, and its owner must confirm the
 * subscription.
 */
export type NoticeTarget = boolean | { readonly topicArn: string } | { readonly email: string };

export interface NoticeTopic {
  readonly topicArn: string;
  /** Whether this stack creates it. The key and the policy of another topic are up to its owner. */
  readonly isOwn: boolean;
}

const remedy = 'give true, {"topicArn": "arn:aws:sns:…"} or {"email": "…"}';

/** What the context may hold; the message is the remedy. */
export const noticeTarget = v.union(
  [
    v.boolean(),
    v.strictObject({ topicArn: v.pipe(v.string(), v.regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/)) }),
    v.strictObject({ email: v.pipe(v.string(), v.email()) }),
  ],
  remedy,
);

export function createNoticeTopic(
  scope: Construct,
  target: NoticeTarget | undefined,
  key: Key | undefined,
): NoticeTopic | undefined {
  return createTopic(scope, 'NoticeTopic', 'Kinesis autoscaler notices', target, key);
}

/** CloudWatch publishes to this topic too: an autoscaler that does not run cannot notify anybody. */
export function createPagerTopic(
  scope: Construct,
  target: NoticeTarget | undefined,
  key: Key | undefined,
): NoticeTopic | undefined {
  const pager = createTopic(scope, 'PagerTopic', 'Kinesis autoscaler failures', target, key);
  if (pager instanceof OwnTopic) {
    pager.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccountPublish',
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [pager.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
          ArnLike: { 'aws:SourceArn': alarmArn(scope, '*') },
        },
      }),
    );
  }
  return pager;
}

export function topicArnsOf(topics: readonly (NoticeTopic | undefined)[]): readonly string[] {
  return topics.flatMap((topic) => (topic ? [topic.topicArn] : []));
}

class OwnTopic implements NoticeTopic {
  readonly isOwn = true;
  readonly topic: Topic;

  constructor(topic: Topic) {
    this.topic = topic;
  }

  get topicArn(): string {
    return this.topic.topicArn;
  }
}

function createTopic(
  scope: Construct,
  id: string,
  displayName: string,
  target: NoticeTarget | undefined,
  key: Key | undefined,
): NoticeTopic | undefined {
  if (target === undefined || target === false) return undefined;
  if (target !== true && 'topicArn' in target) return { topicArn: target.topicArn, isOwn: false };
  const topic = new Topic(scope, id, { displayName, enforceSSL: true, ...(key && { masterKey: key }) });
  if (target !== true) topic.addSubscription(new EmailSubscription(target.email));
  return new OwnTopic(topic);
}
