import { describe, expect, it } from 'vitest';
import { arnOf, deploy, flatten, type Resource, resourcesOf, theResource } from './deployed-stack.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
}

const anyAlarm = arnOf('cloudwatch', 'alarm:*');

function statementsOf(policy: unknown): readonly Statement[] {
  return (flatten(policy) as { readonly Statement: readonly Statement[] }).Statement;
}

describe('the alarm topic', () => {
  const stack = deploy({ streams: [{ name: 'orders' }] });
  const topic: Resource & { id: string } = theResource(stack, 'AWS::SNS::Topic');
  const ref = `\${${topic.id}}`;
  const statements = statementsOf(theResource(stack, 'AWS::SNS::TopicPolicy').Properties.PolicyDocument);

  it('only alarms of this account and region may publish to the alarm topic, and only over TLS', () => {
    expect(statements).toEqual([
      {
        Sid: 'AllowPublishThroughSSLOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sns:Publish',
        Resource: ref,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      {
        Sid: 'AlarmsOfThisAccountPublish',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: ref,
        Condition: {
          StringEquals: { 'aws:SourceAccount': `\${AWS::AccountId}` },
          ArnLike: { 'aws:SourceArn': anyAlarm },
        },
      },
      {
        Sid: 'NobodyElsePublishes',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'sns:Publish',
        Resource: ref,
        Condition: { ArnNotLike: { 'aws:SourceArn': anyAlarm } },
      },
    ]);
  });

  it('the alarm topic is encrypted by default, with a rotated key that CloudWatch may use', () => {
    const key = theResource(stack, 'AWS::KMS::Key');
    expect(flatten(topic.Properties.KmsMasterKeyId)).toBe(`\${${key.id}.Arn}`);
    expect(key.Properties.EnableKeyRotation).toBe(true);
    expect(statementsOf(key.Properties.KeyPolicy)).toContainEqual({
      Sid: 'CloudWatchAlarmsPublish',
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Resource: '*',
    });
  });

  it('there is no key when encryption is none', () => {
    const plain = deploy({ encryption: 'none', streams: [{ name: 'orders' }] });
    expect(resourcesOf(plain, 'AWS::KMS::Key')).toEqual([]);
    expect(theResource(plain, 'AWS::SNS::Topic').Properties.KmsMasterKeyId).toBeUndefined();
  });
});
