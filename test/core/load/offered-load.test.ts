import { describe, expect, it } from 'vitest';
import { OfferedLoad } from '../../../core/load/offered-load.ts';

/** Accepted and throttled attempts of each minute. */
function offered(...minutes: readonly (readonly [number, number])[]): number[] {
  const estimate = new OfferedLoad();
  return minutes.map(([accepted, attempts]) => Number(estimate.next(accepted, attempts).toFixed(6)));
}

const quiet = (shards: number) => Array.from({ length: 5 }, () => [shards, 0] as const);

describe('throttled attempts as load', () => {
  it.each([
    ['nothing is throttled: what was accepted', [[3, 0]], 3],
    ['a slow rise beyond the shards is believed', [...quiet(3.9), [4, 0.1]], 4.1],
    ['of load that was just below the shards no more than a twentieth is', [...quiet(3.9), [4, 30]], 4.2],
    ['of load that jumped from the half, as much again', [...quiet(2), [4, 30]], 6],
    [
      'a jump is measured from the lowest of the five minutes before',
      [[0, 0], [2, 0], ...quiet(3).slice(1), [4, 30]],
      6,
    ],
    ['where nothing was known before, twice what is accepted', [[4, 30]], 8],
    ['where nothing is accepted, all of them', [...quiet(2), [0, 3]], 3],
  ] as const)('%s', (_why, minutes, load) => {
    expect(offered(...minutes).at(-1)).toBe(load);
  });

  it('an estimate stands for as long as the shards stay too few', () => {
    const standing = Array.from({ length: 20 }, () => [4, 30] as const);
    expect(offered(...quiet(2), ...standing).slice(5)).toEqual(Array(20).fill(6));
  });

  it('an estimate rises again when more shards show more of the load', () => {
    expect(offered(...quiet(2), [4, 30], [8, 30]).slice(5)).toEqual([6, 14]);
  });

  it('an episode that is over leaves no estimate behind', () => {
    expect(offered(...quiet(2), [4, 30], ...quiet(3.9), [4, 30]).at(-1)).toBe(4.2);
  });

  it('a producer that resends thirty times looks like one that gives up, close to the capacity', () => {
    const excess = 0.15;
    expect(offered(...quiet(3.9), [4, 30 * excess]).at(-1)).toBeLessThan(1.02 * (4 + excess));
  });
});
