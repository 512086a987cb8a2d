/**
 * Signals made from signals. Each returns a `Signal`; the clock is an argument (`now`, epoch ms).
 *
 * A combination is only as good as its worst part: one unknown part makes it unknown, one stale part stale. The
 * maximum of what is known could be far below the truth, and a platform would scale in on it.
 */
import {
  type Dimensions,
  isKnown,
  type KnownSample,
  knownSample,
  type Sample,
  type SampleUnit,
  type Signal,
  unknownSample,
} from './sample.ts';
import { ratePerSecond, type SlidingWindow, slide } from './sliding-rate.ts';

/** Reads a monotonic counter. Rejects when the counter cannot be read. */
export type CountReader = (abortSignal: AbortSignal) => Promise<number>;

interface RateOptions {
  readonly nowMs: () => number;
  readonly dimensions?: Dimensions;
}

/** The most a drain time reads, in seconds: what does not drain has no finite one, and must not read as absent. */
export const maxEtaSeconds = 9_999_999;

/**
 * Events per second between two calls. The first sample is unknown (not a false idle 0); a counter that went back
 * reads 0 and is the new baseline; a failed read leaves the baseline as it was.
 */
export function eventsPerSecond(getCount: CountReader, options: RateOptions): Signal {
  const details = { unit: 'Count/Second', dimensions: options.dimensions ?? {} } as const;
  let baseline: { atMs: number; count: number } | undefined;
  return async (abortSignal) => {
    const count = await getCount(abortSignal);
    const atMs = options.nowMs();
    if (!Number.isFinite(count)) return unknownSample(`the counter reads ${count}`, atMs, details);
    const previous = baseline;
    if (previous !== undefined && atMs <= previous.atMs) return unknownSample('no time has passed', atMs, details);
    baseline = { atMs, count };
    if (previous === undefined) return unknownSample('first reading of the counter', atMs, details);
    const delta = Math.max(0, count - previous.count);
    return knownSample((delta * 1000) / (atMs - previous.atMs), atMs, details);
  };
}

/** Events per second over a sliding window of `windowMs`; steadier than `eventsPerSecond`, and as quick to notice. */
export function windowedRate(getCount: CountReader, options: RateOptions & { readonly windowMs: number }): Signal {
  const details = { unit: 'Count/Second', dimensions: options.dimensions ?? {} } as const;
  let window: SlidingWindow = [];
  return async (abortSignal) => {
    const count = await getCount(abortSignal);
    const atMs = options.nowMs();
    if (!Number.isFinite(count)) return unknownSample(`the counter reads ${count}`, atMs, details);
    window = slide(window, { atMs, count }, options.windowMs);
    const rate = ratePerSecond(window);
    if (rate === undefined) return unknownSample('first reading of the counter', atMs, details);
    return knownSample(rate, atMs, details);
  };
}

/** The largest of the parts. */
export function max(...parts: readonly Signal[]): Signal {
  return combine(parts, 'max', (values) => Math.max(...values));
}

/** The sum of the parts. */
export function sum(...parts: readonly Signal[]): Signal {
  return combine(parts, 'sum', (values) => values.reduce((total, value) => total + value, 0));
}

/**
 * Seconds until the backlog is gone at the rate at which it shrinks. Nothing waiting reads 0; what does not shrink
 * reads maxEtaSeconds, because the worst case must not be the one that is missing from the chart.
 */
export function eta(backlog: Signal, drainedPerSecond: Signal): Signal {
  const drainTime = combine([backlog, drainedPerSecond], 'eta', ([waiting = 0, rate = 0]) => {
    if (waiting <= 0) return 0;
    return rate <= 0 ? maxEtaSeconds : Math.min(waiting / rate, maxEtaSeconds);
  });
  return withUnit(drainTime, 'Seconds');
}

/**
 * The total divided by the workers that share it. Publish this where every replica publishes the same total and the
 * platform averages over replicas, or where the platform does not divide by itself (ECS target tracking). With no
 * worker running the total stands for one worker, so that waiting work is seen.
 */
export function perWorker(total: Signal, workers: Signal): Signal {
  return combine([total, workers], 'perWorker', ([value = 0, count = 0]) => value / Math.max(1, count));
}

function withUnit(signal: Signal, unit: SampleUnit): Signal {
  return async (abortSignal) => ({ ...(await signal(abortSignal)), unit });
}

/** Asks all parts at once; unit and dimensions are the first part's, the time is the oldest part's. */
function combine(parts: readonly Signal[], name: string, calculate: (values: readonly number[]) => number): Signal {
  if (parts.length === 0) throw new RangeError(`${name} needs at least one signal`);
  return async (abortSignal) => {
    const samples = await Promise.all(parts.map((part) => part(abortSignal)));
    return combineSamples(samples, name, calculate);
  };
}

function combineSamples(
  samples: readonly Sample[],
  name: string,
  calculate: (values: readonly number[]) => number,
): Sample {
  const observedAtMs = Math.min(...samples.map((sample) => sample.observedAtMs));
  const { unit = 'None', dimensions = {} } = samples[0] ?? {};
  const known: KnownSample[] = [];
  for (const sample of samples) {
    if (!isKnown(sample))
      return unknownSample(`a part of ${name} is unknown: ${sample.because}`, observedAtMs, { unit, dimensions });
    known.push(sample);
  }
  const stale = known.some((sample) => sample.quality === 'stale');
  return knownSample(calculate(known.map((sample) => sample.value)), observedAtMs, { unit, dimensions, stale });
}
