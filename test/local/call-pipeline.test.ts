import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeStreamSummaryCommand, KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { PublishCommand } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { type FaultRule, parseFaultRule } from '../../local/calls/fault-rules.ts';
import {
  addFunction,
  CALL_SOURCE,
  callJson,
  clientOptions,
  clientsOf,
  START_MS,
  startFixture,
} from './local-fixture.ts';

const summary = new DescribeStreamSummaryCommand({ StreamName: 'orders' });

/** Calls DescribeStreamSummary once and says how it ended. */
const CALLER = `${CALL_SOURCE}
exports.handler = async (event) => {
  const begun = Date.now();
  const answer = await call('Kinesis_20131202.DescribeStreamSummary', { StreamName: 'orders' }, event.timeoutMs)
    .then(({ status, body }) => ({ status, type: body.__type }), (error) => ({ error: error.code ?? error.message }));
  return { ...answer, tookMs: Date.now() - begun };
};`;

function rule(text: string): FaultRule {
  const parsed = parseFaultRule(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

test('a fault rule names the call that it hits, the error and how often', () => {
  expect(parseFaultRule('UpdateShardCount=LimitExceededException:2')).toEqual({
    operation: 'UpdateShardCount',
    fault: { kind: 'error', code: 'LimitExceededException' },
    times: 2,
  });
  expect(parseFaultRule('cloudwatch:PutMetricAlarm=timeout-after')).toEqual({
    service: 'cloudwatch',
    operation: 'PutMetricAlarm',
    fault: { kind: 'no-answer', when: 'after' },
    times: Number.POSITIVE_INFINITY,
  });
  expect(parseFaultRule('PutMetricAlarm')).toContain('CALL=ERROR[:TIMES]');
  expect(parseFaultRule('nobody:PutMetricAlarm=500')).toContain('"nobody"');
  expect(parseFaultRule('PutMetricAlarm=500:0')).toContain('TIMES');
});

test('an injected error arrives in the protocol of the called service, as often as the rule says', async () => {
  const { aws } = await startFixture();
  await aws.kinesis.create('orders', 'PROVISIONED', 1);
  const { kinesis, cloudwatch, lambda, sns } = clientsOf(aws);
  aws.calls.faults.add(rule('DescribeStreamSummary=LimitExceededException:2'));
  aws.calls.faults.add(rule('DescribeAlarms=ThrottlingException:1'));
  aws.calls.faults.add(rule('GetAccountSettings=TooManyRequestsException:1'));
  aws.calls.faults.add(rule('Publish=500:1'));
  for (let time = 0; time < 2; time += 1) {
    await expect(kinesis.send(summary)).rejects.toMatchObject({ name: 'LimitExceededException' });
  }
  await expect(kinesis.send(summary)).resolves.toMatchObject({ StreamDescriptionSummary: { OpenShardCount: 1 } });
  await expect(cloudwatch.send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({ name: 'ThrottlingException' });
  await expect(lambda.send(new GetAccountSettingsCommand({}))).rejects.toMatchObject({
    name: 'TooManyRequestsException',
    $metadata: { httpStatusCode: 429 },
  });
  await expect(sns.send(new PublishCommand({ TopicArn: 'a', Message: 'm' }))).rejects.toMatchObject({
    name: 'InternalFailure',
    $metadata: { httpStatusCode: 500 },
  });
});

test('faults without an answer, with a reset or a kill reach the calling function, before or after the effect', async () => {
  const { aws, pass } = await startFixture();
  await aws.kinesis.create('orders', 'PROVISIONED', 1);
  await addFunction(aws, 'caller', CALLER);
  const run = async (fault: string) => {
    aws.calls.faults.clear();
    aws.calls.log.clear();
    aws.calls.faults.add(rule(fault));
    const invoked = aws.lambda.invoke('caller', '{"timeoutMs":7000}');
    await pass(60_000);
    const result = await invoked;
    return {
      result: result.kind === 'throttled' ? {} : JSON.parse(result.payload),
      outcomes: aws.calls.log.records.map(({ outcome }) => outcome),
    };
  };
  expect(await run('DescribeStreamSummary=timeout')).toEqual({
    result: { error: 'gave up', tookMs: 7000 },
    outcomes: ['no-answer'],
  });
  expect(await run('DescribeStreamSummary=reset')).toEqual({
    result: { error: 'ECONNRESET', tookMs: 0 },
    outcomes: ['reset'],
  });
  expect(await run('DescribeStreamSummary=kill-after')).toMatchObject({
    result: { errorType: 'Runtime.ExitError' },
    outcomes: ['kill'],
  });
});

test('a reset after the effect leaves the write, a reset before it does not', async () => {
  const { aws } = await startFixture();
  await aws.kinesis.create('orders', 'PROVISIONED', 2);
  const send = () => callJson(aws, 'Kinesis_20131202.AddTagsToStream', { StreamName: 'orders', Tags: { a: '1' } });
  aws.calls.faults.add(rule('AddTagsToStream=reset:1'));
  await expect(send()).rejects.toThrow();
  expect(aws.kinesis.stream('orders').tags.get('a')).toBeUndefined();
  aws.calls.faults.add(rule('AddTagsToStream=reset-after:1'));
  await expect(send()).rejects.toThrow();
  expect(aws.kinesis.stream('orders').tags.get('a')).toBe('1');
});

test('latency passes on the clock, and concurrent calls wait at the same time', async () => {
  const { aws, pass } = await startFixture({ latencyMs: 50 });
  await aws.kinesis.create('orders', 'PROVISIONED', 1);
  await addFunction(
    aws,
    'caller',
    `${CALL_SOURCE}
     exports.handler = async () => {
       const one = () => call('Kinesis_20131202.DescribeStreamSummary', { StreamName: 'orders' });
       const begun = Date.now();
       await Promise.all([one(), one(), one()]);
       const together = Date.now() - begun;
       await one();
       return { together, inAll: Date.now() - begun };
     };`,
  );
  const invoked = aws.lambda.invoke('caller', '{}');
  await pass(60_000);
  const result = await invoked;
  expect(result.kind === 'success' && JSON.parse(result.payload)).toEqual({ together: 50, inAll: 100 });
});

test("with throttle on, AWS's call rates hold on the clock, and a retry that sleeps gets through", async () => {
  const { aws, pass } = await startFixture({ throttle: true });
  await aws.kinesis.create('orders', 'PROVISIONED', 1);
  const { cloudwatch } = clientsOf(aws);
  const calls = await Promise.allSettled(
    Array.from({ length: 12 }, () => cloudwatch.send(new DescribeAlarmsCommand({}))),
  );
  expect(calls.filter(({ status }) => status === 'rejected')).toHaveLength(3);
  await addFunction(
    aws,
    'patient',
    `${CALL_SOURCE}
     exports.handler = async () => {
       const begun = Date.now();
       for (let done = 0; done < 50; ) {
         const { status } = await call('Kinesis_20131202.DescribeStreamSummary', { StreamName: 'orders' });
         if (status === 200) done += 1;
         else await new Promise((resolve) => setTimeout(resolve, 100));
       }
       return Date.now() - begun;
     };`,
  );
  const invoked = aws.lambda.invoke('patient', '{}');
  await pass(60_000);
  const result = await invoked;
  // 50 calls at 20 a second, of which the first 20 may come at once.
  expect(result.kind === 'success' && JSON.parse(result.payload)).toBe(1500);
});

test('the call log records caller, operation, time, whether it writes and the outcome', async () => {
  const { aws, pass } = await startFixture();
  await aws.kinesis.create('orders', 'PROVISIONED', 1);
  await addFunction(aws, 'caller', CALLER);
  await pass(1000);
  await aws.lambda.invoke('caller', '{}');
  await callJson(aws, 'Kinesis_20131202.UpdateShardCount', {
    StreamName: 'orders',
    TargetShardCount: 9,
    ScalingType: 'UNIFORM_SCALING',
  });
  expect(aws.calls.log.records).toEqual([
    {
      service: 'kinesis',
      operation: 'DescribeStreamSummary',
      atMs: START_MS + 1000,
      caller: { kind: 'function', functionName: 'caller', environmentId: expect.any(String) },
      writing: false,
      outcome: 'ok',
    },
    {
      service: 'kinesis',
      operation: 'UpdateShardCount',
      atMs: START_MS + 1000,
      caller: { kind: 'external' },
      writing: true,
      outcome: 'InvalidArgumentException',
    },
  ]);
});

test('a call waits for the hooks before and after it', async () => {
  const { aws } = await startFixture();
  const seen: string[] = [];
  const remove = aws.calls.addHook(async ({ operation }, when) => {
    await sleep(5);
    seen.push(`${when} ${operation}`);
  });
  await clientsOf(aws).kinesis.send(new ListStreamsCommand({}));
  expect(seen).toEqual(['before ListStreams', 'after ListStreams']);
  remove();
  await clientsOf(aws).kinesis.send(new ListStreamsCommand({}));
  expect(seen).toHaveLength(2);
});

test('the JavaScript Kinesis client works over HTTP/2, its default', async () => {
  const { aws } = await startFixture();
  await aws.kinesis.create('orders', 'PROVISIONED', 3);
  const { requestHandler: _, ...options } = clientOptions(aws);
  const client = new KinesisClient(options);
  await expect(client.send(summary)).resolves.toMatchObject({ StreamDescriptionSummary: { OpenShardCount: 3 } });
  client.destroy();
});

test('an operation of AWS that is not served is refused as not modelled, an invented one as AWS refuses it', async () => {
  const { aws } = await startFixture();
  expect(await callJson(aws, 'DynamoDB_20120810.ListTables', {})).toMatchObject({ __type: 'NotModelled' });
  expect(await callJson(aws, 'Kinesis_20131202.UpdateMaxRecordSize', {})).toEqual({
    __type: 'NotModelled',
    message: 'not modelled by local AWS: the call UpdateMaxRecordSize; use records of up to 1 MiB',
  });
  expect(await callJson(aws, 'Kinesis_20131202.MakeCoffee', {})).toMatchObject({ __type: 'UnknownOperationException' });
  const query = await fetch(aws.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=MakeCoffee&Version=2010-03-31',
  });
  expect(query.status).toBe(400);
  expect(await query.text()).toContain('<Code>InvalidAction</Code>');
  const bad = await fetch(aws.endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'Kinesis_20131202.ListStreams' },
    body: '[not json',
  });
  expect(await bad.json()).toMatchObject({ __type: 'SerializationException' });
});
