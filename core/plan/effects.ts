/**
 * Everything that the product can do to a stream, its alarms and its consumers. Effects are data, so that a plan can be
 * printed and tested before anything happens. lambda/stream/effect-runner.ts carries them out.
 */
import type { AlarmDefinition } from '../alarm/alarm-definition.ts';
import type { AlarmUserParts } from '../stream/stream-state.ts';
import type { Tags } from '../stream/stream-tags.ts';

/**
 * What happens to the rest when an effect fails. `abort`: nothing after it may run. `continue`: the rest still helps, and a
 * retry or the reconciler does what is missing. `fall-back`: the reservation that we set is removed instead.
 */
export type OnFailure = 'abort' | 'continue' | 'fall-back';

export type ScalingEffect =
  | TagStream
  | UpdateShardCount
  | SplitShard
  | MergeShards
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

/** Takes the place of UpdateShardCount where one shard is hot, or is one of many steps. It spends no call of the daily quota. */
export interface SplitShard {
  readonly kind: 'split-shard';
  readonly shardId: string;
  readonly startingHashKey: string;
  readonly from: number;
  readonly to: number;
  readonly onFailure: 'abort';
}

/** One of the steps that take the place of UpdateShardCount. It spends no call of the daily quota. */
export interface MergeShards {
  readonly kind: 'merge-shards';
  readonly shardId: string;
  readonly adjacentShardId: string;
  readonly from: number;
  readonly to: number;
  readonly onFailure: 'abort';
}

/** Creates the alarm of a discovered stream. */
export interface CreateAlarm {
  readonly kind: 'create-alarm';
  readonly alarmName: string;
  readonly definition: AlarmDefinition;
  readonly userParts: AlarmUserParts;
  readonly tags: Tags;
  readonly onFailure: 'abort';
}

/** Writes the whole alarm: its definition, and the user's own parts as they were. */
export interface PutAlarm {
  readonly kind: 'put-alarm';
  readonly alarmName: string;
  readonly definition: AlarmDefinition;
  readonly userParts: AlarmUserParts;
  readonly onFailure: 'abort';
}

/** Sets the alarm to INSUFFICIENT_DATA, so that its next breach is a change of state, and CloudWatch notifies. */
export interface RearmAlarm {
  readonly kind: 'rearm-alarm';
  readonly alarmName: string;
  readonly why: RearmReason;
  readonly onFailure: 'continue';
}

/** `judged-by-old-math`: it fired by a definition that has been replaced since. `nothing-holds-it`: nobody answered it. */
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
  /** Undefined where none was reserved. */
  readonly from: number | undefined;
  readonly to: number;
  readonly onFailure: 'continue' | 'fall-back';
}

/**
 * Effects that run one after the other. A failed `abort` ends the lane. Lanes of one step run side by side. The effects of
 * one alarm share a lane, since CloudWatch refuses two writes to one alarm at the same time.
 */
export type Lane = readonly ScalingEffect[];
