import { expect, test } from 'vitest';
import { callJson, MINUTE_MS, startFixture } from './local-fixture.ts';

type Answer = Readonly<Record<string, unknown>>;

/** SQS as an SDK speaks to it, with a queue `q`. */
async function startQueues(attributes: Readonly<Record<string, string>> = {}) {
  const fixture = await startFixture();
  const sqs = (operation: string, input: object): Promise<Answer> =>
    callJson(fixture.aws, `AmazonSQS.${operation}`, input);
  const { QueueUrl } = await sqs('CreateQueue', { QueueName: 'q', Attributes: attributes });
  const send = (input: object) => sqs('SendMessage', { QueueUrl, ...input });
  const receive = async (input: object = {}) =>
    ((await sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, ...input })).Messages ??
      []) as readonly Answer[];
  return { ...fixture, sqs, send, receive, QueueUrl };
}

const bodies = (messages: readonly Answer[]) => messages.map(({ Body }) => Body);

test('a delayed message is received when its delay is over, not before', async () => {
  const { aws, pass, send, receive, QueueUrl } = await startQueues({ DelaySeconds: '30' });
  await send({ MessageBody: 'by the queue' });
  await send({ MessageBody: 'at once', DelaySeconds: 0 });
  await send({ MessageBody: 'by the message', DelaySeconds: 90 });
  expect(bodies(await receive())).toEqual(['at once']);
  expect(aws.queues.attributes(String(QueueUrl))).toMatchObject({
    ApproximateNumberOfMessagesDelayed: '2',
    ApproximateNumberOfMessagesNotVisible: '1',
  });
  await pass(29_000);
  expect(bodies(await receive())).toEqual([]);
  await pass(1_000);
  expect(bodies(await receive({ VisibilityTimeout: 300 }))).toEqual(['by the queue', 'at once']);
  await pass(MINUTE_MS);
  expect(bodies(await receive())).toEqual(['by the message']);
  expect(await send({ MessageBody: 'late', DelaySeconds: 901 })).toMatchObject({
    __type: 'com.amazonaws.sqs#InvalidParameterValue',
  });
});

test('a message that was received too often goes to the dead-letter queue of the redrive policy', async () => {
  const { aws, pass, sqs, send, receive, QueueUrl } = await startQueues();
  await sqs('CreateQueue', { QueueName: 'dead' });
  const deadLetterTargetArn = 'arn:aws:sqs:eu-west-1:123456789012:dead';
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
  await sqs('SetQueueAttributes', { QueueUrl, Attributes: { RedrivePolicy } });
  const { MessageId } = await send({ MessageBody: 'poison' });
  for (const count of ['1', '2']) {
    expect(await receive({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] })).toMatchObject([
      { Attributes: { ApproximateReceiveCount: count } },
    ]);
    await pass(31_000);
  }
  expect(await receive()).toEqual([]);
  expect(aws.queues.messages('dead')).toMatchObject([
    { messageId: MessageId, sourceArn: 'arn:aws:sqs:eu-west-1:123456789012:q' },
  ]);
  const sources = await sqs('ListDeadLetterSourceQueues', { QueueUrl: aws.queues.url('dead') });
  expect(sources).toEqual({ queueUrls: [QueueUrl] });
  const nowhere = JSON.stringify({ deadLetterTargetArn: `${deadLetterTargetArn}r`, maxReceiveCount: 2 });
  expect(await sqs('SetQueueAttributes', { QueueUrl, Attributes: { RedrivePolicy: nowhere } })).toMatchObject({
    message: expect.stringContaining('Dead letter target does not exist'),
  });
});

test('message attributes come back to who asks for them, with the digest that SDKs check', async () => {
  const { send, receive } = await startQueues();
  const MessageAttributes = {
    'trace.id': { DataType: 'String', StringValue: 'abc' },
    count: { DataType: 'Number', StringValue: '7' },
    raw: { DataType: 'Binary', BinaryValue: 'AQI=' },
  };
  // Computed by moto, which others wrote.
  const sent = await send({ MessageBody: 'hello', MessageAttributes });
  expect(sent).toMatchObject({ MD5OfMessageAttributes: '15f7dc99e0fd8c866f56f809a6f0f90e' });
  const [all] = await receive({ MessageAttributeNames: ['All'], VisibilityTimeout: 0 });
  expect(all).toMatchObject({ MessageAttributes, MD5OfMessageAttributes: sent.MD5OfMessageAttributes });
  const [some] = await receive({ MessageAttributeNames: ['trace.*'], VisibilityTimeout: 0 });
  expect(Object.keys((some?.MessageAttributes ?? {}) as object)).toEqual(['trace.id']);
  const [none] = await receive({ VisibilityTimeout: 0 });
  expect(none).not.toHaveProperty('MessageAttributes');
  expect(none).not.toHaveProperty('Attributes');
  const wrong = { MessageBody: 'x', MessageAttributes: { a: { DataType: 'Text', StringValue: 'b' } } };
  expect(await send(wrong)).toMatchObject({ message: expect.stringContaining("attribute 'a'") });
});

