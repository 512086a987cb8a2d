/** An HTTP server that is safe by default: refused where it cannot be protected, with time-outs, gone within 5 s. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../ports.ts';
import { messageOf } from '../timeout.ts';
import { addressRequiresToken, splitAddress } from './address.ts';
import { listenFailure } from './listen-failure.ts';

/** Answers one request; rejects when it could not. */
export type Router = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface HttpServerOptions {
  /** The section of the configuration, for faults: `monitor` or `monitor.profiles`. */
  readonly section: string;
  readonly address: string;
  readonly token: string | undefined;
  readonly route: Router;
  readonly clock: Clock;
}

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

/** @throws MonitorRefusedError for an address that is wrong, in use, or needs a token and has none. */
export async function startHttpServer({ section, address, token, route, clock }: HttpServerOptions): Promise<Monitor> {
  const { host, port } = checkAddress(section, address, token);
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
    throw new MonitorRefusedError(listenFailure(`${section}.address`, address, error), { cause: error });
  }
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host || '127.0.0.1'}:${bound}`,
    close: () => closeWithin(server, clock),
  };
}

export function answer(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}

function checkAddress(section: string, address: string, token: string | undefined): { host: string; port: number } {
  const split = splitAddress(address);
  const port = Number(split?.port);
  if (split === undefined || split.port === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new MonitorRefusedError(
      `${section}.address ${JSON.stringify(address)} is not host:port: write for example 127.0.0.1:9090`,
    );
  }
  if (token?.trim() === '')
    throw new MonitorRefusedError(`${section} has a blank token: put one into ${section}.tokenFile`);
  if (token === undefined && addressRequiresToken(address)) {
    throw new MonitorRefusedError(
      `${section}.address ${address} can be reached from other machines, and there is no token: set ${section}.tokenFile, or listen on 127.0.0.1`,
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
