import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countSteps,
  countStepsBetween,
  evenStarts,
  nextStep,
  servingShards,
  takeStep,
} from '../../../core/load/even-shards.ts';

/** All the shards on the way, the first and the last included. */
function walk(from: readonly number[], count: number): number[][] {
  const starts = [...from];
  const seen = [[...starts]];
  for (let step = nextStep(starts, count); step !== undefined; step = nextStep(starts, count)) {
    takeStep(starts, step);
    seen.push([...starts]);
    if (seen.length > 500) throw new Error('stepwise resharding does not end');
  }
  return seen;
}

const counts = fc.integer({ min: 1, max: 40 });
/** Any shards: cut at up to thirty places. */
const anyShards = fc
  .uniqueArray(fc.integer({ min: 1, max: 999 }), { maxLength: 30 })
  .map((cuts) => [0, ...cuts.toSorted((a, b) => a - b).map((cut) => cut / 1000)]);

describe('stepwise resharding', () => {
  it('from even shards ends at even shards', () => {
    fc.assert(
      fc.property(counts, counts, (from, to) => {
        const last = walk(evenStarts(from), to).at(-1) ?? [];
        expect(last).toHaveLength(to);
        last.forEach((start, shard) => {
          expect(start).toBeCloseTo(shard / to, 6);
        });
      }),
    );
  });

  it('from uneven shards ends at even shards', () => {
    fc.assert(
      fc.property(anyShards, counts, (from, to) => {
        const last = walk(from, to).at(-1) ?? [];
        expect(last).toHaveLength(to);
        expect(servingShards(last)).toBeCloseTo(to, 0);
      }),
    );
  });

  it('never accepts less than the fewer shards of the two do', () => {
    fc.assert(
      fc.property(anyShards, counts, (from, to) => {
        const least = Math.min(servingShards(from), to) * (1 - 2e-3);
        for (const starts of walk(from, to)) expect(servingShards(starts)).toBeGreaterThanOrEqual(least);
      }),
    );
  });

  it('never has more than one shard more than the larger count', () => {
    fc.assert(
      fc.property(counts, counts, (from, to) => {
        for (const starts of walk(evenStarts(from), to))
          expect(starts.length).toBeLessThanOrEqual(Math.max(from, to) + 1);
      }),
    );
  });

  it('takes as many steps as are counted beforehand', () => {
    fc.assert(
      fc.property(counts, counts, (from, to) => {
        const steps = walk(evenStarts(from), to).length - 1;
        expect([countStepsBetween(from, to), countSteps(evenStarts(from), to)]).toEqual([steps, steps]);
      }),
    );
  });

  it.each([
    ['a half is one merge for each pair', 64, 32, 32],
    ['a double is one split for each shard', 4, 8, 4],
    ['three quarters split where a boundary is missing', 4, 3, 5],
    ['the same count takes none', 5, 5, 0],
  ])('steps: %s', (_why, from, to, steps) => {
    expect(countStepsBetween(from, to)).toBe(steps);
  });

  it('goes on from wherever it was interrupted, and turns back', () => {
    const half = walk(evenStarts(8), 4)[2] ?? [];
    expect(half).toHaveLength(6);
    expect(countSteps(half, 4)).toBe(2);
    expect(countSteps(half, 8)).toBe(2);
    expect(walk(half, 8).at(-1)).toEqual(evenStarts(8));
  });

  it('takes boundaries that Kinesis rounded for what they are', () => {
    const rounded = evenStarts(7).map((start) => Math.max(0, start - 1e-9));
    expect(nextStep(rounded, 7)).toBeUndefined();
  });
});

describe('capacity of uneven shards', () => {
  it('is that of the largest shard: after one merge 64 shards accept what 32 do', () => {
    const [, merged] = walk(evenStarts(64), 32);
    expect(merged).toHaveLength(63);
    expect(servingShards(merged ?? [])).toBe(32);
  });
});