test('a batch is done entry by entry, and a wrong batch is refused whole', async () => {
  const { sqs, receive, QueueUrl } = await startQueues();
  const Entries = [
    { Id: 'a', MessageBody: 'one' },
    { Id: 'b', MessageBody: 'two', DelaySeconds: 1_000 },
    { Id: 'c', MessageBody: 'three' },
  ];
  expect(await sqs('SendMessageBatch', { QueueUrl, Entries })).toMatchObject({
    Successful: [{ Id: 'a' }, { Id: 'c' }],
    Failed: [{ Id: 'b', Code: 'InvalidParameterValue', SenderFault: true }],
  });
  const received = await receive();
  const handles = received.map(({ ReceiptHandle }, index) => ({
    Id: `r${index}`,
    ReceiptHandle,
    VisibilityTimeout: 0,
  }));
  await sqs('ChangeMessageVisibilityBatch', { QueueUrl, Entries: handles });
  const again = await receive();
  expect(bodies(again)).toEqual(['one', 'three']);
  const deleted = again.map(({ ReceiptHandle }, index) => ({ Id: `r${index}`, ReceiptHandle }));
  await sqs('DeleteMessageBatch', { QueueUrl, Entries: deleted });
  expect(await receive({ VisibilityTimeout: 0 })).toEqual([]);
  const refusal = async (entries: readonly object[]) =>
    (await sqs('SendMessageBatch', { QueueUrl, Entries: entries })).__type;
  const many = Array.from({ length: 11 }, (_, index) => ({ Id: `${index}`, MessageBody: 'x' }));
  expect(await refusal([])).toBe('com.amazonaws.sqs#EmptyBatchRequest');
  expect(await refusal(many)).toBe('com.amazonaws.sqs#TooManyEntriesInBatchRequest');
  expect(await refusal([many[0], many[0]] as object[])).toBe('com.amazonaws.sqs#BatchEntryIdsNotDistinct');
  const large = { MessageBody: 'x'.repeat(600_000) };
  expect(
    await refusal([
      { Id: 'a', ...large },
      { Id: 'b', ...large },
    ]),
  ).toBe('com.amazonaws.sqs#BatchRequestTooLong');
});

test('a message above the maximum size is refused, also where a queue allows less', async () => {
  const { send, sqs, QueueUrl } = await startQueues();
  expect(await send({ MessageBody: 'x'.repeat(1_048_577) })).toMatchObject({
    __type: 'com.amazonaws.sqs#InvalidParameterValue',
    message: expect.stringContaining('Message must be shorter than 1048576 bytes'),
  });
  await sqs('SetQueueAttributes', { QueueUrl, Attributes: { MaximumMessageSize: '1024' } });
  expect(await send({ MessageBody: 'x'.repeat(1_025) })).toHaveProperty('__type');
  expect(await send({ MessageBody: 'x'.repeat(1_024) })).toHaveProperty('MessageId');
});

test('ReceiveMessage waits on the clock until a message comes, and no longer than it was told', async () => {
  const { clock, pass, send, receive } = await startQueues();
  const began = clock.nowMs();
  const waiting = receive({ WaitTimeSeconds: 20 });
  clock.schedule(began + 7_000, () => void send({ MessageBody: 'at last' }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await pass(10_000);
  expect(bodies(await waiting)).toEqual(['at last']);
  const inVain = receive({ WaitTimeSeconds: 20 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await pass(20_000);
  expect(await inVain).toEqual([]);
  expect(clock.nowMs() - began).toBe(30_000);
});

test('ListQueues honours prefix, MaxResults and NextToken', async () => {
  const { aws, sqs } = await startQueues();
  for (const name of ['orders-b', 'orders-a', 'clicks']) aws.queues.create(name);
  const first = await sqs('ListQueues', { QueueNamePrefix: 'orders-', MaxResults: 1 });
  const second = await sqs('ListQueues', { QueueNamePrefix: 'orders-', MaxResults: 1, NextToken: first.NextToken });
  expect([first.QueueUrls, second.QueueUrls, second.NextToken]).toEqual([
    [aws.queues.url('orders-a')],
    [aws.queues.url('orders-b')],
    undefined,
  ]);
  expect(await sqs('GetQueueUrl', { QueueName: 'q', QueueOwnerAWSAccountId: '999999999999' })).toMatchObject({
    __type: 'com.amazonaws.sqs#QueueDoesNotExist',
  });
});

test('a queue keeps tags and attributes, drops what is older than its retention, and is made once', async () => {
  const { pass, sqs, send, receive, QueueUrl } = await startQueues({ MessageRetentionPeriod: '60' });
  await sqs('TagQueue', { QueueUrl, Tags: { team: 'data', stage: 'test' } });
  await sqs('UntagQueue', { QueueUrl, TagKeys: ['stage'] });
  expect(await sqs('ListQueueTags', { QueueUrl })).toEqual({ Tags: { team: 'data' } });
  await send({ MessageBody: 'old' });
  await pass(61_000);
  expect(await receive()).toEqual([]);
  const create = (VisibilityTimeout: string) =>
    sqs('CreateQueue', { QueueName: 'q', Attributes: { VisibilityTimeout } });
  expect(await create('30')).toEqual({ QueueUrl });
  expect(await create('31')).toMatchObject({ __type: 'com.amazonaws.sqs#QueueNameExists' });
});
