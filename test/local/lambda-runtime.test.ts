import { expect, onTestFinished, test } from 'vitest';
import type { PoolResult } from '../../local/lambda/function-pool.ts';
import { startLocalAws } from '../../local/local-aws.ts';
import { RealClock } from '../../simulator/models/clock.ts';
import { addFunction, MINUTE_MS, START_MS, startFixture } from './local-fixture.ts';

function payloadOf(result: PoolResult): unknown {
  return result.kind === 'throttled' ? undefined : JSON.parse(result.payload);
}

test('Lambda reuses a process, whose Date stands still while it works', async () => {
  const { aws, pass } = await startFixture();
  await addFunction(
    aws,
    'clock',
    `let count = 0;
     exports.handler = async (event, context) => {
       const begun = Date.now();
       const until = process.hrtime.bigint() + 20_000_000n;
       while (process.hrtime.bigint() < until);
       count += 1;
       return { count, begun, ended: new Date().getTime(), left: context.getRemainingTimeInMillis(), date: Date(), is: new Date() instanceof Date };
     };`,
  );
  expect(payloadOf(await aws.lambda.invoke('clock', '{}'))).toEqual({
    count: 1,
    begun: START_MS,
    ended: START_MS,
    left: 300_000,
    date: 'Thu Jan 01 2026 00:00:00 GMT+0000 (Coordinated Universal Time)',
    is: true,
  });
  await pass(MINUTE_MS);
  expect(payloadOf(await aws.lambda.invoke('clock', '{}'))).toMatchObject({ count: 2, begun: START_MS + MINUTE_MS });
});

test('a sleep in a function takes its time on the clock, not on the machine', async () => {
  const { aws, clock, pass } = await startFixture();
  await addFunction(
    aws,
    'sleeper',
    `const { setTimeout: sleep } = require('node:timers/promises');
     exports.handler = async () => {
       const times = [Date.now()];
       const begun = performance.now();
       await new Promise((resolve) => setTimeout(resolve, 90_000));
       times.push(Date.now());
       await sleep(1_500.7);
       times.push(Date.now());
       return [...times, performance.now() - begun];
     };`,
  );
  const invoked = aws.lambda.invoke('sleeper', '{}');
  await pass(10 * MINUTE_MS);
  expect(payloadOf(await invoked)).toEqual([START_MS, START_MS + 90_000, START_MS + 91_500, 91_500]);
  expect(clock.nowMs()).toBe(START_MS + 10 * MINUTE_MS);
});

test('a function gets the environment that Lambda documents, and nothing of the host', async () => {
  const { aws } = await startFixture();
  await addFunction(
    aws,
    'env',
    `exports.handler = async (event, context) => ({ env: process.env, cwd: process.cwd() === process.env.LAMBDA_TASK_ROOT, context });`,
    { variables: { LOG_LEVEL: 'debug' }, memoryMegabytes: 256 },
  );
  const { env, cwd, context } = payloadOf(await aws.lambda.invoke('env', '{}', 'request-1')) as {
    env: Record<string, string>;
    cwd: boolean;
    context: Record<string, unknown>;
  };
  expect(env).toMatchObject({
    AWS_LAMBDA_FUNCTION_NAME: 'env',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/env',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: aws.endpoint,
    LOG_LEVEL: 'debug',
    TZ: ':UTC',
    _HANDLER: 'index.handler',
  });
  expect(env._X_AMZN_TRACE_ID).toMatch(/^Root=1-6955b900-[0-9a-f]{24};Parent=/);
  expect(env).not.toHaveProperty('HOME');
  expect(env).not.toHaveProperty('VITEST');
  expect(cwd).toBe(true);
  expect(context).toMatchObject({
    awsRequestId: 'request-1',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:env',
    memoryLimitInMB: '256',
  });
});

test('an error, a missing handler, a crash and a hang give the answers that Lambda gives', async () => {
  const { aws } = await startFixture();
  await addFunction(
    aws,
    'faulty',
    `exports.handler = async (event) => {
       if (event.how === 'throw') throw new TypeError('no');
       if (event.how === 'exit') process.exit(3);
       await new Promise(() => {});
     };`,
  );
  expect(payloadOf(await aws.lambda.invoke('faulty', '{"how":"throw"}'))).toMatchObject({
    errorType: 'TypeError',
    errorMessage: 'no',
  });
  expect(payloadOf(await aws.lambda.invoke('faulty', '{"how":"exit"}', 'r'))).toEqual({
    errorType: 'Runtime.ExitError',
    errorMessage: 'RequestId: r Error: Runtime exited with error: exit status 3',
  });
  expect(payloadOf(await aws.lambda.invoke('faulty', '{}', 'r'))).toMatchObject({
    errorMessage: 'RequestId: r Error: Runtime exited without providing a reason',
  });
  await addFunction(aws, 'headless', 'exports.other = 1;');
  expect(payloadOf(await aws.lambda.invoke('headless', '{}'))).toMatchObject({
    errorType: 'Runtime.HandlerNotFound',
  });
});

