import { describe, expect, it } from 'vitest';
import { joinSums, loadHistoryOf, type MinuteSums, noSums } from '../../../core/load/traffic-minutes.ts';

const minuteMs = 60_000;
const midnight = Date.UTC(2026, 2, 1);
const gap = Number.NaN;

/** One value a minute, in shards of accepted records; what is not given has no datapoint. */
function sums(startMs: number, shards: readonly number[], throttled: readonly number[] = []): MinuteSums {
  const all = noSums(startMs, shards.length);
  all.records.set(shards.map((value) => value * 60_000));
  all.throttledRecords.set(throttled.map((value) => value * 60_000));
  return all;
}

function shardsOf(reading: MinuteSums, nowMs = reading.startMs + reading.records.length * minuteMs) {
  const history = loadHistoryOf(reading, nowMs);
  if (!history) return undefined;
  return Array.from({ length: history.demand.length }, (_, minute) => history.demand.at(minute));
}

describe('the demand of a stream', () => {
  it('is what was accepted and what was rejected', () => {
    const reading = sums(midnight, [2, 4, 4], [0, 0, 1]);
    expect(shardsOf(reading)).toEqual([2, 4, 5]);
    expect([...(loadHistoryOf(reading, midnight + 3 * minuteMs)?.throttledBefore ?? [])]).toEqual([0, 0, 0, 1]);
  });

  it('is by bytes where they fill more', () => {
    const reading = sums(midnight, [1]);
    reading.bytes[0] = 3 * 60 * 1_048_576;
    expect(shardsOf(reading)).toEqual([3]);
  });

  it('is known where only rejections are', () => {
    expect(shardsOf(sums(midnight, [gap], [2]))).toEqual([2]);
  });

  it('is 0 between two datapoints', () => {
    expect(shardsOf(sums(midnight, [2, gap, 3]))).toEqual([2, 0, 3]);
  });

  it('begins with the first datapoint, at its midnight, and was flat until then', () => {
    const reading = sums(midnight - 1440 * minuteMs, [...Array(1440).fill(gap), gap, gap, 5, 6]);
    expect(loadHistoryOf(reading, midnight + 4 * minuteMs)?.startMs).toBe(midnight);
    expect(shardsOf(reading)).toEqual([5, 5, 5, 6]);
  });

  it('is unknown, not 0, without a datapoint', () => {
    expect(loadHistoryOf(noSums(midnight, 60), midnight + 60 * minuteMs)).toBeUndefined();
    expect(loadHistoryOf(noSums(midnight, 0), midnight)).toBeUndefined();
  });

  it.each([
    ['ends with the newest datapoint, while others may be late', 61, [2]],
    ['goes on with 0 when they can no longer be late', 62, [2, 0]],
  ])('%s', (_what, minutes, expected) => {
    const reading = sums(midnight, [2, ...Array(minutes - 1).fill(gap)]);
    expect(shardsOf(reading)).toEqual(expected);
  });
});

describe('sums that were read before, and newer ones', () => {
  it('are one, from the later start on', () => {
    const older = sums(midnight, [1, 2, 3]);
    const newer = sums(midnight + 3 * minuteMs, [4, 5]);
    const joined = joinSums(older, newer, midnight + minuteMs);
    expect(joined.startMs).toBe(midnight + minuteMs);
    expect([...joined.records].map((value) => value / 60_000)).toEqual([2, 3, 4, 5]);
  });

  it('believe the newer: a minute that was told late is complete now', () => {
    const joined = joinSums(sums(midnight, [1, 2, gap]), sums(midnight + minuteMs, [2.5, 3]), midnight);
    expect(shardsOf(joined)).toEqual([1, 2.5, 3]);
  });

  it('keep what the newer do not know: an answer without datapoints does not undo them', () => {
    const joined = joinSums(sums(midnight, [1, 2]), sums(midnight, [gap, gap, gap]), midnight);
    expect([...joined.records].map((value) => value / 60_000)).toEqual([1, 2, gap]);
  });

  it('leave a hole where nothing was read', () => {
    const joined = joinSums(sums(midnight, [1]), sums(midnight + 2 * minuteMs, [3]), midnight);
    expect([...joined.records].map((value) => value / 60_000)).toEqual([1, gap, 3]);
  });

  it('are the newer alone when the older are too old', () => {
    const joined = joinSums(sums(midnight, [1, 2]), sums(midnight + 5 * minuteMs, [3]), midnight + 5 * minuteMs);
    expect([...joined.records].map((value) => value / 60_000)).toEqual([3]);
  });
});
