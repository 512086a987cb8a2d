/**
 * A stream as a replay sees it, minute by minute: what serves, what is billed, which calls Kinesis would accept. The
 * `adaptive` policy replays a stream's own past on it, and the simulator runs every policy on it, so both judge alike.
 * Time is in whole minutes from any origin.
 */
import { awsFacts } from '../aws-facts.ts';
import type { ReshardingWay } from '../stream/stream-tags.ts';
import { dayMinutes, minuteMs } from '../time.ts';
import { countStepsBetween, evenStarts, servingShards } from './even-shards.ts';
import { StepwiseResharding } from './stepwise-resharding.ts';

export interface StreamLimits {
  /** UpdateShardCount calls per stream in any rolling 24 hours. */
  readonly callsPer24h: number;
  /** Minutes that every resharding takes, whatever its size. */
  readonly reshardBaseMinutes: number;
  /** Minutes for each shard of the larger count. */
  readonly reshardMinutesPerShard: number;
  /** Extra minutes when the target is not a multiple of 25 % of the open count. */
  readonly offGridMinutes: number;
  /** Multiplies the whole duration: 3 simulates a slow day. */
  readonly reshardSlowdown: number;
  /** Minutes that one SplitShard or MergeShards takes; infinite where the stream is resharded by calls only. */
  readonly minutesPerStep: number;
  readonly minShards: number;
  readonly maxShards: number;
}

export const streamLimits: StreamLimits = {
  callsPer24h: awsFacts.updateShardCountCallsPerDay.value,
  reshardBaseMinutes: awsFacts.reshardingBaseTime.value / minuteMs,
  reshardMinutesPerShard: awsFacts.reshardingTimePerShard.value / minuteMs,
  offGridMinutes: awsFacts.reshardingTimeOffGrid.value / minuteMs,
  reshardSlowdown: 1,
  minutesPerStep: Number.POSITIVE_INFINITY,
  minShards: 1,
  maxShards: awsFacts.shardsPerStream.value,
};

/** A stream that is resharded stepwise as well: a load check takes one step, once a minute. */
export const stepwiseLimits: StreamLimits = { ...streamLimits, minutesPerStep: 1 };

export interface UpdateCall {
  /** The call is made at the end of this minute; the next one is the first that resharding takes. */
  readonly minute: number;
  readonly from: number;
  readonly to: number;
}

/** How long the two ways of resharding take from where a stream is now, in whole minutes. */
export interface ReshardingTimes {
  /** By UpdateShardCount; infinite where `shardCount` is out of its reach. */
  callMinutes(shardCount: number): number;
  /** By SplitShard and MergeShards, one at a time; infinite where the stream is not resharded so. */
  stepMinutes(shardCount: number): number;
}

export class ReplayStream implements ReshardingTimes {
  readonly calls: UpdateCall[] = [];
  readonly #limits: StreamLimits;
  #open: number;
  #minutesPerStep: number;
  #busyUntil = 0;
  /** While UPDATING by a call: what serves and what is billed. */
  #busyCapacity = 0;
  #busyBilled = 0;
  #stepwise: StepwiseResharding | undefined;
  #stepwiseMinute = 0;
  #steps = 0;
  #lastScaling: UpdateCall | undefined;
  /** Calls before this index are older than the window. */
  #oldest = 0;

  constructor(openShardCount: number, limits: StreamLimits = streamLimits) {
    this.#open = openShardCount;
    this.#limits = limits;
    this.#minutesPerStep = limits.minutesPerStep * limits.reshardSlowdown;
  }

  /** The count that the last resharding leads to. */
  get openShardCount(): number {
    return this.#open;
  }

  /** The most that a call may ask for. */
  get maxShardCount(): number {
    return this.#limits.maxShards;
  }

  /** Splits and merges so far. */
  get steps(): number {
    return this.#steps + (this.#stepwise?.steps ?? 0);
  }

  /** UPDATING by a call: nothing else may be asked for. Stepwise resharding stops for a call between two of its steps. */
  isUpdating(minute: number): boolean {
    return minute < this.#busyUntil;
  }

