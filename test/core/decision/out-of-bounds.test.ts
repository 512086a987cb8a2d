/** The bounds hold without any alarm: a stream outside them comes back in steps that one call can reach. */
import { describe, expect, it } from 'vitest';
import { moveIntoBounds } from '../../../core/decision/out-of-bounds.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { encodeLedger, refusedUntilTag, tagKeys } from '../../../core/stream/stream-tags.ts';
import { formatBasicTime } from '../../../core/time.ts';
import { day, hour, minute, now, sampleSettings, sampleState } from '../samples.ts';

function bound(
  openShardCount: number,
  settings: Partial<StreamSettings> = {},
  given: Parameters<typeof sampleState>[0] = {},
) {
  return moveIntoBounds({
    state: sampleState({ openShardCount, ...given }),
    settings: sampleSettings({ minShards: 4, maxShards: 16, ...settings }),
    nowMs: now,
  });
}

function calledAgo(...agoMs: readonly number[]) {
  return { tags: { [tagKeys.ledger]: encodeLedger(agoMs.map((ms) => now - ms)) } };
}

describe('a stream with the bounds 4 to 16', () => {
  it.each([4, 10, 16])('is left alone at %d shards', (openShardCount) => {
    expect(bound(openShardCount)).toBeUndefined();
  });

  it.each([
    [3, 'up', 4],
    [1, 'up', 2],
    [17, 'down', 16],
    [33, 'down', 17],
  ])('at %d shards goes %s to %d, no further than the bound and the reach of one call', (open, way, target) => {
    expect(bound(open)).toEqual({
      kind: 'scale',
      direction: way,
      openShardCount: open,
      targetShardCount: target,
      because: { rule: 11, openShardCount: open, minShards: 4, maxShards: 16 },
    });
  });

  it('is left alone while it is on-demand, UPDATING or DELETING', () => {
    expect(bound(2, {}, { mode: 'ON_DEMAND' })).toBeUndefined();
    expect(bound(2, {}, { status: 'UPDATING' })).toBeUndefined();
    expect(bound(32, {}, { status: 'DELETING' })).toBeUndefined();
  });
});

it('a bound holds as daily-quota while AWS refuses calls, instead of trying at every reconcile', () => {
  const tags = { [refusedUntilTag]: formatBasicTime(now + 14 * minute) };
  expect(bound(2, {}, { tags })).toMatchObject({ reason: 'daily-quota', retryAtMs: now + 14 * minute });
});

it('a bound that needs shards holds while AWS refuses the account more, and one that frees shards does not', () => {
  const tags = { [refusedUntilTag]: `${formatBasicTime(now + minute)} account-shard-limit` };
  expect(bound(2, {}, { tags })).toMatchObject({ reason: 'account-shard-limit', retryAtMs: now + minute });
  expect(bound(32, {}, { tags })).toMatchObject({ kind: 'scale', targetShardCount: 16 });
});

describe('a stream outside its bounds', () => {
  it('holds when the day’s calls are spent, until the oldest that counts is a day old', () => {
    const ten = Array.from({ length: 10 }, (_, call) => (10 - call) * hour);
    expect(bound(2, {}, calledAgo(...ten))).toEqual({
      kind: 'hold',
      reason: 'daily-quota',
      because: {
        rule: 13,
        direction: 'up',
        openShardCount: 2,
        minShards: 4,
        maxShards: 16,
        callsInLastDay: 10,
        dailyQuota: 10,
      },
      retryAtMs: now - 10 * hour + day,
    });
    expect(bound(2, {}, calledAgo(11 * hour, ...ten))).toMatchObject({ retryAtMs: now - 10 * hour + day });
  });

  it('does not wait for the reserve or a cooldown, since a bound does not depend on load', () => {
    const nine = Array.from({ length: 9 }, (_, call) => (9 - call) * minute);
    const settings = { dailyQuotaReserve: 3, scaleUpCooldownMinutes: 60, scaleDownCooldownMinutes: 60 };
    expect(bound(32, settings, calledAgo(...nine))).toMatchObject({ kind: 'scale', targetShardCount: 16 });
    expect(bound(2, settings, calledAgo(...nine))).toMatchObject({ kind: 'scale', targetShardCount: 4 });
  });

  it('within its bounds gives no decision, whatever calls were spent', () => {
    expect(bound(8, { dailyQuota: 1, dailyQuotaReserve: 0 }, calledAgo(hour))).toBeUndefined();
  });
});
