/**
 * A stream as a replay sees it, minute by minute: what serves, what is billed, which calls Kinesis would accept. The
 * `adaptive` policy replays a stream's own past on it, and the simulator runs every policy on it, so both judge alike.
 * Time is in whole minutes from any origin.
 */
import { awsFacts } from '../aws-facts.ts';
import { dayMinutes, minuteMs } from '../time.ts';

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
  readonly minShards: number;
  readonly maxShards: number;
}

export const streamLimits: StreamLimits = {
  callsPer24h: awsFacts.updateShardCountCallsPerDay.value,
  reshardBaseMinutes: awsFacts.reshardingBaseTime.value / minuteMs,
  reshardMinutesPerShard: awsFacts.reshardingTimePerShard.value / minuteMs,
  offGridMinutes: awsFacts.reshardingTimeOffGrid.value / minuteMs,
  reshardSlowdown: 1,
  minShards: 1,
  maxShards: awsFacts.shardsPerStream.value,
};

export interface UpdateCall {
  /** The call is made at the end of this minute; the next one is the first that resharding takes. */
  readonly minute: number;
  readonly from: number;
  readonly to: number;
}

export class ReplayStream {
  readonly calls: UpdateCall[] = [];
  readonly #limits: StreamLimits;
  #open: number;
  #previous: number;
  #busyUntil = 0;
  /** Calls before this index are older than the window. */
  #oldest = 0;

  constructor(openShardCount: number, limits: StreamLimits = streamLimits) {
    this.#open = openShardCount;
    this.#previous = openShardCount;
    this.#limits = limits;
  }

  /** The count that the last call asked for. */
  get openShardCount(): number {
    return this.#open;
  }

  /** The most that a call may ask for. */
  get maxShardCount(): number {
    return this.#limits.maxShards;
  }

  isUpdating(minute: number): boolean {
    return minute < this.#busyUntil;
  }

  /** Shards that certainly accept records during the minute: the smaller count while UPDATING. */
  capacity(minute: number): number {
    return minute < this.#busyUntil ? Math.min(this.#previous, this.#open) : this.#open;
  }

  /** Shards billed for the minute: the larger count while UPDATING. */
  billed(minute: number): number {
    return minute < this.#busyUntil ? Math.max(this.#previous, this.#open) : this.#open;
  }

  /** Calls that the quota still allows at the end of the minute; one made exactly a day ago still counts. */
  callsLeft(minute: number): number {
    while (this.#oldest < this.calls.length && (this.calls[this.#oldest] as UpdateCall).minute < minute - dayMinutes) {
      this.#oldest++;
    }
    return this.#limits.callsPer24h - (this.calls.length - this.#oldest);
  }

  /** Minutes since the last call, if that was a scale-up; infinite otherwise. */
  minutesSinceScaleUp(minute: number): number {
    const last = this.calls.at(-1);
    return last !== undefined && last.to > last.from ? minute - last.minute : Number.POSITIVE_INFINITY;
  }

  /** UpdateShardCount at the end of the minute. False: Kinesis refuses (UPDATING, out of reach, or the quota is spent). */
  call(minute: number, target: number): boolean {
    if (this.isUpdating(minute + 1) || !this.#isAllowed(target) || this.callsLeft(minute) <= 0) return false;
    this.calls.push({ minute, from: this.#open, to: target });
    this.#previous = this.#open;
    this.#open = target;
    this.#busyUntil = minute + 1 + reshardMinutes(this.#previous, target, this.#limits);
    return true;
  }

  /** SplitShard and MergeShards one after the other: they have no daily quota, and take their time. */
  reshardByHand(minute: number, target: number, minutes: number): void {
    this.#previous = this.#open;
    this.#open = target;
    this.#busyUntil = minute + 1 + minutes;
  }

  #isAllowed(target: number): boolean {
    const { minShards, maxShards } = this.#limits;
    if (!Number.isInteger(target) || target < minShards || target > maxShards) return false;
    return target <= this.#open * 2 && target * 2 >= this.#open;
  }
}

/** Whole minutes that a stream spends UPDATING. */
export function reshardMinutes(from: number, to: number, limits: StreamLimits = streamLimits): number {
  const offGrid = (to * 4) % from === 0 ? 0 : limits.offGridMinutes;
  const minutes = limits.reshardBaseMinutes + Math.max(from, to) * limits.reshardMinutesPerShard + offGrid;
  return Math.ceil(minutes * limits.reshardSlowdown);
}
