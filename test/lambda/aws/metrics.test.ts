/** A stream's traffic over a real SDK client: pages, late minutes, and answers that are none. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { awsPorts } from '../../../lambda/aws/ports.ts';
import type { Ports } from '../../../lambda/ports.ts';
import { minute } from '../../core/samples.ts';
import { Wire } from './wire.ts';

const startMs = Date.UTC(2026, 2, 2);
const at = (minutes: number) => (startMs + minutes * minute) / 1000;

let wire: Wire;
let ports: Ports;

beforeAll(async () => {
  wire = await Wire.open();
  vi.stubEnv('AWS_ENDPOINT_URL', wire.endpoint);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  ports = awsPorts({ shortestWaitMs: 0, longestWaitMs: 1, retries: 0, callTimeoutMs: 60_000 });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await wire.close();
});

const read = () => ports.metrics.minuteSums('orders', startMs, startMs + 3 * minute);

it('minutes are read in any order and page after page, and a missing minute is not read as 0', async () => {
  wire.answer((_asked, nth) =>
    nth === 1
      ? {
          body: {
            MetricDataResults: [
              { Id: 'records', Timestamps: [at(2), at(0)], Values: [5, 3], StatusCode: 'Complete' },
              { Id: 'bytes', Timestamps: [at(0)], Values: [30], StatusCode: 'PartialData' },
            ],
            NextToken: 'more',
          },
        }
      : {
          body: { MetricDataResults: [{ Id: 'bytes', Timestamps: [at(1)], Values: [40], StatusCode: 'Complete' }] },
        },
  );
  const answer = await read();
  if (!answer.ok) throw new TypeError(answer.failure.message);
  expect([...answer.value.records]).toEqual([3, Number.NaN, 5]);
  expect([...answer.value.bytes]).toEqual([30, 40, Number.NaN]);
  expect([...answer.value.throttledRecords]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect(wire.asked.map(({ body }) => body.NextToken)).toEqual([undefined, 'more']);
});

const failedWith = (code: string) => ({
  ok: false,
  failure: { call: 'cloudwatch:GetMetricData', code, retryable: true },
});

it.each(['InternalError', 'Forbidden', 'PartialData'])(
  'a metric that CloudWatch could not read (%s) is a failure, neither an idle stream nor one without a consumer',
  async (StatusCode) => {
    const unread = (Id: string) => ({ Id, Timestamps: [], Values: [], StatusCode });
    const complete = { Id: 'records', Timestamps: [at(0)], Values: [3], StatusCode: 'Complete' };
    wire.answer(() => ({ body: { MetricDataResults: [complete, unread('bytes')] } }));
    expect(await read()).toMatchObject(failedWith(StatusCode));
    wire.answer(() => ({ body: { MetricDataResults: [unread('age'), unread('hurts')] } }));
    expect(await ports.metrics.iteratorAge('orders', startMs)).toMatchObject(failedWith(StatusCode));
  },
);
