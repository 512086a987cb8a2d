/** The `serve` and `manifests` commands. Only they load this file, which brings in gRPC, NATS and the rest. */
import { readFile } from 'node:fs/promises';
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { ScalerRefusedError } from '../external-scaler/server.ts';
import { MonitorRefusedError } from '../monitor/http-server.ts';
import type { Log } from '../ports.ts';
import { messageOf } from '../timeout.ts';
import { readServeConfig } from './config.ts';
import type { ServeConfig } from './config-schema.ts';
import { renderManifests } from './manifests.ts';
import { readSecrets, type Secrets } from './secrets.ts';
import { serve } from './serve.ts';

/** The configuration cannot be served. Every fault, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(path: string, faults: readonly string[]) {
    const [only] = faults;
    super(
      faults.length === 1
        ? `${path}: ${only}`
        : [`${path} has ${faults.length} faults:`, ...faults.map((fault) => `  ${fault}`)].join('\n'),
    );
  }
}

export type CommandOutput = (text: string) => void;

/** Reads and checks a configuration and the files that it names. @throws ConfigError */
export async function checkCommand(path: string): Promise<{ readonly config: ServeConfig; readonly secrets: Secrets }> {
  const config = await readConfigFile(path);
  const secrets = await readSecrets(config);
  if (!secrets.ok) throw new ConfigError(path, secrets.faults);
  return { config, secrets: secrets.secrets };
}

/** Serves until SIGTERM or SIGINT; a second signal ends the process at once. */
export async function serveCommand(path: string, write: CommandOutput): Promise<void> {
  const { config, secrets } = await checkCommand(path);
  // gRPC would write to the console what it also reports to us.
  setLogVerbosity(logVerbosity.NONE);
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  try {
    const { stopped } = await serve({ config, secrets, abortSignal: stopping.signal, log: jsonLog(write) });
    await stopped;
  } catch (error) {
    const refused = error instanceof MonitorRefusedError || error instanceof ScalerRefusedError;
    throw refused ? new ConfigError(path, [error.message]) : error;
  } finally {
    process.off('SIGTERM', stop);
    process.off('SIGINT', stop);
  }
}

/** Prints what belongs to a configuration. @throws ConfigError */
export async function manifestsCommand(path: string, write: CommandOutput): Promise<void> {
  write(renderManifests(await readConfigFile(path)));
}

async function readConfigFile(path: string): Promise<ServeConfig> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ConfigError(path, [`it cannot be read: ${messageOf(error)}`]);
  });
  const read = readServeConfig(text);
  if (!read.ok) throw new ConfigError(path, read.faults);
  return read.config;
}

/** One JSON object a line. */
function jsonLog(write: CommandOutput): Log {
  return (level, message, fields = {}) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
}
