/** Limits a call that can hang to its own time-out. */
import type { Clock } from './ports.ts';

export type CallResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

export interface CallLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly abortSignal: AbortSignal;
}

/** The failure of a call that ran out of time. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Calls and waits for the answer, the time-out or the abort, whichever comes first. The call's own signal aborts with
 * the latter two; a call that ignores it is left behind, and its late answer or failure is dropped.
 */
export async function callWithTimeout<T>(
  what: string,
  call: (abortSignal: AbortSignal) => Promise<T>,
  { clock, timeoutMs, abortSignal }: CallLimits,
): Promise<CallResult<T>> {
  const ended = new AbortController();
  const onAbort = (): void => ended.abort();
  abortSignal.addEventListener('abort', onAbort, { once: true });
  if (abortSignal.aborted) ended.abort();

  const answer = settle(call, ended.signal);
  const timeout = clock.sleep(timeoutMs, ended.signal).then(() => timedOut<T>(what, timeoutMs, abortSignal));
  const result = await Promise.race([answer, timeout]);
  abortSignal.removeEventListener('abort', onAbort);
  // Ends the timer after an answer, and the call after a time-out.
  ended.abort();
  return result;
}

async function settle<T>(call: (abortSignal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<CallResult<T>> {
  try {
    return { ok: true, value: await call(signal) };
  } catch (error) {
    return { ok: false, error };
  }
}

function timedOut<T>(what: string, timeoutMs: number, abortSignal: AbortSignal): CallResult<T> {
  const message = abortSignal.aborted ? `the ${what} was aborted` : `the ${what} did not answer within ${timeoutMs} ms`;
  return { ok: false, error: new TimeoutError(message) };
}

/** The text of a failure, whatever was thrown, with that of its cause: the reason is often there (`fetch failed`). */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message || error.name;
  if (error.cause === undefined) return text;
  const cause = messageOf(error.cause);
  return text.includes(cause) ? text : `${text}: ${cause}`;
}
