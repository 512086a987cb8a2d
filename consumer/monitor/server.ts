/**
 * The monitor's HTTP server: health, metrics, report, profiles. Safe by default: whatever tells about the system needs
 * the token as soon as there is one, and an address that other machines reach is refused without one. `/healthz` is the
 * exception: probes of Kubernetes and load balancers carry no secret, and it says nothing but whether the process is well.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../clock.ts';
import type { Clock } from '../ports.ts';
import { messageOf } from '../timeout.ts';
import { addressRequiresToken, splitAddress } from './address.ts';
import type { MonitorOptions } from './options.ts';
import { startProfiles } from './pprof.ts';
import { answer, createRouter } from './routes.ts';

export interface Monitor {
  /** For example `http://127.0.0.1:9090`. */
  readonly url: string;
  /** Ends within 5 s, open connections or not. */
  readonly close: () => Promise<void>;
}

/** The monitor will not start like this. The message names the field and the way out. */
export class MonitorRefusedError extends Error {
  override readonly name = 'MonitorRefusedError';
}

const headersTimeoutMs = 1_000;
const shutdownMs = 5_000;

/** @throws MonitorRefusedError for an address that cannot be split, or one that needs a token and has none. */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const { host, port } = checkAddress(options);
  const clock = options.clock ?? systemClock;
  const profiles = await startProfiles(clock);
  const route = createRouter(options, profiles);
  // Node looks for late headers this often; its default of 30 s would make a time-out of 1 s a promise on paper.
  const timing = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: shutdownMs,
    connectionsCheckingInterval: headersTimeoutMs / 4,
  };
  const server = createServer(timing, (request, response) => {
    route(request, response).catch((error: unknown) => {
      process.emitWarning(`the monitor could not answer ${request.url}: ${messageOf(error)}`);
      if (response.headersSent) response.destroy();
      else answer(response, 500, 'internal error\n');
    });
  });
  try {
    await listen(server, host, port);
  } catch (error) {
    profiles.close();
    throw error;
  }
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host || '127.0.0.1'}:${bound}`,
    close: async () => {
      await closeWithin(server, clock);
      profiles.close();
    },
  };
}

function checkAddress({ address, token }: MonitorOptions): { host: string; port: number } {
  const split = splitAddress(address);
  const port = Number(split?.port);
  if (split === undefined || split.port === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new MonitorRefusedError(
      `monitor.address ${JSON.stringify(address)} is not host:port: write for example 127.0.0.1:9090`,
    );
  }
  if (token?.trim() === '')
    throw new MonitorRefusedError('the monitor has a blank token: put one into monitor.tokenFile');
  if (token === undefined && addressRequiresToken(address)) {
    throw new MonitorRefusedError(
      `monitor.address ${address} can be reached from other machines, and there is no token: set monitor.tokenFile, or listen on 127.0.0.1`,
    );
  }
  return { host: split.host, port };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function closeWithin(server: Server, clock: Clock): Promise<void> {
  const closed = new AbortController();
  const closing = new Promise<void>((resolve) => {
    server.close(() => {
      closed.abort();
      resolve();
    });
  });
  server.closeIdleConnections();
  await Promise.race([closing, clock.sleep(shutdownMs, closed.signal)]);
  server.closeAllConnections();
  await closing;
}
