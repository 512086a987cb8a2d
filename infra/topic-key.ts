/** The one key under which the deployment's topics hold their messages. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** `customer-key`: a key of this stack, about a dollar a month. `none`: messages lie unencrypted while SNS holds them. */
export const topicEncryptions = ['customer-key', 'none'] as const;
export type TopicEncryption = (typeof topicEncryptions)[number];

export const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');

/**
 * CloudWatch cannot publish to a topic under the key that AWS manages, so the stack brings its own. The grant carries no
 * source condition: AWS does not say that CloudWatch sends one to KMS, and a wrong one would stop every alarm in silence.
 * Who may publish is the topic's to say; the key protects nothing else.
 */
export function createTopicKey(scope: Construct): Key {
  const key = new Key(scope, 'AlarmTopicKey', {
    description: 'Encrypts the messages of the Kinesis autoscaler',
    enableKeyRotation: true,
    pendingWindow: Duration.days(7),
    // Nothing outlives the topics under this key.
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
