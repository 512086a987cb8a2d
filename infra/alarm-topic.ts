/**
 * The topic between the alarms and the scaler. Only CloudWatch alarms of this account and region may publish, over TLS.
 *
 * The allow alone would not hold: an identity of the same account that may sns:Publish to any topic needs no word from
 * the topic. So all that does not come from such an alarm is denied; a request that names no source at all has no
 * aws:SourceArn, and a negated condition holds for it too.
 */
import { Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { alarmArn } from './permissions.ts';
import { cloudWatch } from './topic-key.ts';

export function createAlarmTopic(scope: Construct, key: Key | undefined): Topic {
  const topic = new Topic(scope, 'AlarmTopic', {
    displayName: 'Kinesis autoscaler alarms',
    enforceSSL: true,
    ...(key && { masterKey: key }),
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
