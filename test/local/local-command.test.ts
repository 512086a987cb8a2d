/** The command as a user runs it, and the AWS CLI against it where the machine has one. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ReadyLine } from '../../cli/local/local-session.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
// Several programs start here, on a machine that may be busy.
vi.setConfig({ testTimeout: 90_000 });

interface RunningCommand {
  readonly ready: ReadyLine;
  readonly child: ChildProcess;
}

async function startCommand(...options: string[]): Promise<RunningCommand> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'local', '--json', ...options], {
    cwd: ROOT,
  });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await closed;
  });
  let faults = '';
  child.stderr.on('data', (chunk: Buffer) => {
    faults += chunk;
  });
  const ended = closed.then(([code]) => {
    throw new Error(`local ended with ${code}: ${faults}`);
  });
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  return { ready: JSON.parse(String(line)), child };
}

const awsCli = await run('aws', ['--version']).then(
  () => true,
  () => false,
);

test(`the command local prints when it is ready, serves, injects the faults of --fail and ends on SIGTERM${awsCli ? '; the AWS CLI works with it' : ' (no AWS CLI on this machine: not tried)'}`, async () => {
  const { ready, child } = await startCommand('--fail', 'ListStreams=LimitExceededException:1', '--speed', '60');
  expect(ready).toMatchObject({ endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), deployed: null });
  expect(ready.environment.AWS_ENDPOINT_URL).toBe(ready.endpoint);
  const post = async (target: string, input: object) => {
    const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' };
    return (await fetch(ready.endpoint, { method: 'POST', headers, body: JSON.stringify(input) })).json();
  };
  expect(await post('Kinesis_20131202.ListStreams', {})).toMatchObject({ __type: 'LimitExceededException' });
  expect(await post('Kinesis_20131202.ListStreams', {})).toMatchObject({ StreamNames: [] });
  if (awsCli) await driveByAwsCli(ready);
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  await expect(fetch(ready.endpoint)).rejects.toThrow();
});

async function driveByAwsCli(ready: ReadyLine): Promise<void> {
  const env = { PATH: process.env.PATH ?? '', ...ready.environment };
  const aws = async (...words: string[]) => {
    const { stdout } = await run('aws', [...words, '--output', 'json'], { env });
    return stdout === '' ? {} : JSON.parse(stdout);
  };
  await aws('kinesis', 'create-stream', '--stream-name', 'orders', '--shard-count', '2');
  const [summary, topic, refused] = await Promise.all([
    aws('kinesis', 'describe-stream-summary', '--stream-name', 'orders'),
    aws('sns', 'create-topic', '--name', 'alarms'),
    aws('lambda', 'get-function', '--function-name', 'nobody').catch((error: Error) => error.message),
  ]);
  expect(summary).toMatchObject({ StreamDescriptionSummary: { OpenShardCount: 2 } });
  expect(topic).toEqual({ TopicArn: `arn:aws:sns:${ready.region}:${ready.accountId}:alarms` });
  expect(refused).toContain('ResourceNotFoundException');
}

test('after local --deploy, set-alarm-state on an alarm of the stack makes the scaler run', async () => {
  const { ready } = await startCommand('--deploy');
  const options = {
    endpoint: ready.endpoint,
    region: ready.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const AlarmName = ready.deployed?.alarms.find((name) => name.endsWith('-scale-up'));
  const cloudwatch = new CloudWatchClient(options);
  await cloudwatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'test' }));
  const logs = new CloudWatchLogsClient(options);
  const logGroupName = ready.deployed?.outputs.ScalerLogGroupName;
  const report = await vi.waitFor(
    async () => {
      const { events = [] } = await logs.send(
        new FilterLogEventsCommand({ logGroupName, filterPattern: AlarmName ?? '' }),
      );
      expect(events).not.toHaveLength(0);
      return JSON.parse(events[0]?.message ?? '');
    },
    { timeout: 20_000, interval: 100 },
  );
  expect(report).toMatchObject({ alarmName: AlarmName, source: 'alarm' });
});

test('the command local reports each fault in its options in a line of its own, with the way out', async () => {
  const refused = async (...options: string[]) =>
    run(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'local', ...options], { cwd: ROOT }).then(
      () => 'accepted',
      (error: { readonly stderr: string; readonly code: number }) => `${error.code} ${error.stderr}`,
    );
  expect(await refused('--fail', 'PutMetricAlarm', '--fail', 'nobody:Call=500')).toMatch(
    /^2 --fail: "PutMetricAlarm".*\n--fail: "nobody"/,
  );
  expect(await refused('--speed', '0')).toMatch(
    /^2 error: option '--speed <factor>' argument '0' is invalid. Give a number above 0/,
  );
});
