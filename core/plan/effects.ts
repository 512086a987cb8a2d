/**
 * What the product can do to a stream and what belongs to it. Effects are data, so that a plan can be printed, tested and
 * refused; lambda/stream/effect-runner.ts carries them out.
 */
import type { AlarmDefinition } from '../alarm/alarm-definition.ts';
import type { AlarmUserParts } from '../stream/stream-state.ts';
import type { Tags } from '../stream/stream-tags.ts';

/**
 * What a failed effect means for the rest: `abort`, nothing after it may run; `continue`, the rest still helps and a retry
 * or the reconciler ends the work; `fall-back`, the reservation that we set is removed instead.
 */
export type OnFailure = 'abort' | 'continue' | 'fall-back';

export type ScalingEffect =
  | TagStream
  | UpdateShardCount
  | SplitShard
  | CreateAlarm
  | PutAlarm
  | RearmAlarm
  | TagAlarm
  | SetConcurrency;

export interface TagStream {
  readonly kind: 'tag-stream';
  readonly tags: Tags;
  readonly onFailure: 'abort';
}

export interface UpdateShardCount {
  readonly kind: 'update-shard-count';
  readonly from: number;
  readonly to: number;
  readonly onFailure: 'abort';
}

/** Instead of UpdateShardCount, for one hot shard; no call of the daily quota. */
export interface SplitShard {
  readonly kind: 'split-shard';
  readonly shardId: string;
  readonly startingHashKey: string;
  readonly from: number;
  readonly to: number;
  readonly onFailure: 'abort';
}

/** Makes the alarm of a stream that asked to be managed by its tag. */
export interface CreateAlarm {
  readonly kind: 'create-alarm';
  readonly alarmName: string;
  readonly definition: AlarmDefinition;
  readonly userParts: AlarmUserParts;
  readonly tags: Tags;
  readonly onFailure: 'abort';
}

/** Writes the whole alarm: what follows from shard count and settings, and the user's parts as they were. */
export interface PutAlarm {
  readonly kind: 'put-alarm';
  readonly alarmName: string;
  readonly definition: AlarmDefinition;
  readonly userParts: AlarmUserParts;
  readonly onFailure: 'abort';
}

/** Sets the alarm to INSUFFICIENT_DATA, so that its next breach is a state change, and CloudWatch acts on it. */
export interface RearmAlarm {
  readonly kind: 'rearm-alarm';
  readonly alarmName: string;
  readonly why: RearmReason;
  readonly onFailure: 'continue';
}

/** `judged-by-old-math`: it fired on a definition that no longer stands. `nothing-holds-it`: it fired and was not answered. */
export type RearmReason = 'judged-by-old-math' | 'nothing-holds-it';

export interface TagAlarm {
  readonly kind: 'tag-alarm';
  readonly alarmName: string;
  readonly alarmArn: string;
  readonly tags: Tags;
  readonly onFailure: 'continue';
}

export interface SetConcurrency {
  readonly kind: 'set-concurrency';
  readonly functionName: string;
  /** Undefined: none was reserved. */
  readonly from: number | undefined;
  readonly to: number;
  readonly onFailure: 'continue' | 'fall-back';
}

/**
 * Effects that run in order; a failed `abort` ends the lane. Lanes of one step run side by side. One alarm's effects share
 * a lane: CloudWatch refuses two writes to one alarm at the same time.
 */
export type Lane = readonly ScalingEffect[];
