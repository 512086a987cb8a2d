/**
 * Size of the deployed bundle, and what it adds to a cold start: from spawning AWS's runtime client until it first polls the
 * Runtime API, compared with an empty handler that is started alternately. Prints two JSON lines.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunction } from '../infra/function-bundle.ts';
import { CLOCK_VARIABLE, type ClockAnchor } from '../local/lambda/runtime/messages.ts';
import { medianOf } from './median.ts';

const goalBytes = 500_000;
const rounds = 15;
const runtimeClient = createRequire(import.meta.url).resolve('aws-lambda-ric');
const preload = fileURLToPath(new URL('../local/lambda/runtime/preload.ts', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'kinesis-autoscaler-bench-'));
try {
  const [product, empty] = ['product', 'empty'].map((name) => join(folder, name)) as [string, string];
  for (const path of [product, empty]) mkdirSync(path);
  bundleFunction(fileURLToPath(new URL('../lambda/index.ts', import.meta.url)), join(product, 'index.js'));
  writeFileSync(join(empty, 'index.js'), 'exports.scaler = async () => {};\n');
  const bytes = statSync(join(product, 'index.js')).size;
  console.log(JSON.stringify({ bench: 'bundle', bytes, goalBytes, ok: bytes <= goalBytes }));
  const timesMs = { product: [] as number[], empty: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    timesMs.empty.push(await coldStartMs(empty));
    timesMs.product.push(await coldStartMs(product));
  }
  const [productMs, emptyMs] = [medianOf(timesMs.product), medianOf(timesMs.empty)];
  console.log(
    JSON.stringify({
      bench: 'cold-start',
      rounds,
      medianMs: Math.round(productMs),
      emptyHandlerMedianMs: Math.round(emptyMs),
      differenceMs: Math.round(productMs - emptyMs),
      ratio: Number((productMs / emptyMs).toFixed(2)),
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** From spawn to the first poll, by which time the handler's module is loaded. */
async function coldStartMs(codeFolder: string): Promise<number> {
  const polled = Promise.withResolvers<number>();
  const server = createServer((request) => {
    if (request.url?.endsWith('/invocation/next')) polled.resolve(performance.now());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const anchor: ClockAnchor = { clockMs: Date.now(), realMs: Date.now(), speed: 1 };
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--import', preload, runtimeClient], {
    cwd: codeFolder,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'bench',
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      LAMBDA_TASK_ROOT: codeFolder,
      _HANDLER: 'index.scaler',
      [CLOCK_VARIABLE]: JSON.stringify(anchor),
    },
  });
  child.once('exit', (code) => polled.reject(new Error(`the runtime ended with ${code} before it polled`)));
  try {
    return (await polled.promise) - startedMs;
  } finally {
    child.kill('SIGKILL');
    server.close();
    server.closeAllConnections();
  }
}
