/**
 * The return ticket: a stream that has spent the day's UpdateShardCount calls grows slowly. So the calls left should be able
 * to double it back to the highest load that may come.
 */
import { isDayKnown, isStepwise, type TargetInput, weekPeak } from './target-input.ts';

/** Calls reserved for load that is already there, where calls are the only way. */
const URGENT_CALLS = 2;
/** How far beyond the highest known load an unknown rise may go. */
const UNKNOWN_RISE = 8;
/** Up to so many shards, splitting them one by one takes no longer than a call. */
const QUICK_BY_STEPS = 4;

/** The highest load that may come: the week's peak, or beyond it when the load now is higher than any known. */
export function mustReach(input: TargetInput): number {
  const now = input.load.at(input.minute);
  const week = weekPeak(input);
  const isKnown = isDayKnown(input) && now < 0.9 * week;
  return isKnown ? week : Math.max(week, UNKNOWN_RISE * now);
}

/** The fewest shards from which so many calls can double the stream back; 0 where splitting shards one by one is quick enough. */
export function leastWithTicket(input: TargetInput, callsLeft: number): number {
  const reach = isDayKnown(input) ? weekPeak(input) : mustReach(input);
  const least = reach / 2 ** callsLeft;
  if (isStepwise(input)) return least <= QUICK_BY_STEPS ? 0 : least;
  return callsLeft < URGENT_CALLS ? Number.POSITIVE_INFINITY : least;
}
