/**
 * Tells of what a signal is, in the words of who asked for it: a backend's own message seldom names the stream or
 * queue.
 */
import type { Signal } from '../decision/sample.ts';
import { messageOf } from '../timeout.ts';

/** A source could not be asked. The cause is the backend's own failure. */
export class SignalError extends Error {
  override readonly name = 'SignalError';
}

/** The same signal; its failures and its unknown samples begin with `what`, for example `depth of queue invoices`. */
export function namedSignal(what: string, signal: Signal): Signal {
  return async (abortSignal) => {
    try {
      const sample = await signal(abortSignal);
      return sample.quality === 'unknown' ? { ...sample, because: `${what}: ${sample.because}` } : sample;
    } catch (error) {
      throw new SignalError(`${what}: ${messageOf(error)}`, { cause: error });
    }
  };
}
