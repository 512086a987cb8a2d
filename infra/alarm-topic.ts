/**
 * The topic between the alarms and the scaler. Only CloudWatch alarms of this account and region may publish, over TLS.
 *
 * An allow statement alone would not ensure that: an identity of the same account with sns:Publish on any topic needs
 * no permission from the topic. So a deny statement refuses everything that does not come from such an alarm. It also
 * refuses a request without any source: such a request has no aws:SourceArn, and a negated condition is true when its
 * key is missing.
 */
import { Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { alarmArn } from './arns.ts';
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
