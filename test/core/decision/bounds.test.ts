import { describe, expect, it } from 'vitest';
import { boundTarget, reachableShardCounts } from '../../../core/decision/bounds.ts';

const open = { minShards: 1, maxShards: 10_000 };

describe('one call’s reach', () => {
  it.each([
    [1, 1, 2],
    [3, 2, 6],
    [4, 2, 8],
    [5_000, 2_500, 10_000],
    [5_001, 2_501, 10_000],
    [10_000, 5_000, 10_000],
  ])('of %i shards is %i to %i', (openShardCount, lowest, highest) => {
    expect(reachableShardCounts(openShardCount)).toEqual({ lowest, highest });
  });
});

describe('a wanted target', () => {
  it.each([
    ['within everything', 'up', 4, 7, open, 7],
    ['beyond the reach', 'up', 4, 20, open, 8],
    ['beyond the maximum', 'up', 4, 8, { minShards: 1, maxShards: 6 }, 6],
    ['above a maximum that was lowered', 'up', 4, 8, { minShards: 1, maxShards: 3 }, 4],
    ['against the direction', 'up', 4, 3, open, 4],
    ['within everything', 'down', 8, 5, open, 5],
    ['beyond the reach', 'down', 8, 1, open, 4],
    ['beyond the minimum', 'down', 8, 4, { minShards: 6, maxShards: 10_000 }, 6],
    ['below a minimum that was raised', 'down', 8, 4, { minShards: 9, maxShards: 10_000 }, 8],
    ['against the direction', 'down', 8, 9, open, 8],
  ] as const)('%s (%s from %i, wanting %i)', (_why, direction, openShardCount, wanted, bounds, expected) => {
    expect(boundTarget(wanted, { direction, openShardCount }, bounds)).toBe(expected);
  });
});
