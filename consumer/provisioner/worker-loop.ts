/**
 * The loop that keeps the right number of workers running. It decides at most once per `decideEveryMs`, by any policy,
 * and acts through any provisioner. Unknown holds; a failure ends its round and is tried again by the next.
 */
import { systemClock } from '../clock.ts';
import { knownSample, type Sample, unknownSample } from '../decision/sample.ts';
import { ratePerSecond, type SlidingWindow, slide } from '../decision/sliding-rate.ts';
import {
  capByShards,
  trackIdle,
  type WorkerDecision,
  type WorkerPolicy,
  type WorkSamples,
} from '../decision/worker-policy.ts';
import type { Clock, Provisioner } from '../ports.ts';
import { callWithTimeout } from '../timeout.ts';
import { WorkerPool } from './worker-pool.ts';

/** The work as it is now. */
export interface WorkReading {
  readonly backlog: Sample;
  /** Monotonic count of everything that has ever arrived. */
  readonly arrived: number;
}

export interface WorkerLoopOptions<Worker> {
  readonly policy: WorkerPolicy;
  readonly provisioner: Provisioner<Worker>;
  readonly readWork: (abortSignal: AbortSignal) => Promise<WorkReading>;
  /** Ends the loop: all workers are stopped, each finishing what it holds, and the promise resolves. */
  readonly abortSignal: AbortSignal;
  /** Default 1,000. */
  readonly decideEveryMs?: number;
  /** Over how long the rate is taken. Default 2,000. */
  readonly rateWindowMs?: number;
  /** The most that reading the work, or starting one worker, may take. Default `decideEveryMs`. */
  readonly timeoutMs?: number;
  /** No more workers than the stream's shards can feed. */
  readonly shards?: { readonly openShardCount: () => number | undefined; readonly parallelizationFactor: number };
  readonly onRound?: (round: WorkerRound) => void;
  readonly onStarted?: (worker: Worker) => void;
  /** The worker has finished what it held: the moment to log what it has processed. */
  readonly onStopped?: (worker: Worker) => void;
  readonly onError?: (action: 'read' | 'start' | 'stop', error: unknown) => void;
  readonly clock?: Clock;
}

/** What one round saw, decided and left running. */
export interface WorkerRound {
  readonly atMs: number;
  readonly decision: WorkerDecision;
  readonly running: number;
}

const defaultDecideEveryMs = 1_000;
const defaultRateWindowMs = 2_000;

/** Runs until aborted, and resolves when every worker has stopped. */
export async function runWorkers<Worker>(options: WorkerLoopOptions<Worker>): Promise<void> {
  const { clock = systemClock, abortSignal, decideEveryMs = defaultDecideEveryMs } = options;
  const { provisioner, onError, onStarted, onStopped, timeoutMs = decideEveryMs } = options;
  const pool = new WorkerPool({ provisioner, abortSignal, timeoutMs, clock, onError, onStarted, onStopped });
  const observer = new WorkObserver(options, clock);

  while (!abortSignal.aborted) {
    const startedAtMs = clock.nowMs();
    const seen = await observer.read();
    if (!abortSignal.aborted) {
      const decision = decide(options, pool.running, seen, clock.nowMs());
      await pool.moveTo(decision.desired);
      options.onRound?.({ atMs: clock.nowMs(), decision, running: pool.running });
    }
    await clock.sleep(Math.max(0, decideEveryMs - (clock.nowMs() - startedAtMs)), abortSignal);
  }
  await pool.stopAll();
}

interface Seen extends WorkSamples {
  readonly idleSinceMs: number | undefined;
}

function decide<Worker>(
  options: WorkerLoopOptions<Worker>,
  running: number,
  seen: Seen,
  nowMs: number,
): WorkerDecision {
  const state = seen.idleSinceMs === undefined ? { running } : { running, idleSinceMs: seen.idleSinceMs };
  const decision = options.policy(state, seen, nowMs);
  if (options.shards === undefined) return decision;
  const { openShardCount, parallelizationFactor } = options.shards;
  return capByShards(decision, { openShardCount: openShardCount(), parallelizationFactor });
}

/** Turns readings into the samples that a policy decides by. */
class WorkObserver<Worker> {
  readonly #options: WorkerLoopOptions<Worker>;
  readonly #clock: Clock;
  #window: SlidingWindow = [];
  #idleSinceMs: number | undefined;

  constructor(options: WorkerLoopOptions<Worker>, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  async read(): Promise<Seen> {
    const { readWork, abortSignal, timeoutMs, decideEveryMs = defaultDecideEveryMs } = this.#options;
    const limits = { clock: this.#clock, abortSignal, timeoutMs: timeoutMs ?? decideEveryMs };
    const read = await callWithTimeout('reading of the work', readWork, limits);
    const nowMs = this.#clock.nowMs();
    if (!read.ok) {
      if (!abortSignal.aborted) this.#options.onError?.('read', read.error);
      const unknown = unknownSample('the work could not be read', nowMs);
      return { backlog: unknown, eventsPerSecond: unknown, idleSinceMs: this.#idleSinceMs };
    }
    return this.#digest(read.value, nowMs);
  }

  #digest({ backlog, arrived }: WorkReading, nowMs: number): Seen {
    const before = this.#window.at(-1)?.count;
    this.#window = slide(
      this.#window,
      { atMs: nowMs, count: arrived },
      this.#options.rateWindowMs ?? defaultRateWindowMs,
    );
    this.#idleSinceMs = trackIdle(
      this.#idleSinceMs,
      { backlog, arrivedSinceLast: before !== undefined && arrived !== before },
      nowMs,
    );
    const rate = ratePerSecond(this.#window);
    const eventsPerSecond =
      rate === undefined
        ? unknownSample('first reading of the work', nowMs, { unit: 'Count/Second' })
        : knownSample(rate, nowMs, { unit: 'Count/Second' });
    return { backlog, eventsPerSecond, idleSinceMs: this.#idleSinceMs };
  }
}
