/**
 * Mirrors monotonic counters that other objects own into a Prometheus counter. Polling keeps the metrics library off
 * their paths; a source that was restarted keeps counting up, and its resets are counted.
 */
import { Counter, type Registry } from 'prom-client';
import { CounterMirror } from '../decision/counter-mirror.ts';
import { LabelBudget } from '../decision/label-budget.ts';
import { messageOf } from '../timeout.ts';
import { oncePerRegistry } from './once-per-registry.ts';
import { type PollOptions, pollEvery } from './poll.ts';

export interface CounterReading<Label extends string> {
  readonly labels: Readonly<Record<Label, string>>;
  readonly count: number;
}

/** Lists the source's counters as they are now. May throw: the poll is then left out for this source. */
export type CounterSource<Label extends string> = () => Iterable<CounterReading<Label>>;

export interface CounterPollerOptions<Label extends string> extends PollOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
  /** The label whose values come from outside and are kept within the label budget. */
  readonly budgetedLabel?: Label;
  readonly registry: Registry | undefined;
  readonly sources: readonly (CounterSource<Label> | undefined)[];
}

/**
 * Polls at once and at an interval, until aborted. Without a registry or a source there is nothing to do. A second
 * poller of this name adds to the same counter.
 */
export async function pollCounters<Label extends string>(options: CounterPollerOptions<Label>): Promise<void> {
  const { registry } = options;
  const sources = options.sources.filter((source) => source !== undefined);
  if (registry === undefined || sources.length === 0) return;
  await pollEvery(createPoll(options, registry, sources), options);
}

function createPoll<Label extends string>(
  { name, help, labelNames, budgetedLabel }: CounterPollerOptions<Label>,
  registry: Registry,
  sources: readonly CounterSource<Label>[],
): () => void {
  const { mirrored, resets, budget } = oncePerRegistry(registry, name, () =>
    createCounters(name, help, labelNames, registry),
  );
  const mirror = new CounterMirror();

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

interface MirroredCounters {
  readonly mirrored: Counter<string>;
  readonly resets: Counter;
  readonly budget: LabelBudget;
}

function createCounters(
  name: string,
  help: string,
  labelNames: readonly string[],
  registry: Registry,
): MirroredCounters {
  const registers = [registry];
  return {
    mirrored: new Counter<string>({ name, help, labelNames: [...labelNames], registers }),
    resets: new Counter({
      name: name.replace(/_total$/, '_resets_total'),
      help: `Restarts seen of the sources of ${name}.`,
      registers,
    }),
    budget: new LabelBudget(),
  };
}
