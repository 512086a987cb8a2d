/** The checks for a real account, run on local AWS: they find no difference, write only what they announce, and leave nothing behind. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { VirtualClock } from '../../simulator/models/clock.ts';
import { type AccountUnderCheck, accountChecks } from './account-checks.ts';
import { startMs } from './subjects.ts';

describe('the checks of a real account, run on local AWS,', () => {
  let aws: LocalAws;
  let account: AccountUnderCheck;
  const clock = new VirtualClock({ startMs });

  beforeAll(async () => {
    aws = await startLocalAws({ clock, streams: 'no-records' });
    for (const name of ['orders', 'clicks']) await aws.kinesis.create(name, 'PROVISIONED', 4);
    const options = {
      endpoint: aws.endpoint,
      region: aws.account.region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      requestHandler: new NodeHttpHandler(),
      maxAttempts: 1,
    };
    account = {
      kinesis: new KinesisClient(options),
      cloudwatch: new CloudWatchClient(options),
      lambda: new LambdaClient(options),
      streamName: 'orders',
      nowMs: () => clock.nowMs(),
      wait: (ms) => clock.runUntil(clock.nowMs() + ms),
    };
  });
  afterAll(() => aws.stop());

  it.each(accountChecks)('find in "$name" nothing that differs from what AWS documents', async ({ writes, run }) => {
    const from = aws.calls.log.records.length;
    const findings = await run(account);
    expect(findings.filter(({ verdict }) => verdict === 'differs')).toEqual([]);
    expect(findings.length).toBeGreaterThan(0);
    const written = aws.calls.log.records
      .slice(from)
      .filter(({ operation }) => /^(Add|Update|Put|Set)/.test(operation));
    expect(written.length > 0).toBe(writes !== undefined);
  });

  it('leave everything as it was, and touch no other stream', () => {
    expect(aws.kinesis.stream('orders').tags.list()).toEqual([]);
    expect(aws.kinesis.stream('orders').openShardCountAt(clock.nowMs())).toBe(4);
    expect(aws.kinesis.stream('clicks').callsWithin24h(clock.nowMs())).toBe(0);
    expect(aws.cloudwatch.describeAlarms().MetricAlarms).toEqual([]);
  });

  it('run as a command, which writes nothing where it cannot ask for consent', async () => {
    const from = aws.calls.log.records.length;
    const { status, output } = await runCommand(['--aws', '--stream', 'orders', '--reshard']);
    expect(output).toContain('orders is ACTIVE, PROVISIONED, with 4 open shards');
    expect(output).toContain('tags: left out');
    expect(status).toBe(0);
    // Once each: the SDK sends a refused call again where the server's clock is not its own.
    expect(new Set(aws.calls.log.records.slice(from).map(({ operation }) => operation))).toEqual(
      new Set(['DescribeStreamSummary', 'DescribeLimits', 'GetAccountSettings', 'DescribeAlarms']),
    );
  });

  it('fail for a stream that does not exist, and print their usage without a stream', async () => {
    expect(await runCommand(['--aws', '--stream', 'nothing'])).toMatchObject({ status: 1 });
    expect(await runCommand(['--aws'])).toMatchObject({ status: 2 });
  });

  it('report that FILL(m,0) of an empty series gives zeros, as the models assume', async () => {
    const alarms = accountChecks.find(({ name }) => name === 'alarms');
    const texts = (await alarms?.run(account))?.map(({ text }) => text);
    expect(texts).toContain('FILL(m,0) of a series without any datapoint gives zeros');
  });

  function runCommand(args: readonly string[]): Promise<{ readonly status: number | null; readonly output: string }> {
    const child = spawn(process.execPath, ['--import', 'tsx', command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        AWS_ENDPOINT_URL: aws.endpoint,
        AWS_REGION: aws.account.region,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    return new Promise((resolve) => child.once('close', (status) => resolve({ status, output })));
  }
});

const command = fileURLToPath(new URL('main.ts', import.meta.url));
