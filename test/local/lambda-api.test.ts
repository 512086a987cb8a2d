import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  InvokeCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { addFunction, clientsOf, MINUTE_MS, startFixture } from './local-fixture.ts';

const ECHO = 'exports.handler = async (event, context) => event.context ? context.clientContext : event;';
const ROLE = 'arn:aws:iam::123456789012:role/r';
const arnOf = (service: string, name: string) => `arn:aws:${service}:eu-west-1:123456789012:${name}`;

test('the result of an asynchronous invocation goes to its OnSuccess destination: a queue, a topic or a function', async () => {
  const { aws, pass } = await startFixture();
  const { lambda } = clientsOf(aws);
  await addFunction(aws, 'f', ECHO);
  await addFunction(aws, 'next', ECHO);
  aws.queues.create('done');
  const configure = (Destination: string) =>
    lambda.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: 'f', DestinationConfig: { OnSuccess: { Destination } } }),
    );
  await configure(arnOf('sqs', 'done'));
  await lambda.send(new InvokeCommand({ FunctionName: 'f', InvocationType: 'Event', Payload: '{"n":1}' }));
  await pass(MINUTE_MS);
  expect(JSON.parse(aws.queues.messages('done')[0]?.body ?? '')).toMatchObject({
    requestContext: {
      condition: 'Success',
      approximateInvokeCount: 1,
      functionArn: `${arnOf('lambda', 'function:f')}:$LATEST`,
    },
    requestPayload: { n: 1 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST' },
    responsePayload: { n: 1 },
  });
  const topic = aws.topics.create('results');
  await configure(topic);
  await lambda.send(new InvokeCommand({ FunctionName: 'f', InvocationType: 'Event', Payload: '{"n":2}' }));
  await pass(MINUTE_MS);
  expect(JSON.parse(aws.topics.published[0]?.message ?? '')).toMatchObject({ responsePayload: { n: 2 } });
  await configure(arnOf('lambda', 'function:next'));
  const invoked: string[] = [];
  aws.onInvocation(({ functionName }) => invoked.push(functionName));
  await lambda.send(new InvokeCommand({ FunctionName: 'f', InvocationType: 'Event', Payload: '{}' }));
  await pass(MINUTE_MS);
  expect(invoked).toEqual(['f', 'next']);
  await expect(configure('arn:aws:s3:::bucket')).rejects.toMatchObject({
    name: 'NotModelled',
    message: expect.stringContaining('use a queue, a topic or a function'),
  });
});

test('an alarm invokes a function directly, with the event of CloudWatch, where it has the permission', async () => {
  const { aws, pass } = await startFixture();
  const permissions = [{ statementId: 'a', principal: 'lambda.alarms.cloudwatch.amazonaws.com' }];
  const allowed = await addFunction(aws, 'allowed', ECHO, { permissions });
  const denied = await addFunction(aws, 'denied', ECHO);
  aws.cloudwatch.putMetricAlarm({
    ...{ AlarmName: 'busy', Namespace: 'AWS/Kinesis', MetricName: 'IncomingBytes', Statistic: 'Sum', Period: 60 },
    ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' },
    Dimensions: [{ Name: 'StreamName', Value: 'orders' }],
    AlarmActions: [denied.arn, allowed.arn],
  });
  const results: unknown[] = [];
  aws.onInvocation(({ functionName, result }) =>
    results.push([functionName, 'payload' in result && JSON.parse(result.payload)]),
  );
  aws.cloudwatch.setAlarmState({ AlarmName: 'busy', StateValue: 'ALARM', StateReason: 'test' });
  await pass(1_000);
  const metric = { namespace: 'AWS/Kinesis', name: 'IncomingBytes', dimensions: { StreamName: 'orders' } };
  const event = {
    source: 'aws.cloudwatch',
    alarmArn: arnOf('cloudwatch', 'alarm:busy'),
    accountId: '123456789012',
    time: '2026-01-01T00:00:00.000+0000',
    region: 'eu-west-1',
    alarmData: {
      alarmName: 'busy',
      state: { value: 'ALARM', reason: 'test', timestamp: '2026-01-01T00:00:00.000+0000' },
      previousState: { value: 'INSUFFICIENT_DATA' },
      configuration: { metrics: [{ id: 'm1', metricStat: { metric, period: 60, stat: 'Sum' }, returnData: true }] },
    },
  };
  expect(results).toEqual([['allowed', event]]);
});

