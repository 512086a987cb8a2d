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

/** Called with the minute of every datapoint that arrives or changes. */
export type DatapointListener = (minute: number) => void;

/**
 * One metric's minute datapoints. Minutes are whole numbers since the epoch; the datapoint of minute m covers
 * [m, m+1) and so belongs to every window (from, to) with from <= m < to.
 */
export class MetricSeries {
  readonly identity: MetricIdentity;
  readonly #chunks = new Map<number, Float64Array>();
  readonly #retentionMinutes: number;
  #listeners: readonly DatapointListener[] = [];
  #latestMinute = Number.NEGATIVE_INFINITY;
  #unit: string | undefined;
  #lastChunk: Float64Array | undefined;
  #lastChunkIndex = -1;
  readonly #window: Accumulator = { count: 0, value: 0 };

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
    const at = (minute & WITHIN_CHUNK) * FIELDS;
    const first = chunk[at + COUNT] === 0;
    chunk[at + COUNT] = (chunk[at + COUNT] ?? 0) + datum.sampleCount;
    chunk[at + SUM] = (chunk[at + SUM] ?? 0) + datum.sum;
    chunk[at + MIN] = first ? datum.minimum : Math.min(chunk[at + MIN] ?? 0, datum.minimum);
    chunk[at + MAX] = first ? datum.maximum : Math.max(chunk[at + MAX] ?? 0, datum.maximum);
    this.#unit = unit ?? this.#unit;
    this.#notify(minute);
  }

  /** `add` for one value that is the whole minute: the inner loop of every simulation, so without an object for it. */
  addValue(minute: number, value: number): void {
    const chunk = this.#chunkFor(minute);
    const at = (minute & WITHIN_CHUNK) * FIELDS;
    const count = chunk[at + COUNT] ?? 0;
    chunk[at + COUNT] = count + 1;
    chunk[at + SUM] = count === 0 ? value : (chunk[at + SUM] ?? 0) + value;
    chunk[at + MIN] = count === 0 ? value : Math.min(chunk[at + MIN] ?? 0, value);
    chunk[at + MAX] = count === 0 ? value : Math.max(chunk[at + MAX] ?? 0, value);
    this.#notify(minute);
  }

  /** The statistic over the minutes [fromMinute, toMinute); NaN if none of them has a datapoint. */
  aggregate(fromMinute: number, toMinute: number, statistic: Statistic): number {
    const into = this.#window;
    into.count = 0;
    into.value = 0;
    for (let minute = fromMinute; minute < toMinute; ) {
      const index = minute >> CHUNK_BITS;
      const from = minute & WITHIN_CHUNK;
      const to = Math.min(from + toMinute - minute, CHUNK_MINUTES);
      if (index !== this.#lastChunkIndex) this.#select(index);
      if (this.#lastChunk !== undefined) accumulate(this.#lastChunk, from, to, statistic, into);
      minute += to - from;
    }
    if (into.count === 0) return Number.NaN;
    return statistic === 'Average' ? into.value / into.count : into.value;
  }

  /** Whether any minute of [fromMinute, toMinute) has a datapoint. */
  hasDataIn(fromMinute: number, toMinute: number): boolean {
    if (this.#latestMinute < fromMinute) return false;
    if (this.#latestMinute < toMinute) return true;
    return !Number.isNaN(this.aggregate(fromMinute, toMinute, 'SampleCount'));
  }

  /** @returns what ends the listening */
  listen(listener: DatapointListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((known) => known !== listener);
    };
  }

  #notify(minute: number): void {
    if (minute > this.#latestMinute) this.#latestMinute = minute;
    for (const listener of this.#listeners) listener(minute);
  }

  #select(index: number): void {
    this.#lastChunkIndex = index;
    this.#lastChunk = this.#chunks.get(index);
  }

  #chunkFor(minute: number): Float64Array {
    const index = minute >> CHUNK_BITS;
    if (index !== this.#lastChunkIndex) this.#select(index);
    if (this.#lastChunk !== undefined) return this.#lastChunk;
    const expired = this.#takeExpired((Math.max(minute, this.#latestMinute) - this.#retentionMinutes) >> CHUNK_BITS);
    const chunk = expired?.fill(0) ?? new Float64Array(CHUNK_MINUTES * FIELDS);
    this.#chunks.set(index, chunk);
    this.#lastChunk = chunk;
    return chunk;
  }

  /** Forgets what is too old. @returns one of its chunks, to be used again */
  #takeExpired(before: number): Float64Array | undefined {
    let expired: Float64Array | undefined;
    for (const [index, chunk] of this.#chunks) {
      if (index >= before) continue;
      this.#chunks.delete(index);
      expired = chunk;
    }
    return expired;
  }
}

// Small enough that 1,000 streams with three metrics fit in memory, large enough that a window seldom spans two.
// A power of two: minutes since the epoch are split by their bits.
const CHUNK_BITS = 8;
const CHUNK_MINUTES = 1 << CHUNK_BITS;
const WITHIN_CHUNK = CHUNK_MINUTES - 1;
const FIELDS = 4;
const [COUNT, SUM, MIN, MAX] = [0, 1, 2, 3] as const;

interface Accumulator {
  count: number;
  value: number;
}

const FIELD_OF: Readonly<Record<Statistic, number>> = {
  SampleCount: COUNT,
  Average: SUM,
  Sum: SUM,
  Minimum: MIN,
  Maximum: MAX,
};

// This loop is where a simulation spends its time: it reads the one field that the statistic needs.
function accumulate(chunk: Float64Array, from: number, to: number, statistic: Statistic, into: Accumulator): void {
  const field = FIELD_OF[statistic];
  let { count, value } = into;
  for (let at = from * FIELDS; at < to * FIELDS; at += FIELDS) {
    const samples = chunk[at + COUNT] ?? 0;
    if (samples === 0) continue;
    const own = chunk[at + field] ?? 0;
    if (count === 0) value = own;
    else if (field === MIN) value = Math.min(value, own);
    else if (field === MAX) value = Math.max(value, own);
    else value += own;
    count += samples;
  }
  into.count = count;
  into.value = value;
}
