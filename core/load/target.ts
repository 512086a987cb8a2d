/**
 * `target`: enough shards for what is offered, throttled records included.
 *
 * - It scales up when the load exceeds a share of the shards, and at once when it is far above them. The step, on the 25 %
 *   grid, covers the load now, the load seen at this hour before, and what the calls left must still be able to reach.
 * - It scales up at once when the load is a new peak: beyond twice anything of the last day, and rising. A stream of one
 *   shard needs a call for every doubling; the first must not wait until the shard is full.
 * - It scales up ahead of time (`prewarmMinutes`) when the load rose at this hour yesterday or last week.
 * - It scales down when the load has been lower for `quietMinutes` and was not higher in the hours ahead a day or a week ago.
 * - *Return ticket*: it makes a call that is not urgent only if enough of the day's calls remain to double back to the
 *   week's peak. Ten calls a day are few; a stream that has spent them cannot grow.
 *
 * Pure and without memory: everything follows from the input.
 */
import { dayMinutes } from '../time.ts';
import type { LoadSeries } from './load-history.ts';

export interface TargetSettings {
  /** Scale up when the load stands above this share of the open shards. */
  readonly scaleUpAt: number;
  /** … for so many minutes. Ignored when the load is far above, or the last scale-up was minutes ago. */
  readonly sustainedMinutes: number;
  /** Utilization that a scale-up aims for. */
  readonly fillTo: number;
  /** The load must have stayed lower for so many minutes before a scale-down. */
  readonly quietMinutes: number;
  /** Highest utilization that those minutes would have had with the fewer shards. */
  readonly shrinkTo: number;
  /** A scale-down to more than this share of the open shards is not worth a call. */
  readonly largestRemainder: number;
  /** Which past says what is ahead: none, yesterday, or last week (yesterday until a week is known). */
  readonly season: 'none' | 'day' | 'week';
  readonly lookAheadMinutes: number;
  /** Scale up for load that the season expects within so many minutes; 0 never. */
  readonly prewarmMinutes: number;
}

/** Sound for a stream about which nothing is known; `docs/benchmark.md` says on what it was tuned. */
export const targetDefaults: TargetSettings = {
  scaleUpAt: 0.9,
  sustainedMinutes: 1,
  fillTo: 0.7,
  quietMinutes: 30,
  shrinkTo: 0.8,
  largestRemainder: 0.76,
  season: 'day',
  lookAheadMinutes: 240,
  prewarmMinutes: 0,
};

export interface TargetInput {
  /** Index of the newest minute of `load`; "now" to the policy. */
  readonly minute: number;
  readonly load: LoadSeries;
  readonly openShardCount: number;
  /** UpdateShardCount calls that the quota still allows. */
  readonly callsLeft: number;
  /** Infinite when the last scaling was not up. */
  readonly minutesSinceScaleUp: number;
}

const WEEK = 7 * dayMinutes;
/** The load is far above the shards when it exceeds them by a quarter. */
const FAR_ABOVE = 1.25;
/** A scale-up so recent that the load may still be rising under it. */
const RISING_MINUTES = 15;
/** A rise over `RISE_MINUTES` by more than this share of the shards is expected to go on. */
const RISE_MINUTES = 3;
const STEEP_RISE = 0.2;
/** Load is a new peak when it is so many times the highest of the last day, up to `NEW_PEAK_MINUTES` ago. */
const NEW_PEAK_FACTOR = 2;
const NEW_PEAK_MINUTES = 10;
/** … and has risen by more than this share of the shards in `RISE_MINUTES`: below it there is time to wait. */
const NEW_PEAK_RISE = 0.15;
/** No scale-down so soon after a scale-up. */
const SETTLED_MINUTES = 20;
/** Calls reserved for load that is already there. */
const URGENT_CALLS = 2;
/** How far beyond the highest known load an unknown rise may go. */
const UNKNOWN_RISE = 8;
/** The last so many minutes are compared with the same minutes of the season before. */
const COMPARED_MINUTES = 60;
const GRID = [1.25, 1.5, 1.75, 2] as const;

/** The wanted open shard count, within one call's reach; the open count itself means hold. */
export function chooseTarget(settings: TargetSettings, input: TargetInput): number {
  if (input.callsLeft <= 0) return input.openShardCount;
  const now = input.load.at(input.minute);
  const isFarAbove = now > FAR_ABOVE * input.openShardCount;
  if (isFarAbove || isAbove(settings, input, now)) return chooseUp(settings, input, now, isFarAbove);
  const prewarmed = choosePrewarm(settings, input);
  if (prewarmed > input.openShardCount) return prewarmed;
  return chooseDown(settings, input, now);
}

function isAbove(settings: TargetSettings, input: TargetInput, now: number): boolean {
  const { load, minute, openShardCount } = input;
  if (input.minutesSinceScaleUp < RISING_MINUTES) {
    return riseOn(input, now) > Math.min(1, settings.scaleUpAt) * openShardCount;
  }
  if (isNewPeak(input, now)) return true;
  const limit = settings.scaleUpAt * openShardCount;
  for (let ago = 0; ago < settings.sustainedMinutes; ago++) if (load.at(minute - ago) <= limit) return false;
  return true;
}

