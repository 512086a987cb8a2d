/** What the consumer side needs from outside. Each port is as small as its use. */
import type { Sample } from './decision/sample.ts';

/** Publishes samples where a platform looks for them. Rejects when it could not; must heed the abort signal. */
export interface Emitter {
  readonly emit: (metric: EmittedMetric, abortSignal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface EmittedMetric {
  readonly name: string;
  readonly sample: Sample;
}

/** Starts and stops workers. `start` and `stop` reject when they could not. */
export interface Provisioner<Worker> {
  readonly start: (abortSignal: AbortSignal) => Promise<Worker>;
  /** Resolves when the worker has finished what it holds. */
  readonly stop: (worker: Worker) => Promise<void>;
}

export interface Clock {
  /** Epoch ms. */
  readonly nowMs: () => number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  readonly sleep: (ms: number, abortSignal?: AbortSignal) => Promise<void>;
}

/** One line of the log of a long-running command. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;
