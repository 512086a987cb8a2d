/**
 * The topic between the alarms and the scaler. Only CloudWatch alarms of this account and region may publish, over TLS.
 *
 * The allow alone would not hold: an identity of the same account that may sns:Publish to any topic needs no word from
 * the topic. So all that does not come from such an alarm is denied; a request that names no source at all has no
 * aws:SourceArn, and a negated condition holds for it too.
 */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { alarmArn } from './permissions.ts';

/** `customer-key`: a key of this stack, about a dollar a month. `none`: messages lie unencrypted while SNS holds them. */
export const topicEncryptions = ['customer-key', 'none'] as const;
export type TopicEncryption = (typeof topicEncryptions)[number];

export function createAlarmTopic(scope: Construct, encryption: TopicEncryption): Topic {
  const topic = new Topic(scope, 'AlarmTopic', {
    displayName: 'Kinesis autoscaler alarms',
    enforceSSL: true,
    ...(encryption === 'customer-key' && { masterKey: createTopicKey(scope) }),
  });
  const stack = Stack.of(scope);
  const anyAlarm = alarmArn(scope, '*');
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsOfThisAccountPublish',
      effect: Effect.ALLOW,
      principals: [cloudWatch],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': anyAlarm } },
    }),
  );
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'NobodyElsePublishes',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { ArnNotLike: { 'aws:SourceArn': anyAlarm } },
    }),
  );
  return topic;
}

const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');

/**
 * CloudWatch cannot publish to a topic under the key that AWS manages, so the stack brings its own. The grant carries no
 * source condition: AWS does not say that CloudWatch sends one to KMS, and a wrong one would stop every alarm in silence.
 * Who may publish is the topic's to say; the key protects nothing else.
 */
function createTopicKey(scope: Construct): Key {
  const key = new Key(scope, 'AlarmTopicKey', {
    description: 'Encrypts the alarm messages of the Kinesis autoscaler',
    enableKeyRotation: true,
    pendingWindow: Duration.days(7),
    // Nothing outlives the topic under this key.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'CloudWatchAlarmsPublish',
      principals: [cloudWatch],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
    }),
  );
  return key;
}
