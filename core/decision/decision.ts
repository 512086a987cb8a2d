/** A decision is to scale, or to hold for a reason. Either carries the operands that the deciding rule compared. */
import type { Direction } from '../alarm/alarm-definition.ts';
import type { Fault } from '../result.ts';
import type { ReshardingWay } from '../stream/stream-tags.ts';
import { type HoldReason, holdReasons } from './hold-reasons.ts';

/** The operands that the rule compared: evidence, not prose. Times are epoch ms. */
export interface Operands {
  readonly [operand: string]: string | number | boolean | undefined | readonly Fault[];
}

export interface Evidence extends Operands {
  /** Number of the rule that decided. */
  readonly rule: number;
}

export interface ScaleDecision {
  readonly kind: 'scale';
  readonly direction: Direction;
  readonly openShardCount: number;
  readonly targetShardCount: number;
  /** Absent means by a call. */
  readonly way?: ReshardingWay;
  /** Present where steps lead to the target: the first of them (core/plan/next-step.ts). */
  readonly step?: ShardStep;
  /** Present where one hot shard is split instead of a uniform scaling (hot-shard.ts). */
  readonly split?: ShardSplit;
  readonly because: Evidence;
}

/** One step of stepwise resharding, as Kinesis is asked for it. */
export type ShardStep =
  | { readonly kind: 'split'; readonly shardId: string; readonly startingHashKey: string }
  | { readonly kind: 'merge'; readonly shardId: string; readonly adjacentShardId: string };

export interface ShardSplit {
  readonly shardId: string;
  /** First hash key of the second of the two new shards. */
  readonly startingHashKey: string;
  /** The target of a uniform scaling, for the case that AWS refuses the split. */
  readonly otherwiseTarget: number;
}

export interface HoldDecision {
  readonly kind: 'hold';
  readonly reason: HoldReason;
  readonly because: Evidence;
  /** When the reason ends. Absent where that is not known. */
  readonly retryAtMs?: number;
}

export type ScalingDecision = ScaleDecision | HoldDecision;

export function hold(reason: HoldReason, operands: Operands, retryAtMs?: number): HoldDecision {
  const because: Evidence = { rule: holdReasons[reason].rule, ...operands };
  return retryAtMs === undefined ? { kind: 'hold', reason, because } : { kind: 'hold', reason, because, retryAtMs };
}
