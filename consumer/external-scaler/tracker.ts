/**
 * The samples behind the external scaler. KEDA asks often and any replica must be able to answer any call, so an entity
 * is watched from the first call that names it, polled in the background, answered from memory, and forgotten when
 * nobody has named it for ten minutes.
 */
import { systemClock } from '../clock.ts';
import type { KnownSample, Sample, Signal } from '../decision/sample.ts';
import type { Clock } from '../ports.ts';
import { callWithTimeout, messageOf } from '../timeout.ts';
import type { Entity } from './metadata.ts';

/** Why there is no number to answer with. These are the label values of the cache's metric. */
export const missReasons = ['no_sample_yet', 'backend_down', 'unknown', 'stale', 'expired'] as const;
export type MissReason = (typeof missReasons)[number];

export type TrackedValue =
  | { readonly kind: 'hit'; readonly sample: KnownSample }
  | { readonly kind: 'miss'; readonly reason: MissReason; readonly because: string };

export interface TrackerOptions {
  /** The signal of an entity. */
  readonly signalOf: (entity: Entity) => Signal;
  /** Ends the polling. */
  readonly abortSignal: AbortSignal;
  /** Default 30,000. */
  readonly pollEveryMs?: number;
  /** The most that one poll of one entity may take. Default 10,000. */
  readonly timeoutMs?: number;
  /** From which age on a sample is not answered any more, should the polling itself stand still. Default 3 polls. */
  readonly maxAgeMs?: number;
  /** Default 600,000. */
  readonly forgetAfterMs?: number;
  readonly onSample?: (entity: Entity, sample: Sample) => void;
  readonly onError?: (entity: Entity, error: unknown) => void;
  /** Nobody has named the entity for `forgetAfterMs`. */
  readonly onForgotten?: (entity: Entity) => void;
  readonly clock?: Clock;
}

export interface Tracker {
  /** The newest value of an entity; begins to watch it when nobody did. */
  readonly read: (entity: Entity) => TrackedValue;
  /** Calls the listener with every new value; an entity with listeners is not forgotten. Returns what ends it. */
  readonly subscribe: (entity: Entity, listener: (value: TrackedValue) => void) => () => void;
  readonly counts: () => { readonly watches: number; readonly listeners: number };
  /** Resolves when the polling has ended. */
  readonly ended: Promise<void>;
}

const defaultPollEveryMs = 30_000;
const defaultTimeoutMs = 10_000;
const defaultForgetAfterMs = 600_000;

/** Starts to poll at once. Entities are independent: one that fails or hangs leaves the others as they are. */
export function startTracker(options: TrackerOptions): Tracker {
  const clock = options.clock ?? systemClock;
  const watches = new Map<string, Watch>();

  const watch = (entity: Entity): Watch => {
    const key = JSON.stringify(entity);
    let known = watches.get(key);
    if (known === undefined) {
      known = new Watch(entity, options, clock);
      watches.set(key, known);
      void known.poll();
    }
    known.lastSeenAtMs = clock.nowMs();
    return known;
  };
  return {
    read: (entity) => watch(entity).value(),
    subscribe: (entity, listener) => watch(entity).subscribe(listener),
    counts: () => ({
      watches: watches.size,
      listeners: [...watches.values()].reduce((sum, each) => sum + each.listeners, 0),
    }),
    ended: pollAll(watches, options, clock),
  };
}

async function pollAll(watches: Map<string, Watch>, options: TrackerOptions, clock: Clock): Promise<void> {
  const { abortSignal, pollEveryMs = defaultPollEveryMs, forgetAfterMs = defaultForgetAfterMs } = options;
  await clock.sleep(pollEveryMs, abortSignal);
  while (!abortSignal.aborted) {
    for (const [key, watch] of watches) {
      if (watch.isForgotten(clock.nowMs() - forgetAfterMs)) {
        watches.delete(key);
        options.onForgotten?.(watch.entity);
      }
      // Not awaited: an entity that hangs must not delay the others.
      else void watch.poll();
    }
    await clock.sleep(pollEveryMs, abortSignal);
  }
}

/** One entity: its newest outcome, and who wants to hear of it. */
class Watch {
  lastSeenAtMs = 0;
  readonly entity: Entity;
  readonly #signal: Signal;
  readonly #options: TrackerOptions;
  readonly #clock: Clock;
  readonly #listeners = new Set<(value: TrackedValue) => void>();
  #polling = false;
  #outcome: { readonly atMs: number; readonly value: TrackedValue } | undefined;

  constructor(entity: Entity, options: TrackerOptions, clock: Clock) {
    this.entity = entity;
    this.#options = options;
    this.#clock = clock;
    this.#signal = options.signalOf(entity);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  isForgotten(lastSeenBeforeMs: number): boolean {
    return this.#listeners.size === 0 && this.lastSeenAtMs < lastSeenBeforeMs;
  }

  value(): TrackedValue {
    if (this.#outcome === undefined)
      return miss('no_sample_yet', 'no sample has been taken yet: ask again in a moment');
    const { pollEveryMs = defaultPollEveryMs, maxAgeMs = 3 * pollEveryMs } = this.#options;
    const ageMs = this.#clock.nowMs() - this.#outcome.atMs;
    return ageMs > maxAgeMs ? miss('expired', `the newest sample is ${ageMs} ms old`) : this.#outcome.value;
  }

  subscribe(listener: (value: TrackedValue) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      // Whoever watched has seen it until now.
      this.lastSeenAtMs = this.#clock.nowMs();
    };
  }

  /** Never rejects, and never overlaps with itself. */
  async poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    const { abortSignal, timeoutMs = defaultTimeoutMs } = this.#options;
    const sampled = await callWithTimeout('backend', this.#signal, { clock: this.#clock, timeoutMs, abortSignal });
    this.#polling = false;
    if (abortSignal.aborted) return;
    if (sampled.ok) this.#options.onSample?.(this.entity, sampled.value);
    else this.#options.onError?.(this.entity, sampled.error);
    const value = sampled.ok ? toValue(sampled.value) : miss('backend_down', messageOf(sampled.error));
    this.#outcome = { atMs: this.#clock.nowMs(), value };
    for (const listener of this.#listeners) listener(value);
  }
}

/** A stale value may be that of a consumer that has died since, so nothing scales on it. */
function toValue(sample: Sample): TrackedValue {
  switch (sample.quality) {
    case 'ok':
      if (!Number.isFinite(sample.value)) return miss('unknown', `the value is no finite number: ${sample.value}`);
      if (sample.value < 0) return miss('unknown', `the value is negative: ${sample.value}`);
      return { kind: 'hit', sample };
    case 'stale':
      return miss('stale', `the newest value was observed at ${new Date(sample.observedAtMs).toISOString()}`);
    case 'unknown':
      return miss('unknown', sample.because);
  }
}

function miss(reason: MissReason, because: string): TrackedValue {
  return { kind: 'miss', reason, because };
}
