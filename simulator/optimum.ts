/**
 * The least that anyone who knows the future could have paid for a load without throttling a record, on a 5-minute grid,
 * under x2 and 1/2.
 *
 * `lowerBoundShardHours`: resharding is instant and at most ten calls fall into each aligned day. A schedule that obeys
 * the rolling 24-hour rule obeys this one too, whatever the alignment; 24 alignments are tried, the cheapest counts. It is a
 * bound for schedules on the grid. A policy changes between its points and can save some minutes of each change, less those
 * of resharding, which bills the larger count.
 *
 * `feasibleShardHours`: the cheapest schedule found that could really be run (`feasible-schedule.ts`).
 */
import { type StreamLimits, streamLimits } from '../core/load/stream-replay.ts';
import { dayMinutes } from '../core/time.ts';
import { leastFeasible } from './feasible-schedule.ts';
import { SlidingMinimum } from './sliding-minimum.ts';
import { startingShards } from './stream-run.ts';
import { type ShareReport, sharesOf } from './work-shares.ts';

export interface Optimum {
  readonly lowerBoundShardHours: number;
  /** Infinite where the load outgrows the policies' own first count before any call can help. */
  readonly feasibleShardHours: number;
}

const STEP_MINUTES = 5;
const STEPS_PER_DAY = dayMinutes / STEP_MINUTES;
const ALIGNMENTS = 24;

/** `load` in shards a minute. */
export function findOptimum(
  load: Float64Array,
  limits: StreamLimits = streamLimits,
  onShare: ShareReport = () => {},
): Optimum {
  // The feasible schedule takes somewhat longer than the lower bound.
  const [onBoundShare = onShare, onFeasibleShare = onShare] = sharesOf([0.45, 0.55], onShare);
  const need = shardsNeeded(load, limits);
  const most = need.reduce((max, n) => Math.max(max, n), 1);
  // A load need not end with a whole step.
  const lastShare = load.length / STEP_MINUTES - (need.length - 1);
  let lowerBound = Number.POSITIVE_INFINITY;
  for (let alignment = 0; alignment < ALIGNMENTS; alignment++) {
    const offset = (alignment * STEPS_PER_DAY) / ALIGNMENTS;
    lowerBound = Math.min(lowerBound, leastWithAlignedDays(need, lastShare, most, offset, limits.callsPer24h));
    onBoundShare((alignment + 1) / ALIGNMENTS);
  }
  const start = startingShards(load, limits);
  const feasible = leastFeasible(need, lastShare, start, STEP_MINUTES, limits, onFeasibleShare);
  onFeasibleShare(1);
  const hoursPerStep = STEP_MINUTES / 60;
  return { lowerBoundShardHours: lowerBound * hoursPerStep, feasibleShardHours: feasible * hoursPerStep };
}

/** Both figures for people, as the end of a sentence about the optimum. */
export function describeOptimum({ lowerBoundShardHours, feasibleShardHours }: Optimum): string {
  const least = `${lowerBoundShardHours.toFixed(0)} shard-hours at least`;
  if (!Number.isFinite(feasibleShardHours)) return `${least}; no schedule from the first shard count serves it all`;
  return `${least}; ${feasibleShardHours.toFixed(0)} by the cheapest schedule found`;
}

/** Fewest shards that take in every minute of each step. */
function shardsNeeded(load: Float64Array, limits: StreamLimits): Int32Array {
  const need = new Int32Array(Math.ceil(load.length / STEP_MINUTES)).fill(limits.minShards);
  for (let minute = 0; minute < load.length; minute++) {
    const step = Math.floor(minute / STEP_MINUTES);
    need[step] = Math.max(need[step] as number, Math.ceil((load[minute] as number) - 1e-9));
  }
  return need;
}

/** Cost in shard-steps. `cost[used * width + n]` is the cheapest way to be at n shards with `used` calls today. */
function leastWithAlignedDays(
  need: Int32Array,
  lastShare: number,
  most: number,
  offset: number,
  callsPerDay: number,
): number {
  const width = most + 1;
  let cost = new Float64Array((callsPerDay + 1) * width).fill(Number.POSITIVE_INFINITY);
  let next = new Float64Array(cost.length);
  const window = new SlidingMinimum(width);
  cost.fill(0, 1, width);
  for (let step = 0; step < need.length; step++) {
    if (step > 0 && (step + offset) % STEPS_PER_DAY === 0) forgetCalls(cost, width, callsPerDay);
    const least = need[step] as number;
    const share = step === need.length - 1 ? lastShare : 1;
    for (let used = 0; used <= callsPerDay; used++) advanceRow(cost, next, used * width, width, least, share, window);
    [cost, next] = [next, cost];
  }
  return cost.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}

/** One step at each count from one row, or into it by a call from the row with one call less. */
function advanceRow(
  cost: Float64Array,
  next: Float64Array,
  row: number,
  width: number,
  need: number,
  share: number,
  window: SlidingMinimum,
): void {
  next.fill(Number.POSITIVE_INFINITY, row, row + width);
  if (row > 0) window.start(cost, row - width);
  for (let n = Math.max(1, need); n < width; n++) {
    const stay = cost[row + n] as number;
    const call = row > 0 ? window.least(Math.ceil(n / 2), Math.min(n * 2, width - 1)) : Number.POSITIVE_INFINITY;
    next[row + n] = Math.min(stay, call) + n * share;
  }
}

function forgetCalls(cost: Float64Array, width: number, callsPerDay: number): void {
  for (let n = 1; n < width; n++) {
    let best = Number.POSITIVE_INFINITY;
    for (let used = 0; used <= callsPerDay; used++) best = Math.min(best, cost[used * width + n] as number);
    for (let used = 0; used <= callsPerDay; used++)
      cost[used * width + n] = used === 0 ? best : Number.POSITIVE_INFINITY;
  }
}