test('Lambda kills the process of an invocation that runs into its time-out', async () => {
  const { aws, pass } = await startFixture();
  await addFunction(
    aws,
    'slow',
    `let count = 0;
     exports.handler = async (event) => {
       count += 1;
       if (event.sleepMs) await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
       return count;
     };`,
    { timeoutSeconds: 3 },
  );
  const invoked = aws.lambda.invoke('slow', '{"sleepMs":5000}', 'r');
  await pass(10_000);
  const result = await invoked;
  expect(result.kind).toBe('function-error');
  expect(payloadOf(result)).toEqual({
    errorType: 'Sandbox.Timedout',
    errorMessage: 'RequestId: r Error: Task timed out after 3.00 seconds',
  });
  expect(payloadOf(await aws.lambda.invoke('slow', '{}'))).toBe(1);
});

test('Lambda throttles the invocation beyond the reserved concurrency', async () => {
  const { aws, pass } = await startFixture();
  const sleep = `exports.handler = () => new Promise((resolve) => setTimeout(() => resolve('done'), 1000));`;
  await addFunction(aws, 'two', sleep, { reservedConcurrency: 2 });
  const results = ['a', 'b', 'c'].map((id) => aws.lambda.invoke('two', '{}', id));
  await pass(2000);
  expect((await Promise.all(results)).map(({ kind }) => kind)).toEqual(['success', 'success', 'throttled']);
});

test('the log of an invocation is complete when the invocation has ended', async () => {
  const { aws } = await startFixture();
  await addFunction(
    aws,
    'talker',
    `exports.handler = async () => { for (let i = 0; i < 500; i += 1) console.log('line', i); process.stdout.write('raw\\n'); };`,
  );
  await aws.lambda.invoke('talker', '{}', 'r');
  const messages = aws.logs.events('/aws/lambda/talker').map(({ message }) => message);
  expect(messages).toHaveLength(504);
  expect(messages[0]).toBe('START RequestId: r Version: $LATEST');
  expect(messages[500]).toBe('2026-01-01T00:00:00.000Z\tr\tINFO\tline 499');
  expect(messages.slice(501, 503)).toEqual(['raw', 'END RequestId: r']);
  expect(messages[503]).toMatch(/^REPORT RequestId: r\tDuration: 0.00 ms/);
});

test('on a fast real clock the Date, timers and time-out of a function run as fast', async () => {
  const startMs = Date.UTC(2030, 0, 1);
  const aws = await startLocalAws({
    clock: new RealClock({ startMs, speed: 100 }),
    speed: 100,
    streams: 'no-records',
  });
  onTestFinished(() => aws.stop());
  await addFunction(
    aws,
    'sleeper',
    `exports.handler = async () => {
       const begun = Date.now();
       await new Promise((resolve) => setTimeout(resolve, 60_000));
       return [begun, Date.now()];
     };`,
    { timeoutSeconds: 900 },
  );
  const [begun, ended] = payloadOf(await aws.lambda.invoke('sleeper', '{}')) as [number, number];
  expect(begun).toBeGreaterThanOrEqual(startMs);
  // A timer may fire a millisecond early, which is a tenth of a second on this clock.
  expect(ended - begun).toBeGreaterThanOrEqual(58_000);
  expect(ended).toBeLessThanOrEqual(aws.clock.nowMs());
});

test('a function that sleeps during its init sleeps on the clock', async () => {
  const { aws, pass } = await startFixture();
  await addFunction(
    aws,
    'lazy',
    `const begun = Date.now();
     const ready = new Promise((resolve) => setTimeout(() => resolve(Date.now() - begun), 5_000));
     exports.handler = () => ready;`,
  );
  const invoked = aws.lambda.invoke('lazy', '{}');
  await pass(60_000);
  expect(payloadOf(await invoked)).toBe(5_000);
});
