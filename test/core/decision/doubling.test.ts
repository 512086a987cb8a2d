import { expect, it } from 'vitest';
import { doubling } from '../../../core/decision/doubling.ts';

it.each([
  [1, 2, 1],
  [2, 4, 1],
  [3, 6, 2],
  [4, 8, 2],
  [5, 10, 3],
  [101, 202, 51],
])('doubling goes from %i shards up to %i and down to %i', (openShardCount, up, down) => {
  expect(doubling({ direction: 'up', openShardCount })).toBe(up);
  expect(doubling({ direction: 'down', openShardCount })).toBe(down);
});
