import { readFile } from 'node:fs/promises';
import { FilterLogEventsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
  PutFunctionConcurrencyCommand,
  TagResourceCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api';
import { CreateTopicCommand, GetTopicAttributesCommand, PublishCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { addFunction, callJson, clientsOf, MINUTE_MS, START_MS, startFixture } from './local-fixture.ts';

const RECORDER = `exports.handler = async (event) => { console.log(JSON.stringify(event)); return event; };`;
/** A zip file with an index.js: exports.handler = async (event) => event; */
const ZIP_OF_ECHO =
  'UEsDBBQAAAAAAAAAIVzo8WCaKQAAACkAAAAIAAAAaW5kZXguanNleHBvcnRzLmhhbmRsZXIgPSBhc3luYyAoZXZlbnQpID0+IGV2ZW50O1BLAQIUAxQAAAAAAAAAIVzo8WCaKQAAACkAAAAIAAAAAAAAAAAAAACAAQAAAABpbmRleC5qc1BLBQYAAAAAAQABADYAAABPAAAAAAA=';
const FROM_SNS = [{ statementId: 'sns', principal: 'sns.amazonaws.com' }];

/** Shape of a value: names and types, whatever the values are. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, shapeOf(item)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

test('a message published to a topic reaches a function in the envelope that Lambda documents', async () => {
  const { aws, pass } = await startFixture();
  const { arn } = await addFunction(aws, 'receiver', RECORDER, { permissions: FROM_SNS });
  const { sns } = clientsOf(aws);
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'alarms', Attributes: { DisplayName: 'A & B' } }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: arn }));
  await sns.send(new PublishCommand({ TopicArn, Message: 'text', Subject: 'ALARM' }));
  await pass(1000);
  const [line] = await messagesOf(aws, 'receiver');
  const event = JSON.parse(line ?? '');
  const documented = JSON.parse(await readFile(new URL('../fixtures/events/scale-up.json', import.meta.url), 'utf8'));
  expect(shapeOf(event)).toEqual(shapeOf(documented));
  expect(event.Records[0].Sns).toMatchObject({
    Message: 'text',
    Subject: 'ALARM',
    TopicArn,
    Timestamp: '2026-01-01T00:00:00.000Z',
  });
  const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
  expect(Attributes).toMatchObject({ DisplayName: 'A & B', SubscriptionsConfirmed: '1' });
});

test('a topic can deliver late, out of order and more than once', async () => {
  const { aws, pass } = await startFixture();
  const { arn } = await addFunction(aws, 'receiver', RECORDER, { permissions: FROM_SNS });
  const topic = aws.topics.create('alarms');
  aws.topics.subscribe(topic, 'lambda', arn);
  aws.topics.behaviour = { delaysMs: [3 * MINUTE_MS, MINUTE_MS] };
  aws.topics.publish(topic, { message: 'first' });
  aws.topics.behaviour = { delaysMs: [0] };
  await pass(1000);
  aws.topics.publish(topic, { message: 'second' });
  await pass(10 * MINUTE_MS);
  const received = await messagesOf(aws, 'receiver');
  expect(received.map((line) => JSON.parse(line).Records[0].Sns.Message)).toEqual(['second', 'first', 'first']);
});

test("a topic without permission does not invoke; its message goes to the subscription's dead-letter queue", async () => {
  const { aws, pass } = await startFixture();
  const { arn } = await addFunction(aws, 'receiver', RECORDER);
  aws.queues.create('undelivered');
  const topic = aws.topics.create('alarms');
  aws.topics.subscribe(topic, 'lambda', arn, {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:123456789012:undelivered' }),
  });
  aws.topics.publish(topic, { message: 'm' });
  await pass(1000);
  expect(aws.topics.undelivered[0]?.reason).toContain('AccessDeniedException');
  expect(JSON.parse(aws.queues.messages('undelivered')[0]?.body ?? '')).toMatchObject({ Message: 'm' });
});

test('Lambda creates, describes, changes, tags and invokes functions over its API', async () => {
  const { aws, pass } = await startFixture();
  const { lambda } = clientsOf(aws);
  const Code = { ZipFile: Buffer.from(ZIP_OF_ECHO, 'base64') };
  const Role = 'arn:aws:iam::123456789012:role/echo';
  const created = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'echo',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role,
      Code,
      Tags: { a: '1' },
    }),
  );
  await expect(
    lambda.send(
      new CreateFunctionCommand({ FunctionName: 'echo', Runtime: 'nodejs24.x', Handler: 'index.handler', Role, Code }),
    ),
  ).rejects.toMatchObject({ name: 'ResourceConflictException' });
  const answer = await lambda.send(new InvokeCommand({ FunctionName: 'echo', Payload: '{"n":1}', LogType: 'Tail' }));
  expect(answer.Payload?.transformToString()).toBe('{"n":1}');
  expect(Buffer.from(answer.LogResult ?? '', 'base64').toString()).toContain('END RequestId');
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'echo', Handler: 'index.gone' }));
  const failed = await lambda.send(new InvokeCommand({ FunctionName: 'echo', Payload: '{}' }));
  expect(failed.FunctionError).toBe('Unhandled');
  await lambda.send(new TagResourceCommand({ Resource: created.FunctionArn, Tags: { b: '2' } }));
  const { Tags } = await lambda.send(new ListTagsCommand({ Resource: created.FunctionArn }));
  expect(Tags).toEqual({ a: '1', b: '2' });
  const event = await lambda.send(new InvokeCommand({ FunctionName: 'echo', InvocationType: 'Event', Payload: '{}' }));
  expect(event.StatusCode).toBe(202);
  await pass(10 * MINUTE_MS);
  await expect(lambda.send(new InvokeCommand({ FunctionName: 'nobody' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    $metadata: { httpStatusCode: 404 },
  });
});

test('Lambda refuses reserved concurrency that leaves less than 100 unreserved, with the error of AWS', async () => {
  const { aws } = await startFixture({ accountConcurrency: 400 });
  await addFunction(aws, 'a', RECORDER);
  await addFunction(aws, 'b', RECORDER);
  const { lambda } = clientsOf(aws);
  const reserve = (FunctionName: string, ReservedConcurrentExecutions: number) =>
    lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
  await reserve('a', 200);
  await expect(reserve('b', 101)).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining('below its minimum value of [100]'),
  });
  await reserve('b', 100);
  await reserve('a', 150);
  await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: 'a' }));
  const none = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: 'a' }));
  expect(none.ReservedConcurrentExecutions).toBeUndefined();
  expect(aws.lambda.functions.unreservedConcurrency).toBe(300);
});

test('ListEventSourceMappings shows which functions read a stream', async () => {
  const { aws } = await startFixture();
  const { arn } = await addFunction(aws, 'reader', RECORDER);
  await addFunction(aws, 'idle', RECORDER);
  const { lambda } = clientsOf(aws);
  const EventSourceArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders';
  const create = new CreateEventSourceMappingCommand({
    FunctionName: 'reader',
    EventSourceArn,
    ParallelizationFactor: 2,
    StartingPosition: 'LATEST',
  });
  await expect(lambda.send(create)).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: `Stream not found: ${EventSourceArn}`,
  });
  await aws.kinesis.create('orders', 'PROVISIONED', 1);
  await lambda.send(create);
  await expect(lambda.send(create)).rejects.toMatchObject({ name: 'ResourceConflictException' });
  const list = async (FunctionName: string) =>
    (await lambda.send(new ListEventSourceMappingsCommand({ FunctionName, EventSourceArn }))).EventSourceMappings;
  expect(await list(arn)).toMatchObject([
    { FunctionArn: arn, ParallelizationFactor: 2, State: 'Enabled', BatchSize: 100, StartingPosition: 'LATEST' },
  ]);
  expect(await list('idle')).toEqual([]);
});

test('CloudWatch Logs finds log lines by group, stream, time and pattern', async () => {
  const { aws, pass } = await startFixture();
  await addFunction(
    aws,
    'talker',
    `exports.handler = async (event) => { process.stdout.write(JSON.stringify(event) + '\\n'); };`,
  );
  await aws.lambda.invoke('talker', '{"level":"INFO","stream":{"name":"a"},"n":1}');
  await pass(MINUTE_MS);
  await aws.lambda.invoke('talker', '{"level":"ERROR","stream":{"name":"b"},"n":2}');
  const { logs } = clientsOf(aws);
  const filter = async (input: object) => {
    const { events = [] } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: '/aws/lambda/talker', ...input }),
    );
    return events.map(({ message }) => message).filter((message) => message?.startsWith('{'));
  };
  expect(await filter({ filterPattern: '{ $.level = "ERROR" && $.n > 1 }' })).toHaveLength(1);
  expect(await filter({ filterPattern: 'level "INFO"' })).toHaveLength(1);
  expect(await filter({ startTime: START_MS + 1 })).toEqual(['{"level":"ERROR","stream":{"name":"b"},"n":2}']);
  expect(await filter({})).toHaveLength(2);
  const first = await logs.send(new FilterLogEventsCommand({ logGroupName: '/aws/lambda/talker', limit: 3 }));
  const second = await logs.send(
    new FilterLogEventsCommand({ logGroupName: '/aws/lambda/talker', limit: 99, nextToken: first.nextToken }),
  );
  expect([first.events?.length, second.events?.length, second.nextToken]).toEqual([3, 5, undefined]);
  const logStreamName = first.events?.[0]?.logStreamName;
  const stream = await logs.send(new GetLogEventsCommand({ logGroupName: '/aws/lambda/talker', logStreamName }));
  expect(stream.events).toHaveLength(8);
});

test('embedded metrics and the metrics of functions and queues reach CloudWatch', async () => {
  const { aws, pass } = await startFixture();
  const document = {
    _aws: {
      Timestamp: START_MS,
      CloudWatchMetrics: [{ Namespace: 'N', Dimensions: [['service']], Metrics: [{ Name: 'Scalings' }] }],
    },
    service: 's',
    Scalings: 3,
  };
  await addFunction(
    aws,
    'emitter',
    `exports.handler = async () => { process.stdout.write('${JSON.stringify(document)}\\n'); throw new Error('x'); };`,
  );
  aws.queues.create('dead');
  aws.queues.send('dead', 'm');
  await aws.lambda.invoke('emitter', '{}');
  await pass(2 * MINUTE_MS);
  const sumOf = (Namespace: string, MetricName: string, Name: string, Value: string) =>
    aws.cloudwatch.getMetricStatistics({
      Namespace,
      MetricName,
      Dimensions: [{ Name, Value }],
      StartTime: new Date(START_MS),
      EndTime: new Date(START_MS + 5 * MINUTE_MS),
      Period: 300,
      Statistics: ['Maximum'],
    }).Datapoints?.[0]?.Maximum;
  expect(sumOf('N', 'Scalings', 'service', 's')).toBe(3);
  expect(sumOf('AWS/Lambda', 'Errors', 'FunctionName', 'emitter')).toBe(1);
  expect(sumOf('AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', 'dead')).toBe(1);
});

test('GetResources finds streams by their tags, page by page', async () => {
  const { aws } = await startFixture();
  for (const name of ['a', 'b', 'c', 'd']) {
    await aws.kinesis.create(
      name,
      'PROVISIONED',
      1,
      name === 'c' ? {} : { 'autoscaling/enabled': name === 'b' ? 'false' : 'true' },
    );
  }
  const { tagging } = clientsOf(aws);
  const input = {
    ResourceTypeFilters: ['kinesis:stream'],
    TagFilters: [{ Key: 'autoscaling/enabled', Values: ['true'] }],
    ResourcesPerPage: 1,
  };
  const first = await tagging.send(new GetResourcesCommand(input));
  const second = await tagging.send(new GetResourcesCommand({ ...input, PaginationToken: first.PaginationToken }));
  const arns = [first, second].map(({ ResourceTagMappingList = [] }) =>
    ResourceTagMappingList.map(({ ResourceARN }) => ResourceARN),
  );
  expect(arns).toEqual([
    ['arn:aws:kinesis:eu-west-1:123456789012:stream/a'],
    ['arn:aws:kinesis:eu-west-1:123456789012:stream/d'],
  ]);
  expect(second.PaginationToken).toBe('');
});

test('a queue hides a message that was received until its visibility time-out', async () => {
  const { aws, pass } = await startFixture();
  const { QueueUrl } = await callJson(aws, 'AmazonSQS.CreateQueue', { QueueName: 'q' });
  await callJson(aws, 'AmazonSQS.SendMessage', { QueueUrl, MessageBody: 'hello' });
  const receive = () => callJson(aws, 'AmazonSQS.ReceiveMessage', { QueueUrl });
  const first = await receive();
  expect(first.Messages).toMatchObject([{ Body: 'hello', MD5OfBody: '5d41402abc4b2a76b9719d911017c592' }]);
  expect(await receive()).toEqual({});
  await pass(31_000);
  expect((await receive()).Messages).toHaveLength(1);
  expect(await callJson(aws, 'AmazonSQS.GetQueueUrl', { QueueName: 'nobody' })).toMatchObject({
    __type: 'com.amazonaws.sqs#QueueDoesNotExist',
  });
});

async function messagesOf(
  aws: Awaited<ReturnType<typeof startFixture>>['aws'],
  functionName: string,
): Promise<readonly string[]> {
  const messages = aws.logs.events(`/aws/lambda/${functionName}`).map(({ message }) => message);
  return messages
    .filter((message) => message.includes('\tINFO\t'))
    .map((message) => message.split('\tINFO\t')[1] ?? '');
}
