/** What the monitor and the server of the profiles answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createBearerCheck } from './bearer.ts';
import { answer, type Router } from './http-server.ts';
import type { MonitorOptions } from './options.ts';
import { ProfileBusyError, type Profiles } from './pprof.ts';

const defaultProfileSeconds = 10;
const maxProfileSeconds = 60;
const profileFolder = '/debug/pprof';

/** Without profiles their paths are not found here. */
export function createMonitorRouter(options: MonitorOptions, profiles?: Profiles): Router {
  const protect = createProtection(options.token, (url, response) => answerMonitor(url, response, options, profiles));
  return async (request, response) => {
    if (refuseMethod(request, response)) return;
    const url = urlOf(request);
    switch (url.pathname) {
      case '/healthz':
        answerProbe(response, options.isHealthy?.() ?? true, 'ok', 'unhealthy');
        return;
      case '/readyz':
        answerProbe(response, options.isReady?.() ?? true, 'ready', 'not ready');
        return;
      default:
        await protect(url, request, response);
    }
  };
}

export function createProfileRouter(token: string | undefined, profiles: Profiles): Router {
  const protect = createProtection(token, (url, response) => answerProfiles(url, response, profiles));
  return async (request, response) => {
    if (!refuseMethod(request, response)) await protect(urlOf(request), request, response);
  };
}

type Answer = (url: URL, response: ServerResponse) => Promise<void>;

function createProtection(
  token: string | undefined,
  answerProtected: Answer,
): (url: URL, request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const check = token === undefined ? () => true : createBearerCheck(token);
  return async (url, request, response) => {
    if (check(request.headers.authorization)) return answerProtected(url, response);
    response.setHeader('www-authenticate', 'Bearer');
    answer(response, 401, 'unauthorized\n');
  };
}

function urlOf(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', 'http://monitor');
}

function refuseMethod(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return false;
  response.setHeader('allow', 'GET, HEAD');
  answer(response, 405, 'method not allowed\n');
  return true;
}

function answerProbe(response: ServerResponse, passes: boolean, yes: string, no: string): void {
  answer(response, passes ? 200 : 503, `${passes ? yes : no}\n`);
}

async function answerMonitor(
  url: URL,
  response: ServerResponse,
  options: MonitorOptions,
  profiles: Profiles | undefined,
): Promise<void> {
  switch (url.pathname) {
    case '/metrics':
      answer(response, 200, (await options.registry?.metrics()) ?? '', options.registry?.contentType ?? 'text/plain');
      return;
    case '/report':
      answer(response, 200, `${JSON.stringify(options.report?.() ?? null, null, 2)}\n`, 'application/json');
      return;
    default:
      if (profiles === undefined) answer(response, 404, 'not found\n');
      else await answerProfiles(url, response, profiles);
  }
}

const profileIndex = `profiles in pprof's format, for go tool pprof <url>:
${profileFolder}/heap                  bytes in use, by the stack that allocated them
${profileFolder}/profile?seconds=10    processor time, measured for 10 s; at most ${maxProfileSeconds}
`;

async function answerProfiles(url: URL, response: ServerResponse, profiles: Profiles): Promise<void> {
  switch (url.pathname) {
    case profileFolder:
    case `${profileFolder}/`:
      answer(response, 200, profileIndex);
      return;
    case `${profileFolder}/heap`:
      answer(response, 200, await profiles.heap(), 'application/octet-stream');
      return;
    case `${profileFolder}/profile`:
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
