/**
 * Mirrors monotonic counters that other objects own into a Prometheus counter. Polling keeps the metrics library off
 * their paths; a source that was restarted keeps counting up, and its resets are counted.
 */
import { Counter, type Registry } from 'prom-client';
import { systemClock } from '../clock.ts';
import { CounterMirror } from '../decision/counter-mirror.ts';
import { LabelBudget } from '../decision/label-budget.ts';
import type { Clock } from '../ports.ts';
import { messageOf } from '../timeout.ts';

export interface CounterReading<Label extends string> {
  readonly labels: Readonly<Record<Label, string>>;
  readonly count: number;
}

/** Lists the source's counters as they are now. May throw: the poll is then left out for this source. */
export type CounterSource<Label extends string> = () => Iterable<CounterReading<Label>>;

export interface CounterPollerOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
  /** The label whose values come from outside and are kept within the label budget. */
  readonly budgetedLabel?: Label;
  readonly registry: Registry | undefined;
  readonly sources: readonly (CounterSource<Label> | undefined)[];
  readonly abortSignal: AbortSignal;
  /** Default 5,000. */
  readonly everyMs?: number;
  readonly clock?: Clock;
}

const defaultEveryMs = 5_000;

/** Polls at once and then every `everyMs`, until aborted. Without a registry or a source there is nothing to do. */
export async function pollCounters<Label extends string>(options: CounterPollerOptions<Label>): Promise<void> {
  const { registry, abortSignal, everyMs = defaultEveryMs, clock = systemClock } = options;
  const sources = options.sources.filter((source) => source !== undefined);
  if (registry === undefined || sources.length === 0) return;
  const poll = createPoll(options, registry, sources);
  while (!abortSignal.aborted) {
    poll();
    await clock.sleep(everyMs, abortSignal);
  }
}

function createPoll<Label extends string>(
  { name, help, labelNames, budgetedLabel }: CounterPollerOptions<Label>,
  registry: Registry,
  sources: readonly CounterSource<Label>[],
): () => void {
  const registers = [registry];
  const mirrored = new Counter<string>({ name, help, labelNames: [...labelNames], registers });
  const resets = new Counter({
    name: name.replace(/_total$/, '_resets_total'),
    help: `Restarts seen of the sources of ${name}.`,
    registers,
  });
  const mirror = new CounterMirror();
  const budget = new LabelBudget();

  const readSource = (source: CounterSource<Label>, index: number): void => {
    for (const { labels, count } of source()) {
      const { increment, reset } = mirror.read(`${index} ${JSON.stringify(labels)}`, count);
      if (reset) resets.inc();
      const shown: Record<string, string> = { ...labels };
      if (budgetedLabel !== undefined) shown[budgetedLabel] = budget.admit(labels[budgetedLabel]);
      mirrored.inc(shown, increment);
    }
  };
  return () => {
    for (const [index, source] of sources.entries()) {
      try {
        readSource(source, index);
      } catch (error) {
        process.emitWarning(`${name}: a counter source failed: ${messageOf(error)}`);
      }
    }
  };
}
