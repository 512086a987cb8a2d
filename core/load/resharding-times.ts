/** How long the two ways of resharding take a stream, from the shards that it has now. */
import type { StreamSettings } from '../settings/stream-settings.ts';
import { startsOf } from '../stream/hash-keys.ts';
import type { OpenShard } from '../stream/stream-state.ts';
import { countSteps, countStepsBetween, servingShards } from './even-shards.ts';
import {
  type ReshardingTimes,
  reshardMinutes,
  type StreamLimits,
  stepwiseLimits,
  streamLimits,
} from './stream-replay.ts';

/** What the setting `resharding` means to a policy. */
export function limitsOf({ resharding }: Pick<StreamSettings, 'resharding'>): StreamLimits {
  return resharding === 'stepwise' ? stepwiseLimits : streamLimits;
}

export interface KnownShards {
  readonly openShardCount: number;
  /** Undefined where they were not read: then they are taken for even. */
  readonly shards: readonly OpenShard[] | undefined;
}

/** How many even shards the stream is worth. */
export function servingShardCount({ openShardCount, shards }: KnownShards): number {
  return shards === undefined ? openShardCount : Math.max(1, Math.floor(servingShards(startsOf(shards))));
}

export function reshardingTimes({ openShardCount, shards }: KnownShards, limits: StreamLimits): ReshardingTimes {
  const starts = shards && startsOf(shards);
  return {
    callMinutes: (shardCount) => {
      const isInReach = shardCount <= 2 * openShardCount && 2 * shardCount >= openShardCount;
      return isInReach ? reshardMinutes(openShardCount, shardCount, limits) : Number.POSITIVE_INFINITY;
    },
    stepMinutes: (shardCount) => {
      const steps = starts ? countSteps(starts, shardCount) : countStepsBetween(openShardCount, shardCount);
      return Math.ceil(steps * limits.minutesPerStep);
    },
  };
}
