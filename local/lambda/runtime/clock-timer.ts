/** A timer of a function's process: on the product's clock, or armed as a real one. */
const realSetTimeout = setTimeout;
const realClearTimeout = clearTimeout;

/** The shortest delay; Node takes anything else for it. */
export const SHORTEST_DELAY_MS = 1;

/** What `setTimeout` returns: as much of Node's own `Timeout` as programs use. */
export class ClockTimer {
  readonly delayMs: number;
  readonly repeats: boolean;
  dueMs = 0;
  readonly #callback: () => void;
  readonly #schedule: (timer: ClockTimer) => void;
  readonly #cancel: (timer: ClockTimer) => void;
  #real: NodeJS.Timeout | undefined;
  #referenced = true;

  constructor(
    callback: () => void,
    delayMs: number | undefined,
    repeats: boolean,
    schedule: (timer: ClockTimer) => void,
    cancel: (timer: ClockTimer) => void,
  ) {
    const delay = Math.trunc(Number(delayMs));
    this.delayMs = delay >= SHORTEST_DELAY_MS && delay < 2 ** 31 ? delay : SHORTEST_DELAY_MS;
    this.repeats = repeats;
    this.#callback = callback;
    this.#schedule = schedule;
    this.#cancel = cancel;
  }

  run(): void {
    this.#callback();
  }
  arm(realDelayMs: number): void {
    this.#real = realSetTimeout(() => {
      if (this.repeats) this.arm(realDelayMs);
      this.run();
    }, realDelayMs);
    if (!this.#referenced) this.#real.unref();
  }
  disarm(): void {
    realClearTimeout(this.#real);
  }
  ref(): this {
    this.#referenced = true;
    this.#real?.ref();
    return this;
  }
  unref(): this {
    this.#referenced = false;
    this.#real?.unref();
    return this;
  }
  hasRef(): boolean {
    return this.#referenced;
  }
  refresh(): this {
    this.#cancel(this);
    this.#schedule(this);
    return this;
  }
  close(): this {
    this.#cancel(this);
    return this;
  }
  [Symbol.dispose](): void {
    this.#cancel(this);
  }
}
