/**
 * A counter for hot paths. prom-client validates and hashes the labels on every increment; a handle of this one adds to
 * a number, and the scrape carries what has come together over to prom-client.
 */
import { Counter, type Registry } from 'prom-client';

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
  readonly #series: PendingCount<Label>[] = [];

  /** Without a registry everything is counted and nothing shown. */
  constructor(definition: HotCounterDefinition<Label>, registry: Registry | undefined) {
    if (registry === undefined) return;
    const series = this.#series;
    new Counter({
      ...definition,
      registers: [registry],
      collect() {
        for (const each of series) this.inc(each.labels, each.take());
      },
    });
  }

  /** Also shows the series, at 0, before its first event: a rate needs a point to start from. */
  handle(labels: Readonly<Record<Label, string>>): CountHandle {
    const series = new PendingCount(labels);
    this.#series.push(series);
    return series;
  }
}

class PendingCount<Label extends string> implements CountHandle {
  readonly labels: Record<Label, string>;
  #pending = 0;

  constructor(labels: Readonly<Record<Label, string>>) {
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
