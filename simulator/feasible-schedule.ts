/**
 * A cheap schedule that could really be run: a change takes whole steps (capacity is the smaller count, billing the
 * larger), the schedule starts from the policies' own first count, and no 24 hours hold more than the allowed calls.
 *
 * The rolling rule would need the times of the last ten calls in the state. Instead each call has a price that depends
 * on its time; a dynamic programme over the shard count finds the cheapest schedule at these prices, the prices rise
 * where a window holds too many calls and sink where it has room, and the cheapest schedule that ever kept the rule
 * wins (a Lagrangian relaxation; within a few per cent of the lower bound).
 */
import { reshardMinutes, type StreamLimits } from '../core/load/stream-replay.ts';
import { dayMinutes } from '../core/time.ts';
import { SlidingMinimum } from './sliding-minimum.ts';
import type { ShareReport } from './work-shares.ts';

/** Rounds in which prices rise and sink. */
const SEARCH_ROUNDS = 120;
/** Then prices only rise, until the rule holds everywhere; it never needed so many rounds. */
const REPAIR_ROUNDS = 400;

/**
 * Shard-steps of the cheapest schedule found; infinite if none leads from `start` through the load.
 * @param need `need[step]` is the fewest shards that serve that step
 * @param lastShare how much of the last step the load lasts, 0..1
 */
export function leastFeasible(
  need: Int32Array,
  lastShare: number,
  start: number,
  stepMinutes: number,
  limits: StreamLimits,
  onShare: ShareReport = () => {},
): number {
  const most = need.reduce((max, n) => Math.max(max, n), start);
  // The longest that any change takes: a change down can be off the 25 % grid where the same change up is on it.
  const next = Math.max(1, most - 1);
  const longest = Math.max(reshardMinutes(next, most, limits), reshardMinutes(most, next, limits));
  const steps = Math.ceil(longest / stepMinutes);
  const search = new ScheduleSearch(need, most, steps);
  const prices = new CallPrices(need.length, Math.ceil(dayMinutes / stepMinutes) + 1, limits.callsPer24h);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < SEARCH_ROUNDS + REPAIR_ROUNDS; round++) {
    onShare(Math.min(1, round / SEARCH_ROUNDS));
    const schedule = search.cheapest(prices.prices, start);
    if (schedule === undefined) break;
    const isSearching = round < SEARCH_ROUNDS;
    const rate = isSearching ? (most * 4) / (1 + round / 6) : most / 4;
    const isKept = prices.update(schedule.calls, rate, isSearching);
    if (isKept) best = Math.min(best, schedule.shardSteps - (1 - lastShare) * schedule.lastShards);
    if (isKept && !isSearching) break;
  }
  return best;
}

interface Schedule {
  readonly shardSteps: number;
  readonly lastShards: number;
  readonly calls: readonly number[];
}

class ScheduleSearch {
  readonly #cost: Float64Array;
  readonly #cameFrom: Int32Array;
  readonly #width: number;
  readonly #ups: SlidingMinimum;
  readonly #downs: SlidingMinimum;
  readonly #paid: Float64Array;

  readonly need: Int32Array;
  readonly most: number;
  readonly changeSteps: number;

  constructor(need: Int32Array, most: number, changeSteps: number) {
    this.need = need;
    this.most = most;
    this.changeSteps = changeSteps;
    this.#width = most + 1;
    this.#cost = new Float64Array((need.length + changeSteps) * this.#width + this.#width);
    this.#cameFrom = new Int32Array(this.#cost.length);
    this.#ups = new SlidingMinimum(this.#width);
    this.#downs = new SlidingMinimum(this.#width);
    this.#paid = new Float64Array(this.#width);
  }

  cheapest(prices: Float64Array, start: number): Schedule | undefined {
    this.#cost.fill(Number.POSITIVE_INFINITY);
    this.#cost[start] = 0;
    for (let step = 0; step < this.need.length; step++) {
      this.#stay(step);
      this.#change(step, prices[step] as number);
    }
    return this.#trace(prices);
  }

