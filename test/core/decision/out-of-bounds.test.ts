/** The bounds hold without any alarm: a stream outside them is brought back in steps that one call can reach. */
import { describe, expect, it } from 'vitest';
import { moveIntoBounds } from '../../../core/decision/out-of-bounds.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { encodeLedger, refusedUntilTag, tagKeys } from '../../../core/stream/stream-tags.ts';
import { formatBasicTime } from '../../../core/time.ts';
import { day, hour, minute, now, sampleSettings, sampleState } from '../samples.ts';

function enforce(
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

describe('a stream', () => {
  it.each([4, 10, 16])('of %d shards lies within 4 to 16', (openShardCount) => {
    expect(enforce(openShardCount)).toBeUndefined();
  });

  it.each([
    [3, 'up', 4],
    [1, 'up', 2],
    [17, 'down', 16],
    [33, 'down', 17],
  ])('of %d shards goes %s to %d: no further than the bound, no further than one call reaches', (open, way, target) => {
    expect(enforce(open)).toEqual({
      kind: 'scale',
      direction: way,
      openShardCount: open,
      targetShardCount: target,
      because: { rule: 11, openShardCount: open, minShards: 4, maxShards: 16 },
    });
  });

  it('that nobody may scale now is left: the reason ends by itself', () => {
    expect(enforce(2, {}, { mode: 'ON_DEMAND' })).toBeUndefined();
    expect(enforce(2, {}, { status: 'UPDATING' })).toBeUndefined();
    expect(enforce(32, {}, { status: 'DELETING' })).toBeUndefined();
  });
});

it('a call that AWS has just refused is not tried at every reconcile', () => {
  const tags = { [refusedUntilTag]: formatBasicTime(now + 14 * minute) };
  expect(enforce(2, {}, { tags })).toMatchObject({ reason: 'daily-quota', retryAtMs: now + 14 * minute });
});

it('for the shards of the account neither, unless it gives some back', () => {
  const tags = { [refusedUntilTag]: `${formatBasicTime(now + minute)} account-shard-limit` };
  expect(enforce(2, {}, { tags })).toMatchObject({ reason: 'account-shard-limit', retryAtMs: now + minute });
  expect(enforce(32, {}, { tags })).toMatchObject({ kind: 'scale', targetShardCount: 16 });
});

describe('the guards of an alarm’s scaling', () => {
  it('hold for the day’s calls, until the oldest that counts is a day old', () => {
    const ten = Array.from({ length: 10 }, (_, call) => (10 - call) * hour);
    expect(enforce(2, {}, calledAgo(...ten))).toEqual({
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
    expect(enforce(2, {}, calledAgo(11 * hour, ...ten))).toMatchObject({ retryAtMs: now - 10 * hour + day });
  });

  it('do not hold for the reserve or a cooldown: a bound is no judgement of load', () => {
    const nine = Array.from({ length: 9 }, (_, call) => (9 - call) * minute);
    const settings = { dailyQuotaReserve: 3, scaleUpCooldownMinutes: 60, scaleDownCooldownMinutes: 60 };
    expect(enforce(32, settings, calledAgo(...nine))).toMatchObject({ kind: 'scale', targetShardCount: 16 });
    expect(enforce(2, settings, calledAgo(...nine))).toMatchObject({ kind: 'scale', targetShardCount: 4 });
  });

  it('say nothing of a stream within its bounds, whatever was spent', () => {
    expect(enforce(8, { dailyQuota: 1, dailyQuotaReserve: 0 }, calledAgo(hour))).toBeUndefined();
  });
});
