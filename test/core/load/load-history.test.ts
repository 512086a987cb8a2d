import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LoadHistory, offeredShards } from '../../../core/load/load-history.ts';

describe('LoadHistory', () => {
  it('peak and mean of any window equal those of a loop', () => {
    const window = fc.tuple(
      fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.nat(400),
      fc.nat(400),
    );
    fc.assert(
      fc.property(window, ([values, one, other]) => {
        const history = LoadHistory.of(values);
        const last = values.length - 1;
        const from = Math.min(one, other, last);
        const to = Math.min(Math.max(one, other), last);
        const slice = values.slice(from, to + 1);
        expect(history.peak(from, to)).toBe(Math.max(...slice));
        const mean = slice.reduce((sum, value) => sum + value, 0) / slice.length;
        expect(history.mean(from, to)).toBeCloseTo(mean, 3);
      }),
    );
  });

  it('a load history is flat at its first value before it begins and at its newest after it ends', () => {
    const history = LoadHistory.of([3, 1, 2]);
    expect([history.at(-5), history.at(9), history.peak(-10, -1)]).toEqual([3, 2, 3]);
  });

  it('a load history refuses more minutes than its capacity, and a capacity of 0', () => {
    const history = LoadHistory.of([1]);
    expect(() => history.append(2)).toThrow(/full/);
    expect(() => new LoadHistory(0)).toThrow(/positive/);
  });
});

describe('offeredShards', () => {
  it.each([
    ['records fill the shard', { records: 60_000, bytes: 1_000, throttledRecords: 0 }, 1],
    ['bytes fill the shard', { records: 10, bytes: 2 * 60 * 1_048_576, throttledRecords: 0 }, 2],
    ['rejected records are load, as large as the others', { records: 60_000, bytes: 0, throttledRecords: 30_000 }, 1.5],
    ['rejected records are as heavy as the others', { records: 10, bytes: 60 * 1_048_576, throttledRecords: 5 }, 1.5],
    ['all is rejected', { records: 0, bytes: 0, throttledRecords: 120_000 }, 2],
    ['nothing at all', { records: 0, bytes: 0, throttledRecords: 0 }, 0],
  ])('offered load in shards: %s', (_why, sums, shards) => {
    expect(offeredShards(sums, 60)).toBeCloseTo(shards, 12);
  });
});
