/**
 * A counter for hot paths. prom-client validates and hashes the labels on every increment; a handle of this one adds to
 * a number, and the scrape carries the sum over to prom-client.
 */
import { Counter, type Registry } from 'prom-client';
import { oncePerRegistry } from './once-per-registry.ts';

export interface HotCounterDefinition<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
}

/** One series, resolved once. */
export interface CountHandle {
  readonly add: (count?: number) => void;
}

export class HotCounter<Label extends string> {
  readonly #series: Map<string, PendingCount>;

  /** Without a registry everything is counted and nothing shown. On one registry, one name is one counter. */
  constructor(definition: HotCounterDefinition<Label>, registry: Registry | undefined) {
    this.#series =
      registry === undefined
        ? new Map()
        : oncePerRegistry(registry, definition.name, () => registerCounter(definition, registry));
  }

  /** Also shows the series, at 0, before its first event: a rate needs a point to start from. */
  handle(labels: Readonly<Record<Label, string>>): CountHandle {
    const key = JSON.stringify(Object.entries(labels).sort());
    let series = this.#series.get(key);
    if (series === undefined) {
      series = new PendingCount(labels);
      this.#series.set(key, series);
    }
    return series;
  }
}

function registerCounter(definition: HotCounterDefinition<string>, registry: Registry): Map<string, PendingCount> {
  const series = new Map<string, PendingCount>();
  new Counter({
    ...definition,
    registers: [registry],
    collect() {
      for (const each of series.values()) this.inc(each.labels, each.take());
    },
  });
  return series;
}

class PendingCount implements CountHandle {
  readonly labels: Record<string, string>;
  #pending = 0;

  constructor(labels: Readonly<Record<string, string>>) {
    this.labels = { ...labels };
  }

  add(count = 1): void {
    this.#pending += count;
  }

  take(): number {
    const pending = this.#pending;
    this.#pending = 0;
    return pending;
  }
}
