/** boto3 and the AWS CLI v1 against the command `local`, started as a user starts it: by npm, from a shell. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReadyLine } from '../../cli/local/local-session.ts';
import { eventually, missingPrograms } from './programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const missing = missingPrograms('python3', 'aws');
const hasBoto3 = await run('python3', ['-c', 'import boto3']).then(
  () => true,
  () => false,
);
if (missing.length > 0 || !hasBoto3) {
  console.warn(
    `Python clients: not tried in full, as this machine has no ${[...missing, ...(hasBoto3 ? [] : ['boto3'])].join(', ')}`,
  );
}

const shell = spawn('sh', ['-c', 'npm run --silent local -- --json & echo $! && wait'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
});
let npmProcessId: number;
let ready: ReadyLine;

beforeAll(async () => {
  const lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  npmProcessId = Number((await lines.next()).value);
  ready = JSON.parse(String((await lines.next()).value));
});
afterAll(() => {
  if (isRunning(ready.processId)) process.kill(ready.processId, 'SIGTERM');
  if (shell.exitCode === null) shell.kill('SIGKILL');
});

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

it.skipIf(!hasBoto3)(
  'boto3 reads and writes records, messages, alarms and functions, in two regions, and shows refusals',
  async () => {
    const script = fileURLToPath(new URL('boto3/calls.py', import.meta.url));
    const { stdout } = await run('python3', [script], { env: { PATH: process.env.PATH ?? '', ...ready.environment } });
    expect(JSON.parse(stdout)).toEqual({
      failed: 0,
      records: ['00ff00', '00ff01', '00ff02', '00ff03'],
      message: ['from python', 'test'],
      alarm: 'ALARM',
      notified: 'ALARM',
      'eu-west-1': { region: 'eu-west-1', event: { n: 1 } },
      'us-east-2': { region: 'us-east-2', event: { n: 1 } },
      refusals: [
        [
          'NotModelled',
          'not modelled by local AWS: Protocol "email"; subscribe a queue (sqs) or a function (lambda) instead',
        ],
        [
          'NotModelled',
          'not modelled by local AWS: Attributes.FifoQueue; local AWS has standard queues only: leave it out',
        ],
        ['AWS.SimpleQueueService.NonExistentQueue', 'The specified queue does not exist.'],
        [
          'NotModelled',
          'not modelled by local AWS: the call PutCompositeAlarm; use the metric alarms of which it is made',
        ],
      ],
      typed: true,
    });
  },
);

it.skipIf(missing.includes('aws'))(
  'the AWS CLI works with what the command prints, for SQS with --endpoint-url',
  async () => {
    const env = { PATH: process.env.PATH ?? '', ...ready.environment };
    const aws = async (...words: string[]) => {
      const { stdout } = await run('aws', [...words, '--output', 'json'], { env });
      return stdout === '' ? {} : JSON.parse(stdout);
    };
    const stream = ['--stream-name', 'cli'];
    await aws('kinesis', 'create-stream', ...stream, '--shard-count', '1');
    await aws('kinesis', 'wait', 'stream-exists', ...stream);
    await aws(
      'kinesis',
      'update-shard-count',
      ...stream,
      '--target-shard-count',
      '2',
      '--scaling-type',
      'UNIFORM_SCALING',
    );
    const [topic, url, sum, groups] = await Promise.all([
      aws('sns', 'create-topic', '--name', 'cli'),
      aws('sqs', 'create-queue', '--queue-name', 'cli', '--endpoint-url', ready.endpoint),
      aws('cloudwatch', 'describe-alarms-for-metric', '--namespace', 'N', '--metric-name', 'Nothing'),
      aws('logs', 'describe-log-groups', '--limit', '1'),
    ]);
    expect([topic, url, sum]).toEqual([
      { TopicArn: 'arn:aws:sns:eu-west-1:123456789012:cli' },
      { QueueUrl: `${ready.endpoint}/123456789012/cli` },
      { MetricAlarms: [] },
    ]);
    expect(groups).toHaveProperty('logGroups');
    const refused = aws(
      'sns',
      'subscribe',
      '--topic-arn',
      topic.TopicArn,
      '--protocol',
      'sms',
      '--notification-endpoint',
      '+1',
    );
    await expect(refused).rejects.toThrow('not modelled by local AWS: Protocol "sms"');
  },
);

it('npm run local & kill $! ends the server with the npm that was killed', async () => {
  process.kill(npmProcessId, 'SIGTERM');
  await once(shell, 'exit');
  await eventually(() => expect(fetch(ready.endpoint)).rejects.toThrow(), 15_000);
});