  #stay(step: number): void {
    const row = step * this.#width;
    for (let n = Math.max(1, this.need[step] as number); n <= this.most; n++) {
      this.#offer(row + this.#width + n, (this.#cost[row + n] as number) + n, n);
    }
  }

  /** A change that begins with this step serves the smaller and bills the larger count until it is done. */
  #change(step: number, price: number): void {
    const { most, changeSteps } = this;
    const row = step * this.#width;
    const landing = row + changeSteps * this.#width;
    let floor = 1;
    for (let ahead = 0; ahead < changeSteps; ahead++) floor = Math.max(floor, this.need[step + ahead] ?? 0);
    for (let n = 1; n <= most; n++) this.#paid[n] = (this.#cost[row + n] as number) + n * changeSteps;
    this.#ups.start(this.#cost, row);
    this.#downs.start(this.#paid, 0);
    for (let n = floor; n <= most; n++) {
      const below = this.#ups.leastIndex(Math.max(floor, Math.ceil(n / 2)), n - 1);
      if (below > 0) this.#offer(landing + n, (this.#cost[row + below] as number) + n * changeSteps + price, below);
      const above = this.#downs.leastIndex(n + 1, Math.min(most, n * 2));
      if (above > 0) this.#offer(landing + n, (this.#paid[above] as number) + price, above);
    }
  }

  #offer(index: number, cost: number, from: number): void {
    if (cost >= (this.#cost[index] as number)) return;
    this.#cost[index] = cost;
    this.#cameFrom[index] = from;
  }

  #trace(prices: Float64Array): Schedule | undefined {
    const calls: number[] = [];
    let row = this.need.length * this.#width;
    let n = 1;
    for (let other = 1; other <= this.most; other++) {
      if ((this.#cost[row + other] as number) < (this.#cost[row + n] as number)) n = other;
    }
    let shardSteps = this.#cost[row + n] as number;
    if (!Number.isFinite(shardSteps)) return undefined;
    const lastShards = n;
    while (row > 0) {
      const from = this.#cameFrom[row + n] as number;
      row -= this.#width * (from === n ? 1 : this.changeSteps);
      if (from === n) continue;
      const step = row / this.#width;
      calls.push(step);
      shardSteps -= prices[step] as number;
      n = from;
    }
    return { shardSteps, lastShards, calls: calls.reverse() };
  }
}

/** The price of a call is the sum of the pressures of all windows that hold it. */
class CallPrices {
  readonly prices: Float64Array;
  readonly #pressure: Float64Array;
  readonly #windowSteps: number;
  readonly #allowed: number;

  constructor(length: number, windowSteps: number, allowed: number) {
    this.prices = new Float64Array(length);
    this.#pressure = new Float64Array(length);
    this.#windowSteps = windowSteps;
    this.#allowed = allowed;
  }

  /** Returns whether the calls keep the rule. Raises prices where they do not, and lowers them where there is room. */
  update(calls: readonly number[], rate: number, mayLower: boolean): boolean {
    const counts = this.#callsPerWindow(calls);
    let isKept = true;
    for (let step = 0; step < counts.length; step++) {
      const excess = (counts[step] as number) - this.#allowed;
      if (excess > 0) isKept = false;
      else if (!mayLower) continue;
      // Aiming a little below the limit keeps the search on its feasible side half of the time.
      const change = (Math.max(-2, Math.min(2, excess + 0.25)) * rate) / this.#windowSteps;
      this.#pressure[step] = Math.max(0, (this.#pressure[step] as number) + change);
    }
    this.#sumPressure();
    return isKept;
  }

  /** Entry `step` is the number of calls in the window that ends with this step. */
  #callsPerWindow(calls: readonly number[]): Int32Array {
    const counts = new Int32Array(this.prices.length);
    for (const call of calls) {
      const end = Math.min(counts.length, call + this.#windowSteps);
      for (let step = call; step < end; step++) counts[step] = (counts[step] as number) + 1;
    }
    return counts;
  }

  #sumPressure(): void {
    const pressure = this.#pressure;
    let sum = 0;
    for (let step = pressure.length - 1; step >= 0; step--) {
      sum += pressure[step] as number;
      if (step + this.#windowSteps < pressure.length) sum -= pressure[step + this.#windowSteps] as number;
      this.prices[step] = Math.max(0, sum);
    }
  }
}
