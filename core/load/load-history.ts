/**
 * The offered load of one stream, minute by minute: what a scaling policy decides by.
 *
 * Unit: shards (1.5 = as much as one and a half shards take in), throttled records included. CloudWatch's
 * IncomingBytes and IncomingRecords count successful puts only, so whoever fills this adds
 * WriteProvisionedThroughputExceeded; otherwise an overloaded stream looks exactly full, never overloaded.
 *
 * Append-only, because that is what time does. The peak of any window is found in two look-ups (a sparse table that
 * grows with the series), so that a policy may ask for windows of minutes and of days on every step, and a replay of
 * two weeks under dozens of settings stays within a Lambda invocation.
 */
import { awsFacts } from '../aws-facts.ts';

export interface LoadSeries {
  /** Number of minutes known; the newest has index `length - 1`. */
  readonly length: number;
  /** Offered load in shards. Before the first known minute the series is assumed flat at its first value. */
  at(minute: number): number;
  /** Highest offered load of the minutes `from` to `to`, both included, in shards. */
  peak(from: number, to: number): number;
  /** Mean of the minutes `from` to `to`, both included, in shards. */
  mean(from: number, to: number): number;
}

/** Fine enough for a policy, and coarse enough that a year of 10,000 shards adds up to a safe integer. */
const PARTS_PER_SHARD = 2 ** 20;

export class LoadHistory implements LoadSeries {
  readonly #peaks: PeakTable;
  /** `sums[i]` is the sum of all minutes before i, in whole parts of a shard: so no sum depends on where it began. */
  readonly #sums: Float64Array;
  #length = 0;

  /** Throws a RangeError on a capacity that is not a positive whole number of minutes. */
  constructor(capacityMinutes: number) {
    if (!Number.isInteger(capacityMinutes) || capacityMinutes < 1) {
      throw new RangeError(`capacityMinutes must be a positive whole number, got ${capacityMinutes}`);
    }
    this.#peaks = new PeakTable(capacityMinutes);
    this.#sums = new Float64Array(capacityMinutes + 1);
  }

  static of(shards: ArrayLike<number>): LoadHistory {
    const history = new LoadHistory(Math.max(1, shards.length));
    for (let minute = 0; minute < shards.length; minute++) history.append(shards[minute] ?? 0);
    return history;
  }

  get length(): number {
    return this.#length;
  }

  append(shards: number): void {
    const minute = this.#length;
    if (minute >= this.#sums.length - 1) throw new RangeError(`load history is full at ${minute} minutes`);
    this.#sums[minute + 1] = (this.#sums[minute] as number) + Math.round(shards * PARTS_PER_SHARD);
    this.#length = minute + 1;
    this.#peaks.append(minute, shards);
  }

  at(minute: number): number {
    return this.#peaks.at(this.#clamp(minute));
  }

  peak(from: number, to: number): number {
    return this.#peaks.between(this.#clamp(from), this.#clamp(to));
  }

  mean(from: number, to: number): number {
    const first = this.#clamp(from);
    const last = this.#clamp(to);
    const parts = (this.#sums[last + 1] as number) - (this.#sums[first] as number);
    return parts / PARTS_PER_SHARD / (last - first + 1);
  }

  #clamp(minute: number): number {
    return Math.max(0, Math.min(minute, this.#length - 1));
  }
}

/** `levels[k][i]` is the peak of the 2^k values that end with i. */
class PeakTable {
  readonly #levels: Float64Array[] = [];

  constructor(capacity: number) {
    for (let span = 1; span <= capacity; span *= 2) this.#levels.push(new Float64Array(capacity));
  }

  append(index: number, value: number): void {
    let peak = value;
    for (let level = 0; level < this.#levels.length; level++) {
      (this.#levels[level] as Float64Array)[index] = peak;
      const earlier = index - (1 << level);
      if (earlier >= 0) peak = Math.max(peak, this.#levels[level]?.[earlier] as number);
    }
  }

  at(index: number): number {
    return this.#levels[0]?.[index] ?? 0;
  }

  between(first: number, last: number): number {
    const level = 31 - Math.clz32(last - first + 1);
    const peaks = this.#levels[level] as Float64Array;
    return Math.max(peaks[last] as number, peaks[first + (1 << level) - 1] as number);
  }
}

/** CloudWatch's sums of one period: IncomingRecords, IncomingBytes and WriteProvisionedThroughputExceeded. */
export interface IncomingSums {
  readonly records: number;
  readonly bytes: number;
  readonly throttledRecords: number;
}

/**
 * The load that was offered in a period, in shards: records or bytes, whichever fills more. A rejected record counts as
 * large as the accepted ones, since no metric gives its size.
 */
export function offeredShards({ records, bytes, throttledRecords }: IncomingSums, periodSeconds: number): number {
  const taken = Math.max(
    records / (awsFacts.shardRecordsPerSecond.value * periodSeconds),
    bytes / (awsFacts.shardBytesPerSecond.value * periodSeconds),
  );
  if (records > 0) return taken * (1 + throttledRecords / records);
  return taken + throttledRecords / (awsFacts.shardRecordsPerSecond.value * periodSeconds);
}
