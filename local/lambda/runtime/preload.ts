/**
 * Loaded into a function's process before aws-lambda-ric (`node --import`): makes the process live on the product's
 * clock and puts a client in place of the runtime's native module. The deployed bundle itself is untouched.
 */
import { Module } from 'node:module';
import '../../exit-with-parent.ts';
import {
  CLOCK_HEADER,
  CLOCK_VARIABLE,
  type ClockAnchor,
  type ClockWake,
  END_OF_LOG,
  type IdleReport,
} from './messages.ts';
import { installProcessClock } from './process-clock.ts';
import { watchRequests } from './requests-in-flight.ts';
import { createRuntimeClient } from './runtime-client.ts';

/** Work outside JavaScript that will call back by itself; while there is any, the process is not idle. */
const BACKGROUND_WORK = /^(FSReq|GetAddrInfo|ZLIB|Zlib|TCPConnect|PipeConnect|.*(Job|Request)$)/;
const LOOK_AGAIN_MS = 1;

const realSetTimeout = setTimeout;
const anchor: ClockAnchor = JSON.parse(requireVariable(CLOCK_VARIABLE));
const runtimeApi = requireVariable('AWS_LAMBDA_RUNTIME_API');
delete process.env[CLOCK_VARIABLE];

let checking = false;
let messagesSeen = 0;
const clock = installProcessClock(anchor, findIdleness);
const requests = watchRequests(findIdleness, seeTime);
const runtimeClient = createRuntimeClient(
  runtimeApi,
  (headers) => seeTime(Number(headers[CLOCK_HEADER])),
  (requestId) => process.stdout.write(`${END_OF_LOG}${requestId}\n`),
);

process.on('message', (message) => {
  messagesSeen += 1;
  clock.wake(message as ClockWake);
});
process.channel?.unref();
replaceNativeClient();

function requireVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: this file is loaded by local Lambda only`);
  return value;
}

function seeTime(clockMs: number): void {
  messagesSeen += 1;
  clock.observe(clockMs);
  findIdleness();
}

/** Reports idleness once the event loop has nothing left but timers and open requests. */
function findIdleness(): void {
  if (anchor.speed > 0 || checking) return;
  checking = true;
  // Two turns: promise continuations of what just happened run within the first.
  setImmediate(() => setImmediate(reportIfIdle));
}

function reportIfIdle(): void {
  checking = false;
  const wakeAtMs = clock.nextTimerMs();
  // The channel keeps the process alive exactly as long as its own timers would.
  if (wakeAtMs === null) process.channel?.unref();
  else process.channel?.ref();
  if (wakeAtMs === null && requests.inFlight === 0) return;
  if (process.getActiveResourcesInfo().some((resource) => BACKGROUND_WORK.test(resource))) {
    checking = true;
    realSetTimeout(reportIfIdle, LOOK_AGAIN_MS);
    return;
  }
  const report: IdleReport = {
    kind: 'idle',
    requestsInFlight: requests.inFlight,
    messagesSeen,
    wakeAtMs,
  };
  process.send?.(report);
}

function replaceNativeClient(): void {
  const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
  const load = loader._load;
  loader._load = function loadModule(request, ...rest) {
    return request.endsWith('rapid-client.node') ? runtimeClient : load.call(this, request, ...rest);
  };
}
