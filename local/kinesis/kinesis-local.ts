/**
 * kinesis-local (npm, https://github.com/etspaceman/kinesis-mock) as a child process: the shards and their records are
 * its own. Its durations are set to next to nothing, because how long AWS takes is the model's business.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LocalAccount } from '../account.ts';
import { kinesisLocalClient } from './kinesis-local-client.ts';
import type { ShardBackend } from './shard-backend.ts';

const PROGRAM = createRequire(import.meta.url).resolve('kinesis-local');
const EXIT_WITH_PARENT = fileURLToPath(new URL('../exit-with-parent.ts', import.meta.url));
const START_LIMIT_MS = 60_000;
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
 * @param updatingMs how long it takes over a change of shards or of the mode.
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
      ...Object.fromEntries(OTHERS.map((name) => [`${name}_DURATION`, '1ms'])),
      ...Object.fromEntries(CHANGES.map((name) => [`${name}_DURATION`, `${updatingMs}ms`])),
    },
  });
  const output = lastOutput(child);
  const agent = new Agent({ keepAlive: true });
  const targetOf = (region: string) => ({ port: plainPort, agent, region, accountId: account.accountId });
  await untilUp(child, kinesisLocalClient(targetOf(account.region), 0), output);
  return {
    endpoint: `http://127.0.0.1:${plainPort}`,
    inRegion: (region) => kinesisLocalClient(targetOf(region)),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
}

const OTHERS = ['CREATE_STREAM', 'DELETE_STREAM', 'REGISTER_STREAM_CONSUMER'] as const;
const CHANGES = ['MERGE_SHARDS', 'SPLIT_SHARD', 'UPDATE_SHARD_COUNT', 'UPDATE_STREAM_MODE'] as const;

async function untilUp(child: ChildProcess, client: ShardBackend, output: () => string): Promise<void> {
  const giveUpMs = performance.now() + START_LIMIT_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`kinesis-local ended with status ${child.exitCode}: ${output()}`);
    try {
      await client.call('ListStreams', {});
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
