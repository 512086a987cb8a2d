import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CreateStreamCommand, DescribeStreamSummaryCommand, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, PublishCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { addFunction, clientsOf, startFixture } from './local-fixture.ts';

test('a call acts in the region that its client signs for, and nothing of it shows in another', async () => {
  const { aws } = await startFixture();
  const [home, abroad] = [clientsOf(aws), clientsOf(aws, { region: 'us-east-2' })];
  await home.kinesis.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 1 }));
  await abroad.kinesis.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 3 }));
  const summaryOf = async ({ kinesis }: typeof home) =>
    (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: 'orders' }))).StreamDescriptionSummary;
  expect(await summaryOf(home)).toMatchObject({
    OpenShardCount: 1,
    StreamARN: 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders',
  });
  expect(await summaryOf(abroad)).toMatchObject({
    OpenShardCount: 3,
    StreamARN: 'arn:aws:kinesis:us-east-2:123456789012:stream/orders',
  });
  const elsewhere = clientsOf(aws, { region: 'ap-south-1' });
  expect((await elsewhere.kinesis.send(new ListStreamsCommand({}))).StreamNames).toEqual([]);
  expect((await elsewhere.cloudwatch.send(new DescribeAlarmsCommand({}))).MetricAlarms).toEqual([]);
});

test('a function in another region runs with that region in its environment', async () => {
  const { aws } = await startFixture();
  const abroad = aws.inRegion('us-east-2');
  const source = 'exports.handler = async () => process.env.AWS_REGION;';
  await addFunction({ ...aws, ...abroad, account: { ...aws.account, region: 'us-east-2' } }, 'f', source);
  const answer = await clientsOf(aws, { region: 'us-east-2' }).lambda.send(new InvokeCommand({ FunctionName: 'f' }));
  expect(answer.Payload?.transformToString()).toBe('"us-east-2"');
});

test('a topic delivers to a queue in another region', async () => {
  const { aws, pass } = await startFixture();
  const { sns } = clientsOf(aws);
  aws.inRegion('us-east-2').queues.create('abroad');
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'alarms' }));
  const Endpoint = 'arn:aws:sqs:us-east-2:123456789012:abroad';
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
  await sns.send(new PublishCommand({ TopicArn, Message: 'hello' }));
  await pass(1_000);
  expect(JSON.parse(aws.inRegion('us-east-2').queues.messages('abroad')[0]?.body ?? '')).toMatchObject({
    Message: 'hello',
  });
});
