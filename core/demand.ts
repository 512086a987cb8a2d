/**
 * The offered load of one stream, minute by minute: what a scaling policy looks at.
 *
 * Unit: shards (1.5 = as much as one and a half shards take in), throttled records included. CloudWatch's
 * IncomingBytes and IncomingRecords count successful puts only, so whoever fills this adds
 * WriteProvisionedThroughputExceeded; otherwise an overloaded stream looks exactly full, never overloaded.
 *
 * Append-only, because that is what time does. The peak of any window is found in two look-ups (a sparse table that
 * grows with the series), so that a policy may ask for windows of minutes and of days on every step, and a replay of
 * two weeks under dozens of settings stays within a Lambda invocation.
 */
export interface Demand {
  /** Number of minutes known; the newest has index `length - 1`. */
  readonly length: number;
  /** Offered load in shards. Before the first known minute the series is taken to be flat at its first value. */
  at(minute: number): number;
  /** Highest offered load of the minutes `from` to `to`, both included, in shards. */
  peak(from: number, to: number): number;
}

export class DemandHistory implements Demand {
  /** `levels[k][i]` is the peak of the 2^k minutes that end with minute i. */
  readonly #levels: Float64Array[] = [];
  #length = 0;

  /** Throws a RangeError on a capacity that is not a positive whole number of minutes. */
  constructor(capacityMinutes: number) {
    if (!Number.isInteger(capacityMinutes) || capacityMinutes < 1) {
      throw new RangeError(`capacityMinutes must be a positive whole number, got ${capacityMinutes}`);
    }
    for (let span = 1; span <= capacityMinutes; span *= 2) this.#levels.push(new Float64Array(capacityMinutes));
  }

  static of(shards: ArrayLike<number>): DemandHistory {
    const history = new DemandHistory(Math.max(1, shards.length));
    for (let minute = 0; minute < shards.length; minute++) history.append(shards[minute] ?? 0);
    return history;
  }

  get length(): number {
    return this.#length;
  }

  append(shards: number): void {
    const minute = this.#length;
    const newest = this.#levels[0];
    if (newest === undefined || minute >= newest.length) throw new RangeError(`demand history is full at ${minute}`);
    newest[minute] = shards;
    let peak = shards;
    for (let level = 1; level < this.#levels.length; level++) {
      const below = this.#levels[level - 1] as Float64Array;
      const earlier = minute - (1 << (level - 1));
      if (earlier >= 0) peak = Math.max(peak, below[earlier] as number);
      (this.#levels[level] as Float64Array)[minute] = peak;
    }
    this.#length = minute + 1;
  }

  at(minute: number): number {
    const clamped = Math.max(0, Math.min(minute, this.#length - 1));
    return this.#levels[0]?.[clamped] ?? 0;
  }

  peak(from: number, to: number): number {
    const last = Math.max(0, Math.min(to, this.#length - 1));
    const first = Math.max(0, Math.min(from, last));
    const level = 31 - Math.clz32(last - first + 1);
    const series = this.#levels[level] as Float64Array;
    return Math.max(series[last] as number, series[first + (1 << level) - 1] as number);
  }
}
