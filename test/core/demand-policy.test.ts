import { describe, expect, it } from 'vitest';
import { DemandHistory } from '../../core/demand.ts';
import { adaptivePolicy, historyStart, policyInput, targetPolicy } from '../../core/demand-policy.ts';

const hourMs = 3_600_000;
const nowMs = Date.UTC(2026, 2, 15, 10, 30);
const load = Array.from({ length: 3 * 1440 }, (_, minute) => 6 - 4 * Math.cos((2 * Math.PI * minute) / 1440));
const history = {
  startMs: historyStart(nowMs),
  demand: DemandHistory.of(load),
  throttledBefore: new Float64Array(load.length + 1),
};
const past = { openShardCount: 4, ledger: [nowMs - 25 * hourMs, nowMs - hourMs], intent: undefined, dailyQuota: 10 };

describe('what the deployed function gives a policy', () => {
  it('begins at a midnight that CloudWatch still has minutes of', () => {
    const start = historyStart(nowMs);
    expect(start % (24 * hourMs)).toBe(0);
    expect(nowMs - start).toBeLessThan(15 * 24 * hourMs);
  });

  it('counts the calls of the last day, and the minutes since the last scale-up', () => {
    const up = { atMs: nowMs - 7 * 60_000, from: 2, to: 4 };
    expect(policyInput(history, { ...past, intent: up }, nowMs)).toMatchObject({
      minute: load.length - 1,
      callsLeft: 9,
      minutesSinceScaleUp: 7,
    });
    const down = { ...up, from: 8 };
    const { minutesSinceScaleUp } = policyInput(history, { ...past, intent: down }, nowMs);
    expect(minutesSinceScaleUp).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a policy explains itself', () => {
  it.each([targetPolicy, adaptivePolicy])('%o: by the count that it chooses', (make) => {
    const input = policyInput(history, past, nowMs);
    const explained = make().explain(input);
    expect(explained.wantedShardCount).toBe(make().choose(input));
    expect(explained.offeredShards).toBeCloseTo(2, 1);
  });

  it('adaptive shows every candidate, what each would have cost and thrown away, and follows the first', () => {
    const { choice, settings } = adaptivePolicy().explain(policyInput(history, past, nowMs));
    expect(choice?.replayed.length).toBeGreaterThan(10);
    expect(choice?.replayed[0]?.name).toBe(choice?.candidate.name);
    expect(choice?.candidate.settings).toEqual(settings);
  });

  it('adaptive has no choice before it has seen a day', () => {
    const short = { ...history, demand: DemandHistory.of(load.slice(0, 600)) };
    expect(adaptivePolicy().explain(policyInput(short, past, nowMs)).choice).toBeUndefined();
  });
});
