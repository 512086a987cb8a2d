/** A real nats-server with JetStream on a free port of loopback, its store in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from './child-program.ts';

export interface NatsServer {
  readonly url: string;
  /** Ends it the hard way (SIGKILL) and starts it again on the same port and store. */
  readonly killAndRestart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** `args`: more of nats-server's command line, for example `--auth token`. */
export async function startNatsServer(path: string, args: readonly string[] = []): Promise<NatsServer> {
  const store = await mkdtemp(join(tmpdir(), 'nats-'));
  const start = (port: string) => startProgram(path, ['-js', '-a', '127.0.0.1', '-p', port, '-sd', store, ...args]);

  let program = start('-1');
  const [, port = ''] = await program.waitFor(/Listening for client connections on 127\.0\.0\.1:(\d+)/);
  await program.waitFor(/Server is ready/);

  return {
    url: `nats://127.0.0.1:${port}`,
    killAndRestart: async () => {
      await program.end('SIGKILL');
      program = start(port);
      await program.waitFor(/Server is ready/);
    },
    close: async () => {
      await program.end();
      await rm(store, { recursive: true, force: true });
    },
  };
}
