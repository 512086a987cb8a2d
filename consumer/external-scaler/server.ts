/** KEDA's external scaler, over gRPC: plain, TLS or mutual TLS, with the standard health service. */
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { systemClock } from '../clock.ts';
import { addressRequiresToken, splitAddress } from '../monitor/address.ts';
import { listenFailure } from '../monitor/listen-failure.ts';
import type { RequestObserver } from '../monitor/request-observer.ts';
import type { Clock } from '../ports.ts';
import type { CacheObserver } from './answers.ts';
import { measureBytes } from './message-bytes.ts';
import { loadExternalScaler, serviceName } from './protocol.ts';
import { implementScaler, type OpenStream } from './rpc-handlers.ts';
import type { Tracker } from './tracker.ts';

export interface ScalerTls {
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
  /** With it, clients must show a certificate that it has signed (mutual TLS). */
  readonly clientCertificateAuthority?: Buffer;
}

export interface ExternalScalerOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly address: string;
  readonly tracker: Tracker;
  readonly tls?: ScalerTls;
  /** Needed to listen without TLS on an address that other machines reach. */
  readonly allowPlaintext?: boolean;
  readonly requests?: RequestObserver;
  readonly cache?: CacheObserver;
  readonly clock?: Clock;
}

export interface ExternalScaler {
  /** `host:port` with the port that was taken. */
  readonly address: string;
  /** Ends open streams, and the server within 5 s. */
  readonly close: () => Promise<void>;
}

/** The scaler will not start like this. The message names the field and the way out. */
export class ScalerRefusedError extends Error {
  override readonly name = 'ScalerRefusedError';
}

const shutdownMs = 5_000;

/** @throws ScalerRefusedError for an address that is wrong, in use, or reachable without TLS that nobody allowed. */
export async function startExternalScaler(options: ExternalScalerOptions): Promise<ExternalScaler> {
  const host = checkAddress(options);
  const server = new Server();
  const streams = new Set<OpenStream>();
  const health = new HealthImplementation({ '': 'SERVING', [serviceName]: 'SERVING' });
  const { service } = loadExternalScaler();
  server.addService(measureBytes(service, options.requests), implementScaler(options, streams));
  health.addToServer(server);
  const port = await bind(server, options.address, credentialsOf(options.tls));

  return {
    address: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: async () => {
      health.setStatus('', 'NOT_SERVING');
      health.setStatus(serviceName, 'NOT_SERVING');
      for (const stream of streams) stream.fail({ code: status.UNAVAILABLE, details: 'the scaler is shutting down' });
      await shutDown(server, options.clock ?? systemClock);
    },
  };
}

function checkAddress({ address, tls, allowPlaintext }: ExternalScalerOptions): string {
  const split = splitAddress(address);
  if (split === undefined || !/^\d{1,5}$/.test(split.port)) {
    throw new ScalerRefusedError(
      `externalScaler.address ${JSON.stringify(address)} is not host:port: write for example 127.0.0.1:6000`,
    );
  }
  if (tls === undefined && !allowPlaintext && addressRequiresToken(address)) {
    throw new ScalerRefusedError(
      `externalScaler.address ${address} can be reached from other machines, and there is no TLS: set externalScaler.tls, or externalScaler.allowPlaintext: true where a network policy protects it`,
    );
  }
  return split.host === '' ? '0.0.0.0' : split.host;
}

function credentialsOf(tls: ScalerTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const { clientCertificateAuthority = null } = tls;
  const pair = { private_key: tls.privateKey, cert_chain: tls.certificate };
  return ServerCredentials.createSsl(clientCertificateAuthority, [pair], clientCertificateAuthority !== null);
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  const reachable = address.startsWith(':') ? `0.0.0.0${address}` : address;
  return new Promise((resolve, reject) => {
    server.bindAsync(reachable, credentials, (error, port) => {
      if (error === null) resolve(port);
      else reject(new ScalerRefusedError(listenFailure('externalScaler.address', address, error), { cause: error }));
    });
  });
}

async function shutDown(server: Server, clock: Clock): Promise<void> {
  const done = new AbortController();
  const graceful = new Promise<void>((resolve) => {
    server.tryShutdown(() => {
      done.abort();
      resolve();
    });
  });
  await Promise.race([graceful, clock.sleep(shutdownMs, done.signal)]);
  if (!done.signal.aborted) server.forceShutdown();
}
