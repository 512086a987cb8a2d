import { describe, expect, it } from 'vitest';
import { callsLeft, nextCallAtMs } from '../../../core/decision/daily-quota.ts';
import { day, hour, minute, now } from '../samples.ts';

const calls = (count: number) => Array.from({ length: count }, (_, index) => now - (count - index) * hour);
const made = (count: number) => ({ ledger: calls(count), refusal: undefined });
const refused = { ledger: calls(1), refusal: { reason: 'daily-quota' as const, untilMs: now + minute } };

describe('the calls that are left of the day', () => {
  it.each([
    [0, 0, 10],
    [7, 0, 3],
    [10, 0, 0],
    [12, 0, 0],
    [7, 3, 0],
    [6, 3, 1],
  ])('after %i calls, with %i kept in reserve, %i are left', (count, reserve, left) => {
    expect(callsLeft(made(count), 10, reserve)).toBe(left);
  });

  it('are none while AWS refuses calls that the ledger does not know', () => {
    expect(callsLeft(refused, 10)).toBe(0);
  });

  it('do not change by a refusal for the shards of the account', () => {
    const refusal = { reason: 'account-shard-limit' as const, untilMs: now + minute };
    expect(callsLeft({ ledger: calls(1), refusal }, 10)).toBe(9);
  });
});

describe('the next call', () => {
  it('has no time while one is left', () => {
    expect(nextCallAtMs(made(9), 10)).toBeUndefined();
  });

  it('is free when the oldest call is a day old', () => {
    expect(nextCallAtMs(made(10), 10)).toBe(now - 10 * hour + day);
  });

  it('is free later where some calls are kept in reserve', () => {
    expect(nextCallAtMs(made(9), 10, 3)).toBe(now - 7 * hour + day);
  });

  it('is free at the end of a refusal that the ledger does not explain', () => {
    expect(nextCallAtMs(refused, 10)).toBe(now + minute);
  });
});
