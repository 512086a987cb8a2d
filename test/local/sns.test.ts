import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { clientsOf, startFixture } from './local-fixture.ts';

const QUEUE = 'arn:aws:sqs:eu-west-1:123456789012:subscriber';

async function startTopic(attributes: Record<string, string> = {}) {
  const fixture = await startFixture();
  const { sns } = clientsOf(fixture.aws);
  fixture.aws.queues.create('subscriber');
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'alarms' }));
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: QUEUE, Attributes: attributes }),
  );
  const received = async () => {
    await fixture.pass(1_000);
    return fixture.aws.queues.messages('subscriber');
  };
  return { ...fixture, sns, TopicArn, SubscriptionArn, received };
}

test("a queue gets SNS's envelope as SNS spells it: SigningCertURL, and no Subject or attributes where there are none", async () => {
  const { sns, TopicArn, received } = await startTopic();
  await sns.send(new PublishCommand({ TopicArn, Message: 'plain' }));
  const MessageAttributes = { kind: { DataType: 'String', StringValue: 'test' } };
  await sns.send(new PublishCommand({ TopicArn, Message: 'full', Subject: 'S', MessageAttributes }));
  const [plain, full] = (await received()).map(({ body }) => JSON.parse(body));
  expect(Object.keys(plain)).toEqual([
    'Type',
    'MessageId',
    'TopicArn',
    'Message',
    'Timestamp',
    'SignatureVersion',
    'Signature',
    'SigningCertURL',
    'UnsubscribeURL',
  ]);
  expect(full).toMatchObject({ Subject: 'S', MessageAttributes: { kind: { Type: 'String', Value: 'test' } } });
});

test('under raw delivery a queue gets the text alone, and the attributes as attributes of its message', async () => {
  const { sns, TopicArn, received } = await startTopic({ RawMessageDelivery: 'true' });
  const MessageAttributes = { kind: { DataType: 'String', StringValue: 'test' } };
  await sns.send(new PublishCommand({ TopicArn, Message: '{"n":1}', Subject: 'S', MessageAttributes }));
  expect(await received()).toMatchObject([
    { body: '{"n":1}', attributes: { kind: { dataType: 'String', value: 'test' } } },
  ]);
});

test('a subscription shows and changes its attributes, and one to a function refuses raw delivery', async () => {
  const { sns, TopicArn, SubscriptionArn, received } = await startTopic();
  const read = async () => (await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes;
  expect(await read()).toMatchObject({ RawMessageDelivery: 'false', Endpoint: QUEUE, PendingConfirmation: 'false' });
  const raw = { AttributeName: 'RawMessageDelivery', AttributeValue: 'true' };
  await sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, ...raw }));
  expect(await read()).toMatchObject({ RawMessageDelivery: 'true' });
  await sns.send(new PublishCommand({ TopicArn, Message: 'raw' }));
  expect((await received())[0]?.body).toBe('raw');
  const Endpoint = 'arn:aws:lambda:eu-west-1:123456789012:function:f';
  const toFunction = { TopicArn, Protocol: 'lambda', Endpoint, Attributes: { RawMessageDelivery: 'true' } };
  await expect(sns.send(new SubscribeCommand(toFunction))).rejects.toThrow('does not support raw message delivery');
});

test('MessageStructure json sends each protocol its own text, and refuses a message without a default', async () => {
  const { sns, TopicArn, received } = await startTopic({ RawMessageDelivery: 'true' });
  const publish = (texts: object) =>
    sns.send(new PublishCommand({ TopicArn, MessageStructure: 'json', Message: JSON.stringify(texts) }));
  await publish({ default: 'for all', sqs: 'for queues' });
  await publish({ default: 'for all' });
  expect((await received()).map(({ body }) => body)).toEqual(['for queues', 'for all']);
  await expect(publish({ sqs: 'x' })).rejects.toThrow('No default entry');
});

test('PublishBatch publishes entry by entry and names those that fail', async () => {
  const { sns, TopicArn, received } = await startTopic({ RawMessageDelivery: 'true' });
  const PublishBatchRequestEntries = [
    { Id: 'a', Message: 'one' },
    { Id: 'b', Message: 'x'.repeat(262_145) },
  ];
  const answer = await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
  expect(answer).toMatchObject({ Successful: [{ Id: 'a' }], Failed: [{ Id: 'b', Code: 'InvalidParameter' }] });
  expect((await received()).map(({ body }) => body)).toEqual(['one']);
});

test('a message of more than 256 KiB and a subject of 100 characters are refused', async () => {
  const { sns, TopicArn } = await startTopic();
  const publish = (input: { Message: string; Subject?: string }) =>
    sns.send(new PublishCommand({ TopicArn, ...input }));
  await expect(publish({ Message: 'x'.repeat(262_145) })).rejects.toThrow('Message too long');
  await expect(publish({ Message: 'x', Subject: 'S'.repeat(100) })).rejects.toThrow('Invalid parameter: Subject');
});

test('ListTopics pages by a hundred', async () => {
  const { aws, sns } = await startTopic();
  for (let index = 0; index < 100; index += 1) aws.topics.create(`topic-${index}`);
  const first = await sns.send(new ListTopicsCommand({}));
  const second = await sns.send(new ListTopicsCommand({ NextToken: first.NextToken }));
  expect([first.Topics?.length, second.Topics?.length, second.NextToken]).toEqual([100, 1, undefined]);
});
