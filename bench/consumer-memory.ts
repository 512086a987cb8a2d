/**
 * Memory of `serve` over 100,000 ticks: real clients against HTTP on loopback, on a clock whose long sleeps take no time.
 * Prints one JSON line: the heap after each tenth, and its end as a ratio of the first.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../consumer/clock.ts';
import type { Clock } from '../consumer/ports.ts';
import { readServeConfig } from '../consumer/serve/config.ts';
import { serve } from '../consumer/serve/serve.ts';

const TICKS = Number(process.argv[2] ?? 100_000);
const SIGNALS = 8;

let ticks = 0;
const backend = createServer((request, response) => {
  ticks += 1;
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(request.method === 'GET' ? burrowStatus() : { Attributes: queueDepth() }));
});
await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
Object.assign(process.env, {
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
});

const stopping = new AbortController();
const serving = await serve({
  config: readConfig(),
  secrets: {},
  abortSignal: stopping.signal,
  log: () => {},
  clock: fastClock(),
});
setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const heaps: number[] = [];
for (let tenth = 1; tenth <= 10; tenth += 1) {
  while (ticks < (TICKS * tenth) / 10) await setImmediate();
  collectGarbage();
  heaps.push(process.memoryUsage().heapUsed);
}
const [first = Number.NaN] = heaps;
const endToFirstTenth = Number(((heaps.at(-1) ?? Number.NaN) / first).toFixed(3));
const heapMiB = heaps.map((bytes) => Number((bytes / 1_048_576).toFixed(2)));
console.log(JSON.stringify({ bench: 'consumer-memory', ticks: TICKS, heapMiB, endToFirstTenth }));
stopping.abort();
await serving.stopped;
backend.closeAllConnections();
backend.close();

function readConfig() {
  const signals = Array.from({ length: SIGNALS }, (_, index) =>
    index % 4 === 0
      ? `{ name: queue-${index}, source: { kind: sqs, queueUrl: "${url}/1/queue-${index}" }, emitters: [prometheus] }`
      : `{ name: group-${index}, source: { kind: burrow, consumerGroup: group-${index} }, emitters: [prometheus] }`,
  );
  const backends = `backends: { burrow: { url: "${url}", cluster: main } }`;
  const read = readServeConfig(
    `mode: enforce\nmonitor: { address: "127.0.0.1:0" }\n${backends}\nsignals: [${signals.join(', ')}]`,
  );
  if (!read.ok) throw new Error(read.faults.join('\n'));
  return read.config;
}

/** Periods pass at once; time-outs, which are shorter, stay what they are. */
function fastClock(): Clock {
  let skippedMs = 0;
  return {
    nowMs: () => Date.now() + skippedMs,
    sleep: async (ms, abortSignal) => {
      if (ms < 30_000) return systemClock.sleep(ms, abortSignal);
      skippedMs += ms / SIGNALS;
      await setImmediate();
    },
  };
}

function burrowStatus(): object {
  return { error: false, status: { status: 'OK', totallag: ticks % 1000 } };
}

function queueDepth(): object {
  return { ApproximateNumberOfMessages: String(ticks % 1000), ApproximateNumberOfMessagesNotVisible: '0' };
}
