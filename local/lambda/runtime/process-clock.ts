/**
 * Replaces `Date`, `performance.now` and the timers of a function's process by the product's clock.
 *
 * - Real clock: `Date` runs `speed` times as fast as the machine's, and timers are that much shorter.
 * - Discrete-event clock: `Date` stands still while the function works. Its timers fire when the host says that the
 *   clock has got there; the host moves the clock only after the process has reported that it merely waits. So a
 *   retry that sleeps for a minute costs a minute on the clock and next to nothing on the machine.
 *
 * `process.hrtime` stays the machine's: it is for measuring work, and work costs no time on a clock that stands still.
 * A socket's inactivity time-out, on which SDK clients rely, is such a timer too. Node's other timers are internal to
 * it and stay on the machine's clock.
 */
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { ClockTimer, SHORTEST_DELAY_MS } from './clock-timer.ts';
import type { ClockAnchor, ClockWake } from './messages.ts';

// The module objects themselves are changed below, which an ES import does not allow.
const timers: object = process.getBuiltinModule('node:timers');
const timersPromises: object = process.getBuiltinModule('node:timers/promises');

const RealDate = Date;
const realClearTimeout = clearTimeout;

type Callback = (...args: unknown[]) => void;

export interface ProcessClock {
  now(): number;
  /** The clock's time as seen in an answer; time never runs backwards within a process. */
  observe(clockMs: number): void;
  wake(message: ClockWake): void;
  /** When the earliest timer that keeps the process alive is due; null without one or on the real clock. */
  nextTimerMs(): number | null;
}

/**
 * @param anchor where the clock stands; speed 0 is the discrete-event clock.
 * @param onTimersChange called when a timer of the discrete-event clock was set or has fired: idleness is to be looked
 *   at anew.
 */
export function installProcessClock(anchor: ClockAnchor, onTimersChange: () => void): ProcessClock {
  const frozen = anchor.speed === 0;
  let clockMs = anchor.clockMs;
  const pending = new Set<ClockTimer>();

  const now = (): number =>
    frozen ? clockMs : Math.floor(anchor.clockMs + (RealDate.now() - anchor.realMs) * anchor.speed);

  const schedule = (timer: ClockTimer): void => {
    if (!frozen) {
      timer.arm(timer.delayMs / anchor.speed);
      return;
    }
    // The shortest delay is a way to yield, not to wait: it must not cost time on the clock.
    if (timer.delayMs <= SHORTEST_DELAY_MS && !timer.repeats) timer.arm(0);
    else {
      timer.dueMs = clockMs + timer.delayMs;
      pending.add(timer);
      onTimersChange();
    }
  };
  const cancel = (timer: unknown): void => {
    if (timer instanceof ClockTimer) {
      pending.delete(timer);
      timer.disarm();
    } else if (timer !== undefined && timer !== null) realClearTimeout(timer as NodeJS.Timeout);
  };
  const fireDue = (): void => {
    const due = [...pending].filter((timer) => timer.dueMs <= clockMs).sort((a, b) => a.dueMs - b.dueMs);
    for (const timer of due) {
      if (!pending.delete(timer)) continue;
      if (timer.repeats) schedule(timer);
      timer.run();
    }
    onTimersChange();
  };

  replaceDate(now);
  replacePerformance(now, anchor.clockMs);
  const start = replaceTimers(schedule, cancel);
  if (frozen) replaceSocketTimeouts(start, cancel);

  return {
    now,
    observe(seenMs) {
      if (frozen && seenMs > clockMs) clockMs = seenMs;
    },
    wake(message) {
      if (message.clockMs > clockMs) clockMs = message.clockMs;
      // On the next turn, so that answers which arrived with the message are seen first.
      setImmediate(fireDue);
    },
    nextTimerMs() {
      let earliest: number | null = null;
      for (const timer of pending) {
        if (timer.hasRef() && (earliest === null || timer.dueMs < earliest)) earliest = timer.dueMs;
      }
      return earliest;
    },
  };
}

function replaceDate(now: () => number): void {
  const ClockDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
  Object.defineProperty(RealDate.prototype, 'constructor', { value: ClockDate, writable: true, configurable: true });
  globalThis.Date = ClockDate;
}

// What paces calls measures by it, and must see the sleeps in between.
function replacePerformance(now: () => number, originMs: number): void {
  Object.defineProperty(performance, 'now', { value: () => now() - originMs, configurable: true });
  Object.defineProperty(performance, 'timeOrigin', { value: originMs, configurable: true });
}

type StartTimer = (callback: Callback, delayMs?: number) => ClockTimer;

function replaceTimers(schedule: (timer: ClockTimer) => void, cancel: (timer: unknown) => void): StartTimer {
  const start =
    (repeats: boolean) =>
    (callback: Callback, delayMs?: number, ...args: unknown[]) => {
      const timer = new ClockTimer(() => callback(...args), delayMs, repeats, schedule, cancel);
      schedule(timer);
      return timer;
    };
  const replaced = {
    setTimeout: start(false),
    setInterval: start(true),
    clearTimeout: cancel,
    clearInterval: cancel,
  };
  const sleep = (
    delayMs?: number,
    value?: unknown,
    options?: { readonly signal?: AbortSignal; readonly ref?: boolean },
  ) =>
    new Promise((resolve, reject) => {
      options?.signal?.throwIfAborted();
      const timer = replaced.setTimeout(() => resolve(value), delayMs);
      if (options?.ref === false) timer.unref();
      options?.signal?.addEventListener('abort', () => {
        cancel(timer);
        reject(options.signal?.reason);
      });
    });
  Object.assign(globalThis, replaced);
  Object.assign(timers, replaced);
  Object.assign(timersPromises, { setTimeout: sleep });
  syncBuiltinESMExports();
  return replaced.setTimeout;
}

// Inactivity is counted from the call: while a request waits on a clock that stands still, nothing else arrives.
function replaceSocketTimeouts(start: StartTimer, cancel: (timer: unknown) => void): void {
  const armed = new WeakMap<Socket, ClockTimer | undefined>();
  Socket.prototype.setTimeout = function setTimeout(this: Socket, delayMs: number, callback?: () => void) {
    if (armed.has(this)) cancel(armed.get(this));
    else this.once('close', () => cancel(armed.get(this)));
    armed.set(this, undefined);
    if (delayMs > 0) {
      armed.set(
        this,
        start(() => this.emit('timeout'), delayMs),
      );
      if (callback !== undefined) this.once('timeout', callback);
    } else if (callback !== undefined) this.removeListener('timeout', callback);
    return this;
  };
}
