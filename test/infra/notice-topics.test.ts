import { describe, expect, it } from 'vitest';
import { readDeploymentContext } from '../../infra/deployment-context.ts';
import { arnOf, deploy, flatten, resourcesOf, theResource } from './deployed-stack.ts';

const stack = deploy({ notices: { email: 'team@example.com' }, pager: true, streams: [{ name: 'orders' }] });
const notices = theResource(stack, 'AWS::SNS::Topic', 'NoticeTopic');
const pager = theResource(stack, 'AWS::SNS::Topic', 'PagerTopic');

function statementsOf(idPart: string): readonly unknown[] {
  const { PolicyDocument: document } = theResource(stack, 'AWS::SNS::TopicPolicy', idPart).Properties;
  return (flatten(document) as { readonly Statement: readonly unknown[] }).Statement;
}

const tlsOnly = (topic: string) => ({
  Sid: 'AllowPublishThroughSSLOnly',
  Effect: 'Deny',
  Principal: '*',
  Action: 'sns:Publish',
  Resource: `\${${topic}}`,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

describe('a topic for people', () => {
  it('the notice topic takes TLS only, and has the key of the deployment', () => {
    const key = theResource(stack, 'AWS::KMS::Key').id;
    for (const { Properties } of [notices, pager]) {
      expect(flatten(Properties.KmsMasterKeyId)).toBe(`\${${key}.Arn}`);
    }
    expect(statementsOf('NoticeTopic')).toEqual([tlsOnly(notices.id)]);
  });

  it('both functions and the outputs know the ARN of the notice topic', () => {
    for (const name of ['Scaler', 'Reconciler']) {
      expect(
        flatten(theResource(stack, 'AWS::Lambda::Function', `${name}Function`).Properties.Environment),
      ).toMatchObject({
        Variables: { NOTICE_TOPIC_ARN: `\${${notices.id}}`, PAGER_TOPIC_ARN: `\${${pager.id}}` },
      });
    }
    expect(flatten(stack.outputs)).toMatchObject({
      NoticeTopicArn: { Value: `\${${notices.id}}` },
      PagerTopicArn: { Value: `\${${pager.id}}` },
    });
  });

  it('the notice topic sends mail to an address that is given', () => {
    const mails = resourcesOf(stack, 'AWS::SNS::Subscription').filter(
      ({ Properties }) => Properties.Protocol === 'email',
    );
    expect(mails.map(({ Properties }) => flatten(Properties))).toEqual([
      { Protocol: 'email', Endpoint: 'team@example.com', TopicArn: `\${${notices.id}}` },
    ]);
  });

  it('no topic is created where one is named, or where nobody wants to be notified', () => {
    const named = { topicArn: 'arn:aws:sns:us-east-1:111122223333:scalings' };
    for (const context of [{ notices: named, pager: named }, { notices: false }, {}]) {
      const topics = resourcesOf(deploy({ ...context, streams: [{ name: 'orders' }] }), 'AWS::SNS::Topic');
      expect(topics.map(({ id }) => id)).toEqual([expect.stringContaining('AlarmTopic')]);
    }
  });
});

describe('the pager', () => {
  it('alarms of this account, and no other, may publish to the pager topic', () => {
    expect(statementsOf('PagerTopic')).toEqual([
      tlsOnly(pager.id),
      {
        Sid: 'AlarmsOfThisAccountPublish',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: `\${${pager.id}}`,
        Condition: {
          StringEquals: { 'aws:SourceAccount': `\${AWS::AccountId}` },
          ArnLike: { 'aws:SourceArn': arnOf('cloudwatch', 'alarm:*') },
        },
      },
    ]);
    const health = resourcesOf(stack, 'AWS::CloudWatch::Alarm').filter(({ id }) => id.includes('Health'));
    for (const { Properties } of health) expect(flatten(Properties.AlarmActions)).toEqual([`\${${pager.id}}`]);
  });
});

describe('whom to tell', () => {
  it.each([
    'team@example.com',
    { email: 'team' },
    { topicArn: 'scalings' },
    { topicArn: 'arn:aws:sqs:us-east-1:111122223333:queue' },
    { email: 'team@example.com', topicArn: 'arn:aws:sns:us-east-1:111122223333:scalings' },
    1,
  ])('%j is refused as a target of notices', (notices) => {
    const read = readDeploymentContext({ notices, streams: [{ name: 'orders' }] });
    expect(read.ok ? [] : read.faults.map(({ field }) => field)).toEqual([expect.stringMatching(/^notices/)]);
  });
});
