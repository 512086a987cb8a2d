/** Twice the shards on the way up, half of them (rounded up) on the way down: always on AWS's fast 25 % grid. */
import type { ScalingRequest } from './bounds.ts';

export function doubling({ direction, openShardCount }: ScalingRequest): number {
  return direction === 'up' ? openShardCount * 2 : Math.ceil(openShardCount / 2);
}
