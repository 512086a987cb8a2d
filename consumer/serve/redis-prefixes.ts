/** The deployments of plugins in Redis: one key each. */
import { createClient } from '@redis/client';
import { type PluginPrefixes, readDeployment } from '../external-scaler/plugin-prefixes.ts';
import type { Log } from '../ports.ts';
import { messageOf } from '../timeout.ts';

export interface RedisOptions {
  /** `redis://host:port/database` or, with TLS, `rediss://`. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM certificate of an authority other than the system's. */
  readonly authority?: Buffer | undefined;
  readonly log: Log;
}

const connectTimeoutMs = 5_000;
const longestReconnectDelayMs = 5_000;

/**
 * Connects with the first question. While Redis is away questions are refused at once instead of waiting in a queue, so
 * that a plugin's backlog is unknown, not late.
 */
export function createRedisPrefixes(options: RedisOptions): PluginPrefixes & { readonly close: () => void } {
  const client = createRedisClient(options);
  let connecting: Promise<unknown> | undefined;
  let lastError: string | undefined;
  client.on('error', (error: unknown) => {
    const message = messageOf(error);
    if (message !== lastError) options.log('warn', 'Redis cannot be reached', { error: message });
    lastError = message;
  });
  client.on('ready', () => {
    lastError = undefined;
    options.log('info', 'connected to Redis', { server: new URL(options.url).host });
  });
  return {
    prefixOf: async (deploymentKey, abortSignal) => {
      connecting ??= client.connect().catch((error: unknown) => {
        connecting = undefined;
        throw error;
      });
      if (!client.isReady) await Promise.race([connecting, rejectOnAbort(abortSignal)]);
      const text = await client.withAbortSignal(abortSignal).get(deploymentKey);
      return text === null ? undefined : readDeployment(text, deploymentKey);
    },
    close: () => {
      if (client.isOpen) client.destroy();
    },
  };
}

function createRedisClient({ url, username, password, authority }: RedisOptions) {
  const socket = {
    connectTimeout: connectTimeoutMs,
    reconnectStrategy: (retries: number) => Math.min(100 * 2 ** retries, longestReconnectDelayMs),
  };
  return createClient({
    url,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    disableOfflineQueue: true,
    socket: url.startsWith('rediss:')
      ? { ...socket, tls: true, ...(authority === undefined ? {} : { ca: authority }) }
      : socket,
  });
}

function rejectOnAbort(abortSignal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = (): void => reject(new Error('Redis did not answer in time'));
    if (abortSignal.aborted) refuse();
    abortSignal.addEventListener('abort', refuse, { once: true });
  });
}
