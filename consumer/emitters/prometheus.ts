/** Publishes samples as Prometheus gauges, for the Prometheus adapter, KEDA's Prometheus scaler, and charts. */
import { Gauge, type Registry } from 'prom-client';
import { systemClock } from '../clock.ts';
import { toLabel } from '../decision/label-budget.ts';
import { type Dimensions, isKnown } from '../decision/sample.ts';
import { oncePerRegistry, removeFromRegistry } from '../monitor/once-per-registry.ts';
import type { Clock, Emitter } from '../ports.ts';

export interface PrometheusEmitterOptions {
  readonly registry: Registry;
  /** How long a series outlives its last sample. Default 300,000. A gauge would show its last value for ever. */
  readonly expiresAfterMs?: number;
  readonly clock?: Pick<Clock, 'nowMs'>;
}

const metricPrefix = 'kinesis_autoscaler_signal_';
const defaultExpiresAfterMs = 300_000;

/**
 * A signal `orders lag` becomes the gauge `kinesis_autoscaler_signal_orders_lag`; its dimensions become labels in
 * snake case. A series without a fresh sample disappears from the scrape: absent is how Prometheus says unknown.
 */
export function createPrometheusEmitter(options: PrometheusEmitterOptions): Emitter {
  const { registry } = options;
  const metricNames = new Set<string>();
  return {
    emit: async ({ name, sample }) => {
      if (!isKnown(sample)) return;
      const metricName = toMetricName(name);
      metricNames.add(metricName);
      oncePerRegistry(registry, metricName, () => new SignalFamily(metricName, name, sample.dimensions, options)).set(
        sample.dimensions,
        sample.value,
        sample.observedAtMs,
      );
    },
    close: async () => {
      for (const metricName of metricNames) removeFromRegistry(registry, metricName);
    },
  };
}

/** The gauge that a signal's name becomes. */
export function toMetricName(signalName: string): string {
  return metricPrefix + toSnakeCase(signalName);
}

interface Series {
  readonly labels: Record<string, string>;
  readonly observedAtMs: number;
}

/** One gauge and the series on it. All samples of a signal must have the same dimension names. */
class SignalFamily {
  readonly #gauge: Gauge;
  readonly #labelNames: readonly string[];
  readonly #series = new Map<string, Series>();
  readonly #expiresAfterMs: number;
  readonly #clock: Pick<Clock, 'nowMs'>;

  constructor(metricName: string, signalName: string, dimensions: Dimensions, options: PrometheusEmitterOptions) {
    this.#labelNames = Object.keys(dimensions).map(toSnakeCase).sort();
    this.#expiresAfterMs = options.expiresAfterMs ?? defaultExpiresAfterMs;
    this.#clock = options.clock ?? systemClock;
    this.#gauge = new Gauge({
      name: metricName,
      help: `Newest value of the signal ${signalName}; absent while it is unknown.`,
      labelNames: this.#labelNames,
      registers: [options.registry],
      collect: () => this.#dropExpired(),
    });
  }

  set(dimensions: Dimensions, value: number, observedAtMs: number): void {
    const labels = Object.fromEntries(
      Object.entries(dimensions).map(([name, each]) => [toSnakeCase(name), toLabel(each)]),
    );
    const names = Object.keys(labels).sort().join();
    if (names !== this.#labelNames.join())
      throw new RangeError(`dimensions changed from ${this.#labelNames.join() || 'none'} to ${names || 'none'}`);
    this.#gauge.set(labels, value);
    this.#series.set(JSON.stringify(labels), { labels, observedAtMs });
  }

  #dropExpired(): void {
    const oldest = this.#clock.nowMs() - this.#expiresAfterMs;
    for (const [key, series] of this.#series) {
      if (series.observedAtMs >= oldest) continue;
      this.#gauge.remove(series.labels);
      this.#series.delete(key);
    }
  }
}

/** `StreamName` to `stream_name`; whatever Prometheus does not take in a name becomes an underscore. */
function toSnakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^(\d)/, '_$1')
    .toLowerCase();
}
