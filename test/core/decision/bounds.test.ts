import { describe, expect, it } from 'vitest';
import { boundTarget, reachableShardCounts } from '../../../core/decision/bounds.ts';

const open = { minShards: 1, maxShards: 10_000 };

describe('the reach of one call', () => {
  it.each([
    [1, 1, 2],
    [3, 2, 6],
    [4, 2, 8],
    [5_000, 2_500, 10_000],
    [5_001, 2_501, 10_000],
    [10_000, 5_000, 10_000],
  ])('from %i shards is %i to %i', (openShardCount, lowest, highest) => {
    expect(reachableShardCounts(openShardCount)).toEqual({ lowest, highest });
  });
});

it.each([
  ['is the target where every bound allows it', 'up', 4, 7, open, 7],
  ['is cut to the reach of one call', 'up', 4, 20, open, 8],
  ['is cut to the maximum', 'up', 4, 8, { minShards: 1, maxShards: 6 }, 6],
  ['moves nothing above a maximum that was lowered', 'up', 4, 8, { minShards: 1, maxShards: 3 }, 4],
  ['moves nothing against the direction', 'up', 4, 3, open, 4],
  ['is the target where every bound allows it', 'down', 8, 5, open, 5],
  ['is cut to the reach of one call', 'down', 8, 1, open, 4],
  ['is cut to the minimum', 'down', 8, 4, { minShards: 6, maxShards: 10_000 }, 6],
  ['moves nothing below a minimum that was raised', 'down', 8, 4, { minShards: 9, maxShards: 10_000 }, 8],
  ['moves nothing against the direction', 'down', 8, 9, open, 8],
] as const)(
  'a wanted target %s (%s from %i, wanting %i)',
  (_why, direction, openShardCount, wanted, bounds, target) => {
    expect(boundTarget(wanted, { direction, openShardCount }, bounds)).toBe(target);
  },
);
