/** A real redis-server on a free port of loopback, without a file on disk. */
import { createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { startProgram } from './child-program.ts';

export interface RedisServer {
  /** Of database 2, where the dispatcher keeps its deployments. */
  readonly url: string;
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
}

export async function startRedisServer(path: string, args: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort();
  const flags = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', ...args];
  const launch = async () => {
    const program = startProgram(path, flags);
    await program.waitFor(/Ready to accept connections/);
    return program;
  };
  let program = await launch();
  onTestFinished(async () => {
    await program.end();
  });
  return {
    url: `redis://127.0.0.1:${port}/2`,
    stop: async () => {
      await program.end();
    },
    start: async () => {
      program = await launch();
    },
  };
}

/** redis-server takes no port 0. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
