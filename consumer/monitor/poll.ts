/** The loop of everything that is observed at an interval. */
import { systemClock } from '../clock.ts';
import type { Clock } from '../ports.ts';

export interface PollOptions {
  /** Ends the polling; its promise then resolves. */
  readonly abortSignal: AbortSignal;
  /** Default 5,000, as for 0 or less: a loop without a pause would keep a processor busy. */
  readonly everyMs?: number;
  readonly clock?: Clock;
}

const defaultEveryMs = 5_000;

/** Calls at once and then every `everyMs`, until aborted. Calls never overlap. `poll` must not reject. */
export async function pollEvery(
  poll: (abortSignal: AbortSignal) => void | Promise<void>,
  { abortSignal, everyMs = defaultEveryMs, clock = systemClock }: PollOptions,
): Promise<void> {
  const pauseMs = everyMs > 0 ? everyMs : defaultEveryMs;
  while (!abortSignal.aborted) {
    await poll(abortSignal);
    await clock.sleep(pauseMs, abortSignal);
  }
}
