/**
 * Our load-driven policies in the simulator: the same objects that the deployed function asks, fed with the run's metrics
 * and, as there, bounded by the largest allowed shard count.
 */

import type { LoadPolicy } from '../core/load/load-policy.ts';
import type { Scaler } from './stream-run.ts';

export function scalerOf(policy: LoadPolicy): Scaler {
  return {
    name: policy.name,
    step: ({ minute, stream, load, throttledBefore }) =>
      Math.min(
        stream.maxShardCount,
        policy.choose({
          minute,
          load,
          throttledBefore,
          openShardCount: stream.openShardCount,
          callsLeft: stream.callsLeft(minute),
          minutesSinceScaleUp: stream.minutesSinceScaleUp(minute),
        }),
      ),
  };
}
