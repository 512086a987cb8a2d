/** What a decision is: scale, or hold with a reason; either with the operands that were compared. */
import type { Direction } from '../alarm/alarm-definition.ts';
import type { Fault } from '../result.ts';

export type HoldReason =
  | 'rejected'
  | 'not-in-alarm'
  | 'contradictory-settings'
  | 'on-demand-stream'
  | 'stream-updating'
  | 'superseded'
  | 'stale-alarm'
  | 'alarm-drift'
  | 'cooldown'
  | 'at-minimum'
  | 'at-maximum'
  | 'demand-met'
  | 'daily-quota'
  | 'account-shard-limit'
  | 'consumer-behind'
  | 'iterator-age-unknown'
  | 'dry-run';

/** The operands that the rule compared: evidence, not prose. Times are epoch ms. */
export interface Evidence {
  /** Number of the rule that decided. */
  readonly rule: number;
  readonly [operand: string]: string | number | boolean | undefined | readonly Fault[];
}

export interface ScaleDecision {
  readonly kind: 'scale';
  readonly direction: Direction;
  readonly openShardCount: number;
  readonly targetShardCount: number;
  /** Present where one hot shard is split instead of all of them (hot-shard.ts). */
  readonly split?: ShardSplit;
  readonly because: Evidence;
}

export interface ShardSplit {
  readonly shardId: string;
  /** Of the second of the two new shards. */
  readonly startingHashKey: string;
  /** The target of an ordinary scaling, for when the split is refused. */
  readonly otherwiseTarget: number;
}

export interface HoldDecision {
  readonly kind: 'hold';
  readonly reason: HoldReason;
  readonly because: Evidence;
  /** When the reason ends, where that is known. */
  readonly retryAtMs?: number;
}

export type ScalingDecision = ScaleDecision | HoldDecision;

export function hold(reason: HoldReason, because: Evidence, retryAtMs?: number): HoldDecision {
  return retryAtMs === undefined ? { kind: 'hold', reason, because } : { kind: 'hold', reason, because, retryAtMs };
}
