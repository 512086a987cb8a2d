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
  return Array.from({ length: history.load.length }, (_, minute) => history.load.at(minute));
}

describe('the load of a stream', () => {
  it('the load is what was accepted plus what was rejected', () => {
    const reading = sums(midnight, [2, 4, 4], [0, 0, 1]);
    expect(shardsOf(reading)).toEqual([2, 4, 5]);
    expect([...(loadHistoryOf(reading, midnight + 3 * minuteMs)?.throttledBefore ?? [])]).toEqual([0, 0, 0, 1]);
  });

  it('the load is in bytes where they fill more than records', () => {
    const reading = sums(midnight, [1]);
    reading.bytes[0] = 3 * 60 * 1_048_576;
    expect(shardsOf(reading)).toEqual([3]);
  });

  it('the load is known where every record was rejected', () => {
    expect(shardsOf(sums(midnight, [gap], [2]))).toEqual([2]);
  });

  it('a missing minute between two datapoints is 0', () => {
    expect(shardsOf(sums(midnight, [2, gap, 3]))).toEqual([2, 0, 3]);
  });

  it('the history begins at the midnight of the first datapoint and is flat until it', () => {
    const reading = sums(midnight - 1440 * minuteMs, [...Array(1440).fill(gap), gap, gap, 5, 6]);
    expect(loadHistoryOf(reading, midnight + 4 * minuteMs)?.startMs).toBe(midnight);
    expect(shardsOf(reading)).toEqual([5, 5, 5, 6]);
  });

  it('the load is unknown, not 0, without a datapoint', () => {
    expect(loadHistoryOf(noSums(midnight, 60), midnight + 60 * minuteMs)).toBeUndefined();
    expect(loadHistoryOf(noSums(midnight, 0), midnight)).toBeUndefined();
  });

  it.each([
    ['the history ends with the newest datapoint while others may be late', 61, [2]],
    ['the history continues with 0 when datapoints can no longer be late', 62, [2, 0]],
  ])('%s', (_what, minutes, expected) => {
    const reading = sums(midnight, [2, ...Array(minutes - 1).fill(gap)]);
    expect(shardsOf(reading)).toEqual(expected);
  });
});

describe('sums that were read before, and newer ones', () => {
  it('joined sums cover both parts from the given start', () => {
    const older = sums(midnight, [1, 2, 3]);
    const newer = sums(midnight + 3 * minuteMs, [4, 5]);
    const joined = joinSums(older, newer, midnight + minuteMs);
    expect(joined.startMs).toBe(midnight + minuteMs);
    expect([...joined.records].map((value) => value / 60_000)).toEqual([2, 3, 4, 5]);
  });

  it('joined sums take the newer value of a minute', () => {
    const joined = joinSums(sums(midnight, [1, 2, gap]), sums(midnight + minuteMs, [2.5, 3]), midnight);
    expect(shardsOf(joined)).toEqual([1, 2.5, 3]);
  });

  it('joined sums keep a minute that the newer answer lacks', () => {
    const joined = joinSums(sums(midnight, [1, 2]), sums(midnight, [gap, gap, gap]), midnight);
    expect([...joined.records].map((value) => value / 60_000)).toEqual([1, 2, gap]);
  });

  it('joined sums leave a hole where nothing was read', () => {
    const joined = joinSums(sums(midnight, [1]), sums(midnight + 2 * minuteMs, [3]), midnight);
    expect([...joined.records].map((value) => value / 60_000)).toEqual([1, gap, 3]);
  });

  it('joined sums are the newer alone when the older end before the start', () => {
    const joined = joinSums(sums(midnight, [1, 2]), sums(midnight + 5 * minuteMs, [3]), midnight + 5 * minuteMs);
    expect([...joined.records].map((value) => value / 60_000)).toEqual([3]);
  });
});

describe('one of the two metrics of traffic that is late', () => {
  const minuteOf = (minute: number) => Date.UTC(2026, 2, 2) + minute * 60_000;

  it('ends the history where it ends: the other one alone would pass for a lighter load', () => {
    const sums = noSums(minuteOf(0), 30);
    for (let minute = 0; minute < 30; minute += 1) {
      sums.bytes[minute] = 1_000;
      if (minute < 20) sums.records[minute] = 240_000;
    }
    expect(loadHistoryOf(sums, minuteOf(30))?.load.length).toBe(20);
  });

  it('is no reason to wait for a metric that the stream never had', () => {
    const sums = noSums(minuteOf(0), 30);
    sums.records.fill(60_000);
    expect(loadHistoryOf(sums, minuteOf(30))?.load.length).toBe(30);
  });
});
