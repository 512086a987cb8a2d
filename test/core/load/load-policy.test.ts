import { describe, expect, it } from 'vitest';
import { adaptiveDefaults } from '../../../core/load/adaptive.ts';
import { firstDaySettings } from '../../../core/load/candidates.ts';
import { LoadHistory } from '../../../core/load/load-history.ts';
import { loadPolicyNamed } from '../../../core/load/load-policies.ts';
import { adaptivePolicy, historyStart, policyInput, targetPolicy } from '../../../core/load/load-policy.ts';
import { ReplayStream } from '../../../core/load/stream-replay.ts';
import { targetDefaults } from '../../../core/load/target.ts';

const hourMs = 3_600_000;
const nowMs = Date.UTC(2026, 2, 15, 10, 30);
const load = Array.from({ length: 3 * 1440 }, (_, minute) => 6 - 4 * Math.cos((2 * Math.PI * minute) / 1440));
const history = {
  startMs: historyStart(nowMs),
  load: LoadHistory.of(load),
  throttledBefore: new Float64Array(load.length + 1),
};
const past = {
  refusal: undefined,
  openShardCount: 4,
  ledger: [nowMs - 2 * hourMs, nowMs - hourMs],
  intent: undefined,
  dailyQuota: 10,
  resharding: new ReplayStream(4),
};

/** A replay of three candidates is a replay. */
const few = { ...adaptiveDefaults, candidates: adaptiveDefaults.candidates.slice(0, 3) };

describe('what the deployed function gives a policy', () => {
  it('the history begins at a midnight of which CloudWatch still has minutes', () => {
    expect(historyStart(nowMs)).toBe(Date.UTC(2026, 2, 1));
    expect(historyStart(Date.UTC(2026, 2, 15))).toBe(Date.UTC(2026, 2, 1));
  });

  it('policyInput counts the calls of the last day and the minutes since the last scale-up', () => {
    const up = { atMs: nowMs - 7 * 60_000, from: 2, to: 4 };
    expect(policyInput(history, { ...past, intent: up }, nowMs)).toMatchObject({
      minute: load.length - 1,
      callsLeft: 8,
      minutesSinceScaleUp: 7,
    });
    const down = { ...up, from: 8 };
    const { minutesSinceScaleUp } = policyInput(history, { ...past, intent: down }, nowMs);
    expect(minutesSinceScaleUp).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a policy', () => {
  it.each(['target', 'adaptive'] as const)('loadPolicyNamed returns the policy of that name: %s', (name) => {
    expect(loadPolicyNamed(name).name).toBe(name);
  });

  it('adaptive follows its first day’s settings until it has a day to replay', () => {
    const given = (newest: number) =>
      policyInput({ ...history, load: LoadHistory.of([...load.slice(0, 600), newest, newest]) }, past, nowMs);
    expect(adaptivePolicy().choose(given(12))).toBeGreaterThan(past.openShardCount);
    // Between what `target` and the first day's settings take to be full.
    expect(adaptivePolicy().choose(given(3.7))).toBe(targetPolicy(firstDaySettings).choose(given(3.7)));
    expect(adaptivePolicy().choose(given(3.7))).toBeLessThan(targetPolicy().choose(given(3.7)));
    expect(adaptivePolicy().explain(given(3.7)).settings).toBe(firstDaySettings);
  });
});

describe('what adaptive pays for a shard-minute thrown away', () => {
  const day = 1440;
  /** Ten days of a flat load, and what of it was thrown away at which minute. */
  function priceOf(shards: number, thrownAway: Readonly<Record<number, number>>) {
    const minutes = 10 * day;
    const throttledBefore = new Float64Array(minutes + 1);
    for (let minute = 0; minute < minutes; minute += 1) {
      throttledBefore[minute + 1] = (throttledBefore[minute] ?? 0) + (thrownAway[minute] ?? 0);
    }
    const load = LoadHistory.of(Array.from({ length: minutes }, () => shards));
    return adaptivePolicy(few).explain(policyInput({ ...history, load, throttledBefore }, past, nowMs)).choice?.price;
  }

  /** The last choice of the ten days is made at 18:00, over the six days before its own. */
  const [first, last] = [3 * day, 9 * day + 18 * 60];
  const budget = few.budget * 2 * (last - first + 1);

  it('the price is its base where exactly the budget was thrown away', () => {
    expect(priceOf(2, { [first]: budget / 2, [last]: budget / 2 })).toBeCloseTo(few.price, 6);
  });

  it('the price ignores what was thrown away before and after the replayed days', () => {
    const nothing = priceOf(2, {});
    expect(nothing).toBeCloseTo(few.price * few.lowestPrice, 6);
    expect(priceOf(2, { [first - 1]: budget, [last + 1]: budget })).toBe(nothing);
  });

  it('the price is the same for an idle stream', () => {
    expect(priceOf(0, {})).toBe(priceOf(2, {}));
  });
});

describe('regret', () => {
  const minutes = 3 * 1440;
  const limit = adaptiveDefaults.regret * 2 * minutes;
  /** Two shards' load, of which so much was thrown away in the newest minute; `target` would have thrown away nothing. */
  function settingsAfter(thrownAway: number) {
    const throttledBefore = new Float64Array(minutes + 1);
    throttledBefore[minutes] = thrownAway;
    const load = LoadHistory.of(Array.from({ length: minutes }, () => 2));
    return adaptivePolicy().explain(policyInput({ ...history, load, throttledBefore }, past, nowMs)).settings;
  }

  it('adaptive follows target itself from the minute in which it has thrown away too much more than target would have', () => {
    expect(settingsAfter(0.9 * limit)).not.toBe(targetDefaults);
    expect(settingsAfter(1.1 * limit)).toBe(targetDefaults);
  });
});

describe('a policy explains itself', () => {
  it.each([targetPolicy(), adaptivePolicy(few)])('$name explains the count that it chooses', (policy) => {
    const input = policyInput(history, past, nowMs);
    const explained = policy.explain(input);
    expect(explained.wantedShardCount).toBe(policy.choose(input));
    expect(explained.offeredShards).toBeCloseTo(2, 1);
  });

  it('adaptive explains every candidate and follows the first', () => {
    const { choice, settings } = adaptivePolicy(few).explain(policyInput(history, past, nowMs));
    expect(choice?.replayed).toHaveLength(few.candidates.length);
    expect(choice?.replayed[0]?.name).toBe(choice?.candidate.name);
    expect(choice?.candidate.settings).toEqual(settings);
  });

  it('adaptive keeps its choice until the next is due', () => {
    const policy = adaptivePolicy(few);
    const until = (minutes: number) =>
      policy.explain(policyInput({ ...history, load: LoadHistory.of(load.slice(0, minutes)) }, past, nowMs)).choice;
    const atSix = until(2 * 1440 + 361);
    expect(until(2 * 1440 + 720)).toBe(atSix);
    expect(until(2 * 1440 + 721)).not.toBe(atSix);
  });

  it('adaptive has no choice before it has seen a day', () => {
    const short = { ...history, load: LoadHistory.of(load.slice(0, 600)) };
    expect(adaptivePolicy().explain(policyInput(short, past, nowMs))).not.toHaveProperty('choice');
  });
});
