/**
 * The polling scaling utility, as a user would set it up: it reads 1-minute datapoints every 5 minutes. It scales up by
 * half when all of the last 5 exceed 75 % (then rests 15 minutes), and down by a quarter when all of the last 15 lie
 * below 25 % (then rests 60). When UpdateShardCount is refused for the day, it splits and merges one shard at a time.
 *
 * Its datapoints are IncomingRecords: successful puts only, so an overloaded stream reads as exactly full.
 */
import type { Scaler, StreamView } from '../stream-run.ts';

const POLL_MINUTES = 5;
const up = { above: 0.75, minutes: 5, factor: 1.5, restMinutes: 15 } as const;
const down = { below: 0.25, minutes: 15, factor: 0.75, restMinutes: 60 } as const;
/** SplitShard and MergeShards leave the stream UPDATING for about half a minute each; an assumption. */
const MINUTES_PER_SHARD_BY_HAND = 0.5;

export function pollingUtility(): Scaler {
  let restUntil = 0;
  return {
    name: 'polling-utility',
    step: (view) => {
      if (view.minute % POLL_MINUTES !== 0 || view.minute < restUntil) return undefined;
      const target = chooseTarget(view);
      if (target === undefined) return undefined;
      restUntil = view.minute + (target > view.stream.openShardCount ? up.restMinutes : down.restMinutes);
      if (view.stream.callsLeft(view.minute) > 0) return target;
      const shards = Math.abs(target - view.stream.openShardCount);
      view.stream.reshardByHand(view.minute, target, Math.ceil(shards * MINUTES_PER_SHARD_BY_HAND));
      return 'refused';
    },
  };
}

function chooseTarget({ minute, stream, load }: StreamView): number | undefined {
  const open = stream.openShardCount;
  const lowest = lowestOf(up.minutes, (ago) => load.at(minute - ago));
  if (lowest > up.above * open) return Math.min(2 * open, Math.ceil(open * up.factor));
  const fewer = Math.max(1, Math.ceil(open / 2), Math.floor(open * down.factor));
  return load.peak(minute - down.minutes + 1, minute) < down.below * open && fewer < open ? fewer : undefined;
}

function lowestOf(minutes: number, at: (ago: number) => number): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (let ago = 0; ago < minutes; ago++) lowest = Math.min(lowest, at(ago));
  return lowest;
}
