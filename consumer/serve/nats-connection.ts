/** How `serve` connects to NATS: with which credentials, and when. */
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  type NatsConnection,
  type TlsOptions,
} from '@nats-io/transport-node';
import type { Log } from '../ports.ts';
import type { ConsumerReader } from '../signals/jetstream-pending.ts';
import type { NatsConfig } from './config-schema.ts';
import type { Secrets } from './secrets.ts';

const connectTimeoutMs = 5_000;

export interface NatsReader {
  readonly reader: ConsumerReader;
  readonly close: () => Promise<void>;
}

/**
 * Connects with the first question that is asked, and again after a connection that could not be had: a NATS server
 * that is down when `serve` starts makes its own signals fail, and no others.
 */
export function createNatsReader(config: NatsConfig, secrets: Secrets, log: Log): NatsReader {
  let opened: Promise<OpenNats> | undefined;
  const reader: ConsumerReader = {
    consumers: {
      info: async (stream, consumer) => {
        opened ??= openNats(config, secrets, log);
        try {
          return await (await opened).manager.consumers.info(stream, consumer);
        } catch (error) {
          if (await isRejected(opened)) opened = undefined;
          throw error;
        }
      },
    },
  };
  return { reader, close: async () => (await opened?.catch(() => undefined))?.connection.close() };
}

/** The connection options that a configuration and the files that it names stand for. */
export function toConnectionOptions({ servers, user }: NatsConfig, { nats = {} }: Secrets): ConnectionOptions {
  const { password, token, credentials, tls } = nats;
  return {
    servers: [...servers],
    maxReconnectAttempts: -1,
    timeout: connectTimeoutMs,
    ...(user === undefined || password === undefined ? {} : { user, pass: password }),
    ...(token === undefined ? {} : { token }),
    ...(credentials === undefined ? {} : { authenticator: credsAuthenticator(credentials) }),
    ...(tls === undefined ? {} : { tls: toTlsOptions(tls) }),
  };
}

interface OpenNats {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
}

async function openNats(config: NatsConfig, secrets: Secrets, log: Log): Promise<OpenNats> {
  const connection = await connect(toConnectionOptions(config, secrets));
  log('info', 'connected to NATS', { server: connection.getServer() });
  return { connection, manager: await jetstreamManager(connection, { checkAPI: false }) };
}

function toTlsOptions({
  authority,
  certificate,
  privateKey,
}: NonNullable<NonNullable<Secrets['nats']>['tls']>): TlsOptions {
  return {
    ...(authority === undefined ? {} : { ca: authority.toString() }),
    ...(certificate === undefined ? {} : { cert: certificate.toString() }),
    ...(privateKey === undefined ? {} : { key: privateKey.toString() }),
  };
}

async function isRejected(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => false,
    () => true,
  );
}
