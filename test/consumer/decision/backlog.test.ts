import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupProgress, maxBacklog, type PartitionProgress, weighBacklog } from '../../../consumer/decision/backlog.ts';

const nowMs = Date.UTC(2026, 0, 1, 12);
const minuteMs = 60_000;

describe('weighed backlog', () => {
  it.each([
    { processed: 1, added: 101, lag: 1000, value: 1111.7, why: 'falling behind raises the value' },
    { processed: 5000, added: 10, lag: 90_000, value: 18.04, why: 'catching up lowers it' },
    { processed: 0, added: 50, lag: 1000, value: 1076.9, why: 'the same formula when nothing is processed' },
    { processed: 1, added: 0.5, lag: 1000, value: 1000, why: 'a slow catching up divides by 1, not by less' },
    { processed: 0, added: 20_000, lag: 1000, value: maxBacklog, why: 'far behind is the most, not a cliff' },
    { processed: 0, added: 20_000, lag: 0, value: 0, why: 'nothing waits' },
    { processed: 0, added: 0, lag: 500, value: 505.05, why: 'a dead consumer is not idle' },
  ])('weighs a backlog as $value: $why', ({ processed, added, lag, value }) => {
    expect(weighBacklog({ processedPerMinute: processed, addedPerMinute: added, lag })).toBeCloseTo(value, 1);
  });

  it('a weighed backlog never falls as more is added, never rises as more is processed, and never falls with the lag', () => {
    const count = fc.double({ min: 0, max: 50_000, noNaN: true });
    const property = fc.property(count, count, count, count, (processedPerMinute, addedPerMinute, lag, more) => {
      const value = weighBacklog({ processedPerMinute, addedPerMinute, lag });
      expect(weighBacklog({ processedPerMinute, addedPerMinute: addedPerMinute + more, lag })).toBeGreaterThanOrEqual(
        value,
      );
      expect(weighBacklog({ processedPerMinute: processedPerMinute + more, addedPerMinute, lag })).toBeLessThanOrEqual(
        value,
      );
      expect(weighBacklog({ processedPerMinute, addedPerMinute, lag: lag + more })).toBeGreaterThanOrEqual(value);
      expect(Number.isFinite(value)).toBe(true);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('progress of a group', () => {
  it('measures the rates of each partition over its own span of time, and sums them', () => {
    const partitions = [commits([-minuteMs, 100, 900], [0, 101, 1000]), commits([-2 * minuteMs, 0, 50], [0, 20, 70])];
    expect(groupProgress(partitions, nowMs)).toEqual({ processedPerMinute: 11, addedPerMinute: 121, lag: 1070 });
  });

  it('reads the committed offsets of a partition in any order', () => {
    expect(groupProgress([commits([0, 101, 1000], [-minuteMs, 100, 900])], nowMs)).toMatchObject({
      processedPerMinute: 1,
      addedPerMinute: 101,
    });
  });

  it('leaves commits older than 15 minutes out of the rates', () => {
    const partition = commits([-16 * minuteMs, 0, 0], [-minuteMs, 100, 900], [0, 101, 1000]);
    expect(groupProgress([partition], nowMs)).toMatchObject({ processedPerMinute: 1, addedPerMinute: 101 });
  });

  it('counts the current lag of a partition that has no commits', () => {
    expect(groupProgress([{ currentLag: 73, offsets: [] }], nowMs)).toEqual({
      processedPerMinute: 0,
      addedPerMinute: 0,
      lag: 73,
    });
  });

  it('reads a consumer that died while catching up as falling behind, and ever more so', () => {
    const lastCommits = commits([-minuteMs, 0, 5000], [0, 4000, 1500]).offsets;
    const values = [2, 5, 14, 16, 60].map((minutes) => {
      const currentLag = 1500 + minutes * 500;
      return weighBacklog(groupProgress([{ currentLag, offsets: lastCommits }], nowMs + minutes * minuteMs));
    });
    expect(values).toEqual(values.toSorted((left, right) => left - right));
    expect(values[0]).toBeGreaterThan(2500);
  });
});

/** Commits as [time from now, offset, lag]; the newest one's lag is the current one. */
function commits(...each: readonly (readonly [number, number, number])[]): PartitionProgress {
  const offsets = each.map(([fromNow, offset, lag]) => ({ timestampMs: nowMs + fromNow, offset, lag }));
  return {
    currentLag: offsets.toSorted((left, right) => left.timestampMs - right.timestampMs).at(-1)?.lag ?? 0,
    offsets,
  };
}
