/** Twice the shards on the way up, half of them (rounded up) on the way down: always on AWS's fast 25 % grid. */
import type { ScalingPolicy } from '../scaling-policy.ts';

export const doubling: ScalingPolicy = {
  name: 'doubling',
  chooseTarget: ({ direction, openShardCount }) =>
    direction === 'up' ? openShardCount * 2 : Math.ceil(openShardCount / 2),
};
