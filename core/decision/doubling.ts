/** Twice the shards up, half of them (rounded up) down. Both are always on AWS's fast 25 % grid. */
import type { ScalingRequest } from './bounds.ts';

export function doubling({ direction, openShardCount }: ScalingRequest): number {
  return direction === 'up' ? openShardCount * 2 : Math.ceil(openShardCount / 2);
}
