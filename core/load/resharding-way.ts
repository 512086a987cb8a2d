/**
 * By UpdateShardCount, or stepwise: SplitShard and MergeShards one at a time.
 *
 * A call is quick at any size, and there are ten a day. Steps have no daily quota and take half a minute each: quick for
 * few shards, slow for many, and on the way down nothing is urgent. So the calls are kept for growing, and what is surely
 * left over shortens a long way down.
 */
import type { ReshardingWay } from '../stream/stream-tags.ts';
import { leastWithTicket } from './return-ticket.ts';
import { isStepwise, type TargetInput } from './target-input.ts';

/** Calls that must be left over before one is spent on a scale-down. */
const SPARE_CALLS = 4;
/** Steps that take no longer are not worth a call. */
const SHORT_MINUTES = 5;
/** With so few calls left, splitting may take `PATIENT_MINUTES` more than a call. */
const FEW_CALLS = 2;
const PATIENT_MINUTES = 2;

/** Undefined where neither way is open, or where the steps under way must lead further before a call can. */
export function chooseWay(input: TargetInput, shardCount: number): ReshardingWay | undefined {
  const { openShardCount, callsLeft, resharding } = input;
  const callMinutes = resharding.callMinutes(shardCount);
  if (!isStepwise(input)) return callsLeft > 0 && Number.isFinite(callMinutes) ? 'call' : undefined;
  if (callsLeft <= 0) return 'steps';
  return shardCount > openShardCount
    ? chooseWayUp(input, shardCount, callMinutes)
    : chooseWayDown(input, shardCount, callMinutes);
}

function chooseWayUp({ callsLeft, resharding }: TargetInput, shardCount: number, callMinutes: number) {
  const stepMinutes = resharding.stepMinutes(shardCount);
  if (!Number.isFinite(callMinutes)) return stepMinutes > SHORT_MINUTES ? undefined : 'steps';
  const patience = callsLeft <= FEW_CALLS ? PATIENT_MINUTES : 0;
  return stepMinutes <= callMinutes + patience ? 'steps' : 'call';
}

function chooseWayDown(input: TargetInput, shardCount: number, callMinutes: number): ReshardingWay {
  const { callsLeft, resharding } = input;
  const isSpare = callsLeft > SPARE_CALLS && shardCount >= leastWithTicket(input, callsLeft - 1);
  const isLong = resharding.stepMinutes(shardCount) > SHORT_MINUTES;
  return isSpare && isLong && Number.isFinite(callMinutes) ? 'call' : 'steps';
}
