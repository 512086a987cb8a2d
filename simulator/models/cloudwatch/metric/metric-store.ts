import { type MetricIdentity, MetricSeries, type MinuteDatum } from './metric-series.ts';

export interface MetricStoreOptions {
  /** How long a datapoint takes to become visible after its minute is put. Default 0. */
  readonly deliveryDelayMs?: number;
  /** Older minutes may be forgotten. Default 63 days. */
  readonly retentionMinutes?: number;
}

/**
 * Every metric of an account and region. Writers hand in minute totals; readers see them once they are delivered.
 * `AWS/` namespaces can be written here (the service itself does), though not through PutMetricData.
 */
export class MetricStore {
  readonly #series = new Map<string, MetricSeries>();
  readonly #deliveryDelayMs: number;
  readonly #retentionMinutes: number;
  readonly #pending: PendingDatum[] = [];

  constructor(options: MetricStoreOptions = {}) {
    this.#deliveryDelayMs = options.deliveryDelayMs ?? 0;
    this.#retentionMinutes = options.retentionMinutes ?? 63 * 24 * 60;
  }

  /** The metric's series, created if it is new. Keep it: a look-up by name costs more than a put. */
  series(identity: MetricIdentity): MetricSeries {
    const key = keyOf(identity);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const created = new MetricSeries(identity, this.#retentionMinutes);
    this.#series.set(key, created);
    return created;
  }

  /**
   * Puts a minute's values, visible once the delivery delay is over.
   * @param nowMs the time of the put
   */
  put(series: MetricSeries, minute: number, datum: MinuteDatum, nowMs: number, unit?: string): void {
    this.deliver(nowMs);
    if (this.#deliveryDelayMs === 0) series.add(minute, datum, unit);
    else this.#pending.push({ series, minute, datum, unit, visibleAtMs: nowMs + this.#deliveryDelayMs });
  }

  /** `put` for the commonest case: one value that is the whole minute. */
  putValue(series: MetricSeries, minute: number, value: number, nowMs: number): void {
    if (this.#deliveryDelayMs === 0) series.addValue(minute, value);
    else this.put(series, minute, { sum: value, minimum: value, maximum: value, sampleCount: 1 }, nowMs);
  }

  /** Makes visible what is due. Every reader calls it first. */
  deliver(nowMs: number): void {
    if ((this.#pending[0]?.visibleAtMs ?? Number.POSITIVE_INFINITY) > nowMs) return;
    // In order of arrival, and with one delay for all so is the due time.
    const notDue = this.#pending.findIndex((datum) => datum.visibleAtMs > nowMs);
    const due = this.#pending.splice(0, notDue === -1 ? this.#pending.length : notDue);
    for (const { series, minute, datum, unit } of due) series.add(minute, datum, unit);
  }

  /** The metrics that have at least one delivered datapoint, in the order in which they were first named. */
  *withData(): Iterable<MetricSeries> {
    for (const series of this.#series.values()) if (series.latestMinute > Number.NEGATIVE_INFINITY) yield series;
  }
}

interface PendingDatum {
  readonly series: MetricSeries;
  readonly minute: number;
  readonly datum: MinuteDatum;
  readonly unit: string | undefined;
  readonly visibleAtMs: number;
}

function keyOf(identity: MetricIdentity): string {
  const dimensions = identity.dimensions.map(({ name, value }) => JSON.stringify([name, value])).sort();
  return JSON.stringify([identity.namespace, identity.metricName, dimensions]);
}
