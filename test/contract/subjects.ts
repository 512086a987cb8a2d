/** The implementations there are, each started on ports of its own and ended by the id of its process. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { DEFAULT_ACCOUNT } from '../../local/account.ts';
import { startKinesisLocal } from '../../local/kinesis/kinesis-local.ts';
import { startLocalAws } from '../../local/local-aws.ts';
import { VirtualClock } from '../../simulator/models/clock.ts';
import type { CloudWatchModel } from '../../simulator/models/cloudwatch/cloudwatch-model.ts';
import { type Subject, topicName } from './subject.ts';

export const startMs = Date.UTC(2026, 2, 2, 9);
const longestStartMs = 240_000;
/** Longer than any run of the suite. */
const endlessMs = 24 * 3_600_000;

/** @param throttle enforce AWS's call rates. */
export async function startLocalSubject({ throttle = false } = {}): Promise<Subject> {
  const clock = new VirtualClock({ startMs });
  const aws = await startLocalAws({ clock, streams: 'no-records', throttle });
  aws.topics.create(topicName);
  return {
    name: throttle ? 'throttling' : 'local-aws',
    ...wireClients(aws.endpoint),
    time: { nowMs: () => clock.nowMs(), pass: (ms) => clock.runUntil(clock.nowMs() + ms) },
    watching: {
      put: metricWriter(aws.cloudwatch, clock),
      messages: () => aws.topics.published.map(({ message }) => message),
    },
    stop: () => aws.stop(),
  };
}

export async function startKinesisLocalSubject(name: 'kinesis-local' | 'kinesis-local-updating'): Promise<Subject> {
  const server = await startKinesisLocal(DEFAULT_ACCOUNT, name === 'kinesis-local' ? 1 : endlessMs);
  const { kinesis } = wireClients(server.endpoint);
  return { name, kinesis, stop: () => server.stop() };
}

export function hasMoto(): boolean {
  return spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;
}

export async function startMotoSubject(): Promise<Subject> {
  const port = await freePort();
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  await untilAnswering(`${endpoint}/moto-api/`, child);
  await createRole(endpoint);
  return {
    name: 'moto',
    ...wireClients(endpoint),
    stop: async () => {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function wireClients(endpoint: string) {
  const options = {
    endpoint,
    region: DEFAULT_ACCOUNT.region,
    credentials: { accessKeyId: 'contract', secretAccessKey: 'contract' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  };
  return {
    kinesis: new KinesisClient(options),
    cloudwatch: new CloudWatchClient(options),
    lambda: new LambdaClient(options),
    sns: new SNSClient(options),
  };
}

export function metricWriter(cloudwatch: CloudWatchModel, clock: VirtualClock) {
  return (streamName: string, metricName: string, minute: number, value: number): void => {
    const dimensions = [{ name: 'StreamName', value: streamName }];
    const series = cloudwatch.metrics.series({ namespace: 'AWS/Kinesis', metricName, dimensions });
    cloudwatch.metrics.putValue(series, minute, value, clock.nowMs());
  };
}

/** moto makes no function for a role that does not exist. */
async function createRole(endpoint: string): Promise<void> {
  const trust = { Version: '2012-10-17', Statement: [] };
  await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: 'AWS4-HMAC-SHA256 Credential=contract/20260101/us-east-1/iam/aws4_request, Signature=0',
    },
    body: new URLSearchParams({
      Action: 'CreateRole',
      Version: '2010-05-08',
      RoleName: 'contract',
      AssumeRolePolicyDocument: JSON.stringify(trust),
    }),
  });
}

async function untilAnswering(url: string, child: ChildProcess): Promise<void> {
  const giveUpMs = performance.now() + longestStartMs;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`moto_server ended with status ${child.exitCode}`);
    const answers = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answers) return;
    if (performance.now() > giveUpMs) {
      child.kill('SIGKILL');
      throw new Error(`moto_server did not come up in ${longestStartMs} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
