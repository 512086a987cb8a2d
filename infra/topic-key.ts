/** The key with which the topics of the deployment encrypt their messages. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** `customer-key`: a key of this stack, about a dollar a month. `none`: SNS holds the messages unencrypted. */
export const topicEncryptions = ['customer-key', 'none'] as const;
export type TopicEncryption = (typeof topicEncryptions)[number];

export const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');

/**
 * CloudWatch cannot publish to a topic with the key that AWS manages, so the stack has its own. The grant has no
 * condition on the source: AWS does not document that CloudWatch sends one to KMS, and a wrong condition would silently
 * stop every alarm. The policy of the topic says who may publish, and the key protects nothing but topics.
 */
export function createTopicKey(scope: Construct): Key {
  const key = new Key(scope, 'AlarmTopicKey', {
    description: 'Encrypts the messages of the Kinesis autoscaler',
    enableKeyRotation: true,
    pendingWindow: Duration.days(7),
    // Nothing that this key encrypts outlives the topics.
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