function isNewPeak({ load, minute, openShardCount }: TargetInput, now: number): boolean {
  if (now - load.at(minute - RISE_MINUTES) <= NEW_PEAK_RISE * openShardCount) return false;
  return now > NEW_PEAK_FACTOR * load.peak(minute - dayMinutes, minute - NEW_PEAK_MINUTES);
}

function chooseUp(settings: TargetSettings, input: TargetInput, now: number, isFarAbove: boolean): number {
  const { load, minute, openShardCount, callsLeft } = input;
  const recent = load.peak(minute - 2, minute);
  const ahead = Math.min(expectAhead(settings, input, settings.lookAheadMinutes), 2 * recent);
  let need = Math.max(recent, ahead) / settings.fillTo;
  need = Math.max(need, mustReach(input, now) / 2 ** (callsLeft - 1));
  if (isFarAbove) need = Math.max(need, 2 * openShardCount);
  else if (input.minutesSinceScaleUp < RISING_MINUTES) {
    need = Math.max(need, riseOn(input, now) / settings.fillTo, 1.5 * openShardCount);
  }
  return stepUp(openShardCount, need);
}

/** The load in three minutes if it rises on as steeply: by then a call made now has taken effect. */
function riseOn({ load, minute, openShardCount }: TargetInput, now: number): number {
  const rise = now - load.at(minute - RISE_MINUTES);
  return rise > STEEP_RISE * openShardCount ? now + rise : now;
}

function choosePrewarm(settings: TargetSettings, input: TargetInput): number {
  const { openShardCount, callsLeft } = input;
  if (settings.prewarmMinutes === 0) return openShardCount;
  if (expectAhead(settings, input, settings.prewarmMinutes) <= openShardCount) return openShardCount;
  const need = expectAhead(settings, input, Math.max(settings.prewarmMinutes, settings.lookAheadMinutes));
  const target = stepUp(openShardCount, need / settings.fillTo);
  return callsLeft - 1 >= callsToReach(weekPeak(input), target) ? target : openShardCount;
}

function chooseDown(settings: TargetSettings, input: TargetInput, now: number): number {
  const { load, minute, openShardCount, callsLeft } = input;
  if (input.minutesSinceScaleUp < SETTLED_MINUTES) return openShardCount;
  const quiet = load.peak(minute - settings.quietMinutes + 1, minute);
  const need = Math.max(quiet, expectAhead(settings, input, settings.lookAheadMinutes)) / settings.shrinkTo;
  const target = stepDown(openShardCount, need, settings.largestRemainder * openShardCount);
  const reach = minute < dayMinutes ? mustReach(input, now) : weekPeak(input);
  return callsLeft - 1 >= callsToReach(reach, target) ? target : openShardCount;
}

/**
 * The highest load that the same minutes ahead had a day or a week ago, scaled by how today compares with then (by at most 2
 * either way); 0 when that is not known.
 */
export function expectAhead(settings: TargetSettings, { load, minute }: TargetInput, minutesAhead: number): number {
  if (settings.season === 'none' || minute < dayMinutes) return 0;
  const back = settings.season === 'week' && minute >= WEEK ? WEEK : dayMinutes;
  const then = load.mean(minute - back - COMPARED_MINUTES + 1, minute - back);
  const now = load.mean(minute - COMPARED_MINUTES + 1, minute);
  const factor = then > 0 ? Math.min(2, Math.max(0.5, now / then)) : 1;
  return load.peak(minute - back, minute - back + minutesAhead) * factor;
}

/** What the calls left must be able to reach: the week's peak, or beyond it when the load is higher than any known. */
function mustReach(input: TargetInput, now: number): number {
  const week = weekPeak(input);
  const isKnown = input.minute >= dayMinutes && now < 0.9 * week;
  return isKnown ? week : Math.max(week, UNKNOWN_RISE * now);
}

function weekPeak({ load, minute }: TargetInput): number {
  return load.peak(minute - WEEK, minute);
}

/** Doublings from `shards` to `load`; never fewer than the calls reserved for urgent load. */
function callsToReach(load: number, shards: number): number {
  return Math.max(URGENT_CALLS, Math.ceil(Math.log2(load / shards) - 1e-9));
}

/** The smallest step on the 25 % grid that holds `need`; the largest when none does. */
function stepUp(openShardCount: number, need: number): number {
  for (const factor of GRID) {
    const target = Math.ceil(openShardCount * factor);
    if (target >= need) return target;
  }
  return 2 * openShardCount;
}

/** The fewest shards that hold `need`, on the 25 % grid if possible; the open count when it would leave more than `most`. */
function stepDown(openShardCount: number, need: number, most: number): number {
  const least = Math.max(Math.ceil(need), Math.ceil(openShardCount / 2));
  if (least > most) return openShardCount;
  for (const factor of [0.5, 0.75]) {
    const target = Math.ceil(openShardCount * factor);
    if (target >= least && target <= most) return target;
  }
  return least;
}
