import { expect, test } from 'vitest';
import { addFunction, MINUTE_MS, START_MS, startFixture } from './local-fixture.ts';

const FAILING = `exports.handler = async () => { throw new Error('always'); };`;
const TIMES_FAILING = (times: number) =>
  `let count = 0; exports.handler = async () => { count += 1; if (count <= ${times}) throw new Error('not yet'); };`;

test('Lambda retries an asynchronous invocation that failed after 1 and then 2 minutes', async () => {
  const { aws, pass } = await startFixture();
  await addFunction(aws, 'f', TIMES_FAILING(2));
  const starts: number[] = [];
  aws.onInvocation(({ startedMs }) => starts.push(startedMs - START_MS));
  aws.lambda.invokeAsynchronously('f', '{}');
  await pass(10 * MINUTE_MS);
  expect(starts).toEqual([0, MINUTE_MS, 3 * MINUTE_MS]);
  expect(aws.lambda.queue.size).toBe(0);
});

test('an asynchronous invocation that fails for good goes to the dead-letter queue and the failure destination', async () => {
  const { aws, pass } = await startFixture();
  aws.queues.create('dead');
  aws.queues.create('failed');
  const { arn } = await addFunction(aws, 'f', FAILING, {
    deadLetterArn: 'arn:aws:sqs:eu-west-1:123456789012:dead',
    eventInvokeConfig: {
      maximumRetryAttempts: 1,
      maximumEventAgeSeconds: 3600,
      onFailureArn: 'arn:aws:sqs:eu-west-1:123456789012:failed',
      lastModifiedMs: 0,
    },
  });
  const requestId = aws.lambda.invokeAsynchronously('f', '{"n":1}');
  await pass(10 * MINUTE_MS);
  const [dead] = aws.queues.messages('dead');
  expect(dead?.body).toBe('{"n":1}');
  expect(dead?.attributes).toEqual({
    RequestID: { dataType: 'String', value: requestId },
    ErrorCode: { dataType: 'Number', value: '200' },
    ErrorMessage: { dataType: 'String', value: 'always' },
  });
  const [failed] = aws.queues.messages('failed');
  expect(JSON.parse(failed?.body ?? '')).toMatchObject({
    requestContext: {
      requestId,
      functionArn: `${arn}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 2,
    },
    requestPayload: { n: 1 },
    responsePayload: { errorMessage: 'always' },
  });
});

test('throttled asynchronous invocations return to the queue with a growing delay, and none is lost', async () => {
  const { aws, pass } = await startFixture();
  await addFunction(aws, 'one', `exports.handler = () => new Promise((resolve) => setTimeout(resolve, 400));`, {
    reservedConcurrency: 1,
  });
  const ended: string[] = [];
  let throttled = 0;
  aws.onInvocation(({ requestId, result }) => {
    if (result.kind === 'throttled') throttled += 1;
    else ended.push(requestId);
  });
  const sent = Array.from({ length: 40 }, () => aws.lambda.invokeAsynchronously('one', '{}'));
  await pass(60 * MINUTE_MS);
  expect(ended.toSorted()).toEqual(sent.toSorted());
  expect(throttled).toBeGreaterThan(40);
  expect(aws.lambda.queue.size).toBe(0);
});

test('Lambda gives up an asynchronous invocation that grows too old while it is throttled', async () => {
  const { aws, pass } = await startFixture();
  aws.queues.create('dead');
  await addFunction(aws, 'stopped', FAILING, {
    reservedConcurrency: 0,
    deadLetterArn: 'arn:aws:sqs:eu-west-1:123456789012:dead',
  });
  aws.lambda.invokeAsynchronously('stopped', '{}');
  await pass(5.9 * 60 * MINUTE_MS);
  expect(aws.queues.messages('dead')).toHaveLength(0);
  await pass(12 * MINUTE_MS);
  expect(aws.queues.messages('dead')).toHaveLength(1);
});
