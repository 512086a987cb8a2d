import { describe, expect, it } from 'vitest';
import { historyStart, policyInput } from '../../../core/load/load-policy.ts';
import { ReplayStream } from '../../../core/load/stream-replay.ts';
import { noSums } from '../../../core/load/traffic-minutes.ts';
import { failureOf } from '../../../lambda/aws/calls.ts';
import type { MetricPort } from '../../../lambda/ports.ts';
import { LoadCache } from '../../../lambda/stream/load-cache.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const resharding = new ReplayStream(8);
const nowMs = Date.UTC(2026, 2, 15, 10, 30, 20);

/** A wave of a day over two weeks, and what was asked for. */
function cloudWatch() {
  const asked: { readonly from: number; readonly to: number }[] = [];
  const port: Pick<MetricPort, 'minuteSums'> = {
    minuteSums: async (_streamName, from, to) => {
      asked.push({ from, to });
      const sums = noSums(from, (to - from) / minuteMs);
      sums.records.forEach((_, minute) => {
        sums.records[minute] = 60_000 * (6 - 4 * Math.cos((2 * Math.PI * (from / minuteMs + minute)) / 1440));
      });
      return { ok: true, value: sums };
    },
  };
  return { asked, port };
}

async function historyAt(memory: LoadCache, atMs: number, { port } = cloudWatch(), name = 'orders') {
  const reading = await memory.read(name, 'adaptive', atMs, port);
  if (!reading.ok || !reading.value.history) throw new TypeError('nothing was read');
  return { history: reading.value.history, policy: reading.value.policy };
}

/** What the policy would choose, with the replay that it goes by. */
async function explainedAt(memory: LoadCache, atMs: number) {
  const { history, policy } = await historyAt(memory, atMs);
  const past = { openShardCount: 8, ledger: [], refusal: undefined, intent: undefined, dailyQuota: 10, resharding };
  return { history, explained: policy.explain(policyInput(history, past, atMs)) };
}

describe('the cache of loads', () => {
  it('reads the whole history once, and after that what is new or may have been late', async () => {
    const aws = cloudWatch();
    const memory = new LoadCache();
    await historyAt(memory, nowMs, aws);
    await historyAt(memory, nowMs + minuteMs, aws);
    const minute = Math.floor(nowMs / minuteMs) * minuteMs;
    expect(aws.asked).toEqual([
      { from: historyStart(nowMs), to: minute },
      { from: minute - 170 * minuteMs, to: minute + minuteMs },
    ]);
  });

  it('makes no difference to what is chosen, over days and across midnight', async () => {
    const warm = new LoadCache();
    for (const hours of [0, 7, 14, 38]) {
      const atMs = nowMs + hours * hourMs;
      const [before, fresh] = [await explainedAt(warm, atMs), await explainedAt(new LoadCache(), atMs)];
      expect(before.history.startMs).toBe(fresh.history.startMs);
      expect(before.history.load.length).toBe(fresh.history.load.length);
      expect(before.explained).toEqual(fresh.explained);
    }
  });

  it('keeps the policy, with its replay, until the history begins at another day', async () => {
    const memory = new LoadCache();
    const { policy } = await historyAt(memory, nowMs);
    expect((await historyAt(memory, nowMs + hourMs)).policy).toBe(policy);
    expect((await historyAt(memory, nowMs + 14 * hourMs)).policy).not.toBe(policy);
  });

  it('keeps each stream and each policy apart', async () => {
    const memory = new LoadCache();
    const { policy } = await historyAt(memory, nowMs);
    expect((await historyAt(memory, nowMs, cloudWatch(), 'clicks')).policy).not.toBe(policy);
    const other = await memory.read('orders', 'target', nowMs, cloudWatch().port);
    expect(other).toMatchObject({ ok: true, value: { policy: { name: 'target' } } });
  });

  it('is unchanged by a read that failed', async () => {
    const failure = { call: 'cloudwatch:GetMetricData', ...failureOf('Throttling', '') };
    const memory = new LoadCache();
    await historyAt(memory, nowMs);
    const refusing: Pick<MetricPort, 'minuteSums'> = { minuteSums: async () => ({ ok: false, failure }) };
    expect(await memory.read('orders', 'adaptive', nowMs + hourMs, refusing)).toEqual({ ok: false, failure });
    const { history } = await historyAt(memory, nowMs + 5 * hourMs);
    expect(history.load.length).toBe(14 * 1440 + 15 * 60 + 30);
  });
});
