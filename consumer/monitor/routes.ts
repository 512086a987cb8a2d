/** What the monitor answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type BearerCheck, createBearerCheck } from './bearer.ts';
import type { MonitorOptions } from './options.ts';
import { ProfileBusyError, type Profiles } from './pprof.ts';

const defaultProfileSeconds = 10;
const maxProfileSeconds = 60;

/** Answers one request; rejects when it could not. */
export type Router = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createRouter(options: MonitorOptions, profiles: Profiles): Router {
  const check: BearerCheck = options.token === undefined ? () => true : createBearerCheck(options.token);
  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://monitor');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      answer(response, 405, 'method not allowed\n');
      return;
    }
    if (url.pathname === '/healthz') {
      const healthy = options.isHealthy?.() ?? true;
      answer(response, healthy ? 200 : 503, healthy ? 'ok\n' : 'unhealthy\n');
      return;
    }
    if (!check(request.headers.authorization)) {
      response.setHeader('www-authenticate', 'Bearer');
      answer(response, 401, 'unauthorized\n');
      return;
    }
    await answerProtected(url, response, options, profiles);
  };
}

async function answerProtected(
  url: URL,
  response: ServerResponse,
  options: MonitorOptions,
  profiles: Profiles,
): Promise<void> {
  switch (url.pathname) {
    case '/metrics':
      answer(response, 200, (await options.registry?.metrics()) ?? '', options.registry?.contentType ?? 'text/plain');
      return;
    case '/report':
      answer(response, 200, `${JSON.stringify(options.report?.() ?? null, null, 2)}\n`, 'application/json');
      return;
    case '/debug/pprof/heap':
      answer(response, 200, await profiles.heap(), 'application/octet-stream');
      return;
    case '/debug/pprof/profile':
      await answerCpuProfile(url, response, profiles);
      return;
    default:
      answer(response, 404, 'not found\n');
  }
}

async function answerCpuProfile(url: URL, response: ServerResponse, profiles: Profiles): Promise<void> {
  const asked = url.searchParams.get('seconds');
  const seconds = asked === null ? defaultProfileSeconds : Number(asked);
  if (!(seconds > 0 && seconds <= maxProfileSeconds)) {
    answer(response, 400, `seconds must be above 0 and at most ${maxProfileSeconds}, got ${asked}\n`);
    return;
  }
  // A client that hangs up, or a shutdown, ends the measurement too.
  const hungUp = new AbortController();
  response.once('close', () => hungUp.abort());
  try {
    const profile = await profiles.cpu(seconds, hungUp.signal);
    if (profile === undefined) response.destroy();
    else answer(response, 200, profile, 'application/octet-stream');
  } catch (error) {
    if (!(error instanceof ProfileBusyError)) throw error;
    answer(response, 409, `${error.message}\n`);
  }
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