  /** Shards that certainly accept records during the minute: the smaller count while UPDATING. Minutes must not go back. */
  capacity(minute: number): number {
    if (this.#stepwise !== undefined) this.#advance(minute);
    if (this.#stepwise !== undefined) return this.#stepwise.capacity;
    return minute < this.#busyUntil ? this.#busyCapacity : this.#open;
  }

  /** Shards billed for the minute: the larger count while UPDATING. Minutes must not go back. */
  billed(minute: number): number {
    if (this.#stepwise !== undefined) this.#advance(minute);
    if (this.#stepwise !== undefined) return this.#stepwise.billed;
    return minute < this.#busyUntil ? this.#busyBilled : this.#open;
  }

  /** Calls that the quota still allows at the end of the minute; one made exactly a day ago still counts. */
  callsLeft(minute: number): number {
    while (this.#oldest < this.calls.length && (this.calls[this.#oldest] as UpdateCall).minute < minute - dayMinutes) {
      this.#oldest++;
    }
    return this.#limits.callsPer24h - (this.calls.length - this.#oldest);
  }

  /** Minutes since the last resharding began, if that was a scale-up; infinite otherwise. */
  minutesSinceScaleUp(minute: number): number {
    const last = this.#lastScaling;
    return last !== undefined && last.to > last.from ? minute - last.minute : Number.POSITIVE_INFINITY;
  }

  callMinutes(shardCount: number): number {
    const from = this.#actualShardCount;
    if (!this.#isInReach(from, shardCount)) return Number.POSITIVE_INFINITY;
    const minutes = reshardMinutes(from, shardCount, this.#limits);
    return minutes + Math.ceil(this.#stepwise?.remainingMinutes ?? 0);
  }

  stepMinutes(shardCount: number): number {
    if (this.#stepwise !== undefined) return Math.ceil(this.#stepwise.minutesTo(shardCount));
    return Math.ceil(countStepsBetween(this.#open, shardCount) * this.#minutesPerStep);
  }

  /** False where Kinesis refuses, or there is no way. */
  reshard(minute: number, target: number, way: ReshardingWay | undefined): boolean {
    switch (way) {
      case 'call':
        return this.call(minute, target);
      case 'steps':
        return this.reshardStepwise(minute, target);
      case undefined:
        return false;
    }
  }

  /** UpdateShardCount at the end of the minute. False: Kinesis refuses (UPDATING, out of reach, or the quota is spent). */
  call(minute: number, target: number): boolean {
    const from = this.#actualShardCount;
    if (this.isUpdating(minute + 1) || !this.#isAllowed(target) || !this.#isInReach(from, target)) return false;
    if (this.callsLeft(minute) <= 0) return false;
    this.calls.push({ minute, from, to: target });
    const serving = this.#stepwise === undefined ? this.#open : servingShards(this.#stepwise.starts);
    this.#beBusy(minute, this.callMinutes(target), { from: serving, to: target, billed: Math.max(from, target) });
    return true;
  }

  /** Begins stepwise resharding at the end of the minute, or gives the one under way another end. */
  reshardStepwise(minute: number, target: number): boolean {
    if (this.isUpdating(minute + 1) || !this.#isAllowed(target)) return false;
    if (this.#stepwise !== undefined) this.#stepwise.redirect(target);
    else {
      this.#stepwise = new StepwiseResharding(evenStarts(this.#open), target, this.#minutesPerStep);
      this.#stepwiseMinute = minute;
    }
    this.#begin(minute, target);
    return true;
  }

  /** A competitor's way by hand: as if the whole change took these minutes, whatever it does to the hash keys. */
  reshardByHand(minute: number, target: number, minutes: number): void {
    this.#beBusy(minute, minutes, { from: this.#open, to: target, billed: Math.max(this.#open, target) });
  }

  /** While shards are split and merged one by one, what DescribeStreamSummary would say. */
  get #actualShardCount(): number {
    return this.#stepwise?.starts.length ?? this.#open;
  }

  #endStepwise(): void {
    this.#steps = this.steps;
    this.#stepwise = undefined;
  }

  #beBusy(minute: number, minutes: number, { from, to, billed }: { from: number; to: number; billed: number }): void {
    this.#busyUntil = minute + 1 + minutes;
    this.#busyCapacity = Math.min(from, to);
    this.#busyBilled = billed;
    this.#endStepwise();
    this.#begin(minute, to);
  }

  #begin(minute: number, to: number): void {
    this.#lastScaling = { minute, from: this.#open, to };
    this.#open = to;
  }

  #advance(minute: number): void {
    for (; this.#stepwise !== undefined && this.#stepwiseMinute < minute; this.#stepwiseMinute++) {
      if (this.#stepwise.isDone) this.#endStepwise();
      else this.#stepwise.enterNextMinute();
    }
  }

  #isAllowed(target: number): boolean {
    const { minShards, maxShards } = this.#limits;
    return Number.isInteger(target) && target >= minShards && target <= maxShards;
  }

  #isInReach(from: number, target: number): boolean {
    return target <= from * 2 && target * 2 >= from;
  }
}

/** Whole minutes that a stream spends UPDATING. */
export function reshardMinutes(from: number, to: number, limits: StreamLimits = streamLimits): number {
  const offGrid = (to * 4) % from === 0 ? 0 : limits.offGridMinutes;
  const minutes = limits.reshardBaseMinutes + Math.max(from, to) * limits.reshardMinutesPerShard + offGrid;
  return Math.ceil(minutes * limits.reshardSlowdown);
}
