/** A clock that a test moves. Sleepers wake in order of their time; what they do then settles before the next wakes. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../consumer/ports.ts';

export class VirtualClock implements Clock {
  #nowMs: number;
  #sleepers: { readonly wakeAt: number; readonly wake: () => void }[] = [];

  constructor(nowMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs;
  }

  nowMs = (): number => this.#nowMs;

  sleep = (ms: number, abortSignal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (abortSignal?.aborted) {
        resolve();
        return;
      }
      const sleeper = { wakeAt: this.#nowMs + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      abortSignal?.addEventListener(
        'abort',
        () => {
          this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
          resolve();
        },
        { once: true },
      );
    });

  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Moves on by `ms`, through every wake-up on the way. */
  async advance(ms: number): Promise<void> {
    const until = this.#nowMs + ms;
    await setImmediate();
    for (;;) {
      const next = this.#sleepers
        .filter((each) => each.wakeAt <= until)
        .sort((left, right) => left.wakeAt - right.wakeAt)[0];
      if (next === undefined) break;
      this.#sleepers = this.#sleepers.filter((each) => each !== next);
      this.#nowMs = Math.max(this.#nowMs, next.wakeAt);
      next.wake();
      await setImmediate();
    }
    this.#nowMs = until;
    await setImmediate();
  }
}
