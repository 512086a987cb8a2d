/** What CloudWatch keeps of all values put for one minute. */
export interface MinuteDatum {
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly sampleCount: number;
}

export const STATISTICS = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const;
export type Statistic = (typeof STATISTICS)[number];

export interface MetricIdentity {
  readonly namespace: string;
  readonly metricName: string;
  /** In any order: CloudWatch compares them as a set. */
  readonly dimensions: readonly { readonly name: string; readonly value: string }[];
}

/** Told the minute of every datapoint that arrives or changes. */
export type DatapointListener = (minute: number) => void;

/**
 * One metric's minute datapoints. Minutes are whole numbers since the epoch; the datapoint of minute m covers
 * [m, m+1) and so belongs to every window (from, to) with from <= m < to.
 */
export class MetricSeries {
  readonly identity: MetricIdentity;
  readonly #chunks = new Map<number, Float64Array>();
  readonly #retentionMinutes: number;
  readonly #listeners = new Set<DatapointListener>();
  #latestMinute = Number.NEGATIVE_INFINITY;
  #unit: string | undefined;
  #lastChunk: Float64Array | undefined;
  #lastChunkIndex = Number.NaN;

  constructor(identity: MetricIdentity, retentionMinutes: number) {
    this.identity = identity;
    this.#retentionMinutes = retentionMinutes;
  }

  /** The newest minute that has a datapoint; -Infinity if there is none. */
  get latestMinute(): number {
    return this.#latestMinute;
  }

  get unit(): string | undefined {
    return this.#unit;
  }

  /** Adds values to a minute; what is there already is added to, as by a second PutMetricData. */
  add(minute: number, datum: MinuteDatum, unit?: string): void {
    const chunk = this.#chunkFor(minute);
    const at = (minute - Math.floor(minute / CHUNK_MINUTES) * CHUNK_MINUTES) * FIELDS;
    const first = chunk[at + COUNT] === 0;
    chunk[at + COUNT] = (chunk[at + COUNT] ?? 0) + datum.sampleCount;
    chunk[at + SUM] = (chunk[at + SUM] ?? 0) + datum.sum;
    chunk[at + MIN] = first ? datum.minimum : Math.min(chunk[at + MIN] ?? 0, datum.minimum);
    chunk[at + MAX] = first ? datum.maximum : Math.max(chunk[at + MAX] ?? 0, datum.maximum);
    this.#unit = unit ?? this.#unit;
    if (minute > this.#latestMinute) this.#latestMinute = minute;
    for (const listener of this.#listeners) listener(minute);
  }

  /** The statistic over the minutes [fromMinute, toMinute); NaN if none of them has a datapoint. */
  aggregate(fromMinute: number, toMinute: number, statistic: Statistic): number {
    let count = 0;
    let sum = 0;
    let minimum = Number.POSITIVE_INFINITY;
    let maximum = Number.NEGATIVE_INFINITY;
    for (let minute = fromMinute; minute < toMinute; minute += 1) {
      const index = Math.floor(minute / CHUNK_MINUTES);
      if (index !== this.#lastChunkIndex) this.#select(index);
      const chunk = this.#lastChunk;
      if (chunk === undefined) continue;
      const at = (minute - index * CHUNK_MINUTES) * FIELDS;
      const samples = chunk[at + COUNT] ?? 0;
      if (samples === 0) continue;
      count += samples;
      sum += chunk[at + SUM] ?? 0;
      minimum = Math.min(minimum, chunk[at + MIN] ?? minimum);
      maximum = Math.max(maximum, chunk[at + MAX] ?? maximum);
    }
    if (count === 0) return Number.NaN;
    switch (statistic) {
      case 'Sum':
        return sum;
      case 'Average':
        return sum / count;
      case 'Minimum':
        return minimum;
      case 'Maximum':
        return maximum;
      case 'SampleCount':
        return count;
    }
  }

  /** Whether any minute of [fromMinute, toMinute) has a datapoint. */
  hasDataIn(fromMinute: number, toMinute: number): boolean {
    if (this.#latestMinute < fromMinute) return false;
    if (this.#latestMinute < toMinute) return true;
    return !Number.isNaN(this.aggregate(fromMinute, toMinute, 'SampleCount'));
  }

  /** @returns what ends the listening */
  listen(listener: DatapointListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #select(index: number): void {
    this.#lastChunkIndex = index;
    this.#lastChunk = this.#chunks.get(index);
  }

  #chunkFor(minute: number): Float64Array {
    const index = Math.floor(minute / CHUNK_MINUTES);
    this.#select(index);
    if (this.#lastChunk !== undefined) return this.#lastChunk;
    const chunk = new Float64Array(CHUNK_MINUTES * FIELDS);
    this.#chunks.set(index, chunk);
    this.#lastChunk = chunk;
    this.#expire(Math.floor((Math.max(minute, this.#latestMinute) - this.#retentionMinutes) / CHUNK_MINUTES));
    return chunk;
  }

  #expire(before: number): void {
    for (const index of this.#chunks.keys()) if (index < before) this.#chunks.delete(index);
  }
}

// Small enough that 1,000 streams with three metrics fit in memory, large enough that a window seldom spans two.
const CHUNK_MINUTES = 256;
const FIELDS = 4;
const [COUNT, SUM, MIN, MAX] = [0, 1, 2, 3] as const;
