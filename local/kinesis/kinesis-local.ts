/**
 * kinesis-local (npm, https://github.com/etspaceman/kinesis-mock) as a child process: the shards and their records are
 * its own. Its durations are set to next to nothing, because how long AWS takes is the model's business.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { LocalAccount } from '../account.ts';
import type { JsonObject } from '../wire/api-call.ts';
import type { ShardBackend } from './shard-backend.ts';

const PROGRAM = createRequire(import.meta.url).resolve('kinesis-local');
const EXIT_WITH_PARENT = fileURLToPath(new URL('../exit-with-parent.ts', import.meta.url));
const START_LIMIT_MS = 30_000;
const POLL_MS = 25;
const SHARD_LIMIT = 100_000;

export interface KinesisLocal {
  /** Where it listens by itself, without AWS's rules in front of it. */
  readonly endpoint: string;
  /** Its streams of one region. */
  inRegion(region: string): ShardBackend;
  stop(): Promise<void>;
}

/**
 * @param updatingMs how long it takes over a change of shards.
 * @throws Error with its last output if it does not come up.
 */
export async function startKinesisLocal(account: LocalAccount, updatingMs = 1): Promise<KinesisLocal> {
  const [plainPort, tlsPort] = await Promise.all([freePort(), freePort()]);
  const child = spawn(process.execPath, ['--import', EXIT_WITH_PARENT, PROGRAM], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env.PATH ?? '',
      KINESIS_MOCK_CERT_PATH: join(dirname(PROGRAM), 'server.json'),
      KINESIS_MOCK_PLAIN_PORT: String(plainPort),
      KINESIS_MOCK_TLS_PORT: String(tlsPort),
      AWS_ACCOUNT_ID: account.accountId,
      AWS_REGION: account.region,
      SHARD_LIMIT: String(SHARD_LIMIT),
      LOG_LEVEL: 'ERROR',
      ...Object.fromEntries(DURATIONS.map((name) => [`${name}_DURATION`, `${updatingMs}ms`])),
    },
  });
  const output = lastOutput(child);
  const agent = new Agent({ keepAlive: true });
  const posterOf = (region: string): Post => poster({ port: plainPort, agent, region, accountId: account.accountId });
  await untilUp(child, posterOf(account.region), output);
  return {
    endpoint: `http://127.0.0.1:${plainPort}`,
    inRegion(region) {
      const post = posterOf(region);
      return { call: (operation, input) => callWhenActive(post, operation, input) };
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
}

const DURATIONS = [
  'CREATE_STREAM',
  'DELETE_STREAM',
  'MERGE_SHARDS',
  'SPLIT_SHARD',
  'UPDATE_SHARD_COUNT',
  'UPDATE_STREAM_MODE',
] as const;

type Post = (operation: string, input: JsonObject) => Promise<JsonObject>;

// A stream is UPDATING for the millisecond that was asked for, and a little longer under load.
async function callWhenActive(post: Post, operation: string, input: JsonObject): Promise<JsonObject> {
  const giveUpMs = performance.now() + START_LIMIT_MS;
  for (;;) {
    try {
      return await post(operation, input);
    } catch (error) {
      const busy =
        error instanceof AwsServiceError && /not (currently )?active|in state (CREATING|UPDATING)/i.test(error.message);
      if (!busy || performance.now() > giveUpMs) throw error;
      await sleep(POLL_MS);
    }
  }
}

interface PostTarget {
  readonly port: number;
  readonly agent: Agent;
  readonly region: string;
  readonly accountId: string;
}

/** It wants a signature to be there, and takes account and region from it, but does not check it. HTTP/1.1 only. */
function poster({ port, agent, region, accountId }: PostTarget): Post {
  const authorization = `AWS4-HMAC-SHA256 Credential=${accountId}/20260101/${region}/kinesis/aws4_request, SignedHeaders=host;x-amz-date, Signature=0`;
  return (operation, input) =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify(input);
      const headers = {
        'content-type': 'application/x-amz-json-1.1',
        'content-length': Buffer.byteLength(body),
        'x-amz-target': `Kinesis_20131202.${operation}`,
        'x-amz-date': '20260101T000000Z',
        authorization,
      };
      const sent = request({ host: '127.0.0.1', port, method: 'POST', path: '/', agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const answer: JsonObject = text === '' ? {} : JSON.parse(text);
          if (response.statusCode === 200) resolve(answer);
          else reject(new AwsServiceError(errorName(answer), String(answer.message ?? text)));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

function errorName(answer: JsonObject): string {
  return String(answer.__type ?? 'InternalFailure').replace(/^.*#/, '');
}

async function untilUp(child: ChildProcess, post: Post, output: () => string): Promise<void> {
  const giveUpMs = performance.now() + START_LIMIT_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`kinesis-local ended with status ${child.exitCode}: ${output()}`);
    try {
      await post('ListStreams', {});
      return;
    } catch (error) {
      if (performance.now() < giveUpMs) await sleep(POLL_MS);
      else {
        child.kill('SIGKILL');
        throw new Error(`kinesis-local did not come up in ${START_LIMIT_MS} ms: ${output()}`, { cause: error });
      }
    }
  }
}

function lastOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text = (text + chunk).slice(-2000);
    });
  }
  return () => text;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
