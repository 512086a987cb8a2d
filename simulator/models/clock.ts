import { EventQueue } from './event-queue.ts';

/** Where a model reads the time: epoch milliseconds. */
export interface Clock {
  nowMs(): number;
}

/** An event that a scheduler has accepted; give it back to `cancel`. */
export interface ScheduledEvent {
  readonly atMs: number;
}

/**
 * A clock on which work can be put. Both clocks run an event whose time has passed as soon as they can, events of
 * the same time in the order in which they were scheduled, and never run an event that was cancelled.
 */
export interface Scheduler extends Clock {
  schedule(atMs: number, run: () => void): ScheduledEvent;
  cancel(event: ScheduledEvent): void;
  /**
   * Says that work is in flight: virtual time stands still until the returned release is called (calling it again
   * does nothing). Real time does not wait for anybody, so there it only pairs up calls.
   */
  hold(): () => void;
}

export interface VirtualClockOptions {
  readonly startMs: number;
  /** How often the event loop turns after the last release before time moves on. Default 2. */
  readonly settleTurns?: number;
}

/**
 * Discrete-event time: it moves only from one scheduled event to the next, and only while nothing is in flight, so
 * that a 100 ms invocation costs no virtual time at all and a day passes in the time that its work takes.
 */
export class VirtualClock implements Scheduler {
  readonly #events = new EventQueue();
  readonly #settleTurns: number;
  #nowMs: number;
  #holds = 0;
  #heldSinceSettled = false;
  #wakeWhenIdle: (() => void)[] = [];

  constructor(options: VirtualClockOptions) {
    this.#nowMs = options.startMs;
    this.#settleTurns = options.settleTurns ?? 2;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  schedule(atMs: number, run: () => void): ScheduledEvent {
    return this.#events.add(Math.max(atMs, this.#nowMs), run);
  }

  cancel(event: ScheduledEvent): void {
    this.#events.remove(event);
  }

  hold(): () => void {
    this.#holds += 1;
    this.#heldSinceSettled = true;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      if (this.#holds === 0) for (const wake of this.#wakeWhenIdle.splice(0)) wake();
    };
  }

  /** Runs every event up to and including `untilMs`, waiting wherever an event leaves work in flight. */
  async runUntil(untilMs: number): Promise<void> {
    for (;;) {
      await this.#idle();
      const event = this.#events.takeDue(untilMs);
      if (event === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, event.atMs);
      event.run();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /**
   * The same without a single promise, for simulations that keep everything in process.
   * @throws Error if an event holds the clock: then only `runUntil` may move it.
   */
  advanceTo(untilMs: number): void {
    for (;;) {
      if (this.#holds > 0) throw new Error(`cannot advance to ${untilMs}: ${this.#holds} hold(s) on the clock`);
      const event = this.#events.takeDue(untilMs);
      if (event === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, event.atMs);
      event.run();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  // Whoever awaited the work continues only some turns of the event loop after its release, and may hold again at
  // once (the next request of the same client). Without this pause time would slip through between the two.
  async #idle(): Promise<void> {
    while (this.#holds > 0 || this.#heldSinceSettled) {
      if (this.#holds > 0) await new Promise<void>((resolve) => this.#wakeWhenIdle.push(resolve));
      this.#heldSinceSettled = false;
      for (let turn = 0; turn < this.#settleTurns; turn += 1) await nextTurn();
    }
  }
}

export interface RealClockOptions {
  /** What the clock shows at its start. Default: the time of day. */
  readonly startMs?: number;
  /** Clock seconds per second of real time. Default 1. */
  readonly speed?: number;
}

/** The machine's clock, moved to another start and made faster by a factor. Its timers do not keep a process alive. */
export class RealClock implements Scheduler {
  readonly #events = new EventQueue();
  readonly #startMs: number;
  readonly #speed: number;
  readonly #originMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RealClockOptions = {}) {
    this.#startMs = options.startMs ?? Date.now();
    this.#speed = options.speed ?? 1;
    if (!(this.#speed > 0 && Number.isFinite(this.#speed)))
      throw new RangeError(`speed must be a number above 0, not ${this.#speed}`);
  }

  nowMs(): number {
    return Math.floor(this.#startMs + (performance.now() - this.#originMs) * this.#speed);
  }

  schedule(atMs: number, run: () => void): ScheduledEvent {
    const event = this.#events.add(atMs, run);
    this.#arm();
    return event;
  }

  cancel(event: ScheduledEvent): void {
    this.#events.remove(event);
    this.#arm();
  }

  hold(): () => void {
    return () => {};
  }

  /** Drops everything that is still scheduled. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const nextMs = this.#events.nextAtMs();
    if (this.#closed || nextMs === undefined) return;
    const delayMs = Math.min(Math.max((nextMs - this.nowMs()) / this.#speed, 0), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#runDue(), delayMs);
    this.#timer.unref();
  }

  #runDue(): void {
    try {
      for (;;) {
        const event = this.#events.takeDue(this.nowMs());
        if (event === undefined || this.#closed) return;
        event.run();
      }
    } finally {
      this.#arm();
    }
  }
}

// setTimeout takes a signed 32-bit count and runs at once beyond it.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
