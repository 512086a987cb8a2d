/**
 * The cost of one observation on the hot path as a ratio to a bare prom-client increment. Prints one JSON line.
 */
import { Counter, Registry } from 'prom-client';
import { RequestMetrics } from '../consumer/monitor/request-observer.ts';
import { createCacheObserver } from '../consumer/serve/serve-metrics.ts';

const CALLS = 1_000_000;
const ROUNDS = 5;

const registry = new Registry();
const bare = new Counter({ name: 'bare_total', help: 'Bare.', registers: [registry] });
const labelled = new Counter({
  name: 'labelled_total',
  help: 'Labelled.',
  labelNames: ['outcome'],
  registers: [registry],
});
const child = labelled.labels('hit');
const cache = createCacheObserver(registry);
const request = new RequestMetrics(registry).component('grpc', ['IsActive']).operation('IsActive');

const cases: readonly (readonly [string, () => void])[] = [
  ['bare prom-client increment, no label', () => bare.inc()],
  ['prom-client increment of one label', () => child.inc()],
  ['cache answer observed (our handle)', () => cache.hit()],
  ['request observed: in flight, duration, outcome', () => request.start()('success')],
];

for (const [, run] of cases) nanosecondsOf(run);
const best = cases.map(([name, run]) => ({
  name,
  nanoseconds: Math.min(...Array.from({ length: ROUNDS }, () => nanosecondsOf(run))),
}));
const reference = best[0]?.nanoseconds ?? Number.NaN;
const ratios = Object.fromEntries(
  best.map(({ name, nanoseconds }) => [name, Number((nanoseconds / reference).toFixed(2))]),
);
console.log(JSON.stringify({ bench: 'consumer-hot-path', calls: CALLS, ratiosToABareIncrement: ratios }));

function nanosecondsOf(run: () => void): number {
  const startedAt = process.hrtime.bigint();
  for (let call = 0; call < CALLS; call += 1) run();
  return Number(process.hrtime.bigint() - startedAt) / CALLS;
}