test('Invoke refuses payloads above 6 MB, and asynchronously above 1 MB', async () => {
  const { aws } = await startFixture();
  const { lambda } = clientsOf(aws);
  await addFunction(aws, 'f', ECHO);
  const invoke = (bytes: number, InvocationType: 'Event' | 'RequestResponse') =>
    lambda.send(new InvokeCommand({ FunctionName: 'f', InvocationType, Payload: JSON.stringify('x'.repeat(bytes)) }));
  await expect(invoke(6_300_000, 'RequestResponse')).rejects.toMatchObject({ name: 'RequestEntityTooLargeException' });
  await expect(invoke(1_048_576, 'Event')).rejects.toMatchObject({ $metadata: { httpStatusCode: 413 } });
});

test('a function of a runtime that cannot run here is Failed with the reason, and is not invoked', async () => {
  const { aws } = await startFixture();
  const { lambda } = clientsOf(aws);
  const Code = { ZipFile: Buffer.concat([Buffer.from('PK\u0005\u0006', 'latin1'), Buffer.alloc(18)]) };
  const FunctionName = 'snake';
  const created = await lambda.send(
    new CreateFunctionCommand({ FunctionName, Runtime: 'python3.13', Handler: 'a.b', Role: ROLE, Code }),
  );
  expect(created).toMatchObject({ State: 'Failed', StateReasonCode: 'InvalidRuntime' });
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
  expect(Configuration?.StateReason).toBe('Local AWS runs functions of Node.js only, not of python3.13.');
  await expect(lambda.send(new InvokeCommand({ FunctionName }))).rejects.toMatchObject({ name: 'NotModelled' });
});

test('an alias or a version in the name of a function is refused, not taken for $LATEST', async () => {
  const { aws } = await startFixture();
  const { lambda } = clientsOf(aws);
  const { arn } = await addFunction(aws, 'f', ECHO);
  for (const FunctionName of ['f:prod', `${arn}:7`]) {
    await expect(lambda.send(new GetFunctionCommand({ FunctionName }))).rejects.toMatchObject({ name: 'NotModelled' });
  }
  await expect(lambda.send(new GetFunctionCommand({ FunctionName: `${arn}:$LATEST` }))).resolves.toBeDefined();
});

test('a handler gets the client context of its caller', async () => {
  const { aws } = await startFixture();
  await addFunction(aws, 'f', ECHO);
  const ClientContext = Buffer.from('{"custom":{"key":"value"}}').toString('base64');
  const { lambda } = clientsOf(aws);
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName: 'f', ClientContext, Payload: '{"context":true}' }),
  );
  expect(answer.Payload?.transformToString()).toBe('{"custom":{"key":"value"}}');
});

test('an event source mapping gives back how it would poll, and says when its stream is gone', async () => {
  const { aws } = await startFixture();
  const { lambda } = clientsOf(aws);
  await addFunction(aws, 'f', ECHO);
  await aws.kinesis.create('orders', 'PROVISIONED', 1);
  const input = {
    FunctionName: 'f',
    EventSourceArn: arnOf('kinesis', 'stream/orders'),
    StartingPosition: 'TRIM_HORIZON' as const,
    BatchSize: 500,
    BisectBatchOnFunctionError: true,
  };
  const { UUID } = await lambda.send(new CreateEventSourceMappingCommand(input));
  const { FunctionName: _, ...polling } = input;
  expect(await lambda.send(new GetEventSourceMappingCommand({ UUID }))).toMatchObject({
    ...polling,
    MaximumRetryAttempts: -1,
    LastProcessingResult: 'No records processed',
  });
  await aws.kinesis.delete('orders');
  expect(await lambda.send(new GetEventSourceMappingCommand({ UUID }))).toMatchObject({
    LastProcessingResult: 'PROBLEM: Stream not found',
  });
});

test('a change of a function by a caller that read another revision is refused', async () => {
  const { aws } = await startFixture();
  const { lambda } = clientsOf(aws);
  await addFunction(aws, 'f', ECHO);
  const update = (RevisionId: string) =>
    lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'f', RevisionId, Timeout: 9 }));
  await expect(update('other')).rejects.toMatchObject({ name: 'PreconditionFailedException' });
  await expect(update('first')).resolves.toMatchObject({ Timeout: 9 });
});
