/**
 * Lambda's queue for asynchronous invocations
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html): a function error is retried after
 * 1 and then 2 minutes; a throttled event goes back for up to 6 hours, backing off from 1 second to 5 minutes; what
 * fails for good goes to the failure destination and the dead-letter queue.
 */
import { randomUUID } from 'node:crypto';
import { minuteMs } from '../../core/time.ts';
import type { ScheduledEvent, Scheduler } from '../../simulator/models/clock.ts';
import type { PoolResult } from './function-pool.ts';

export interface AsynchronousPolicy {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
}

export const DEFAULT_ASYNCHRONOUS_POLICY: AsynchronousPolicy = {
  maximumRetryAttempts: 2,
  maximumEventAgeSeconds: 21_600,
};

export interface SucceededEvent {
  readonly requestId: string;
  readonly payload: string;
  readonly attempts: number;
  readonly response: string;
}

export interface FailedEvent {
  readonly requestId: string;
  readonly payload: string;
  readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
  readonly attempts: number;
  /** The last answer of the function; absent if it never ran. */
  readonly response?: string;
}

export interface QueueHost {
  readonly clock: Scheduler;
  /** The function's own policy, read at each turn: it may change while an event waits. */
  readonly policy: (functionName: string) => AsynchronousPolicy | undefined;
  readonly invoke: (functionName: string, payload: string, requestId: string) => Promise<PoolResult>;
  readonly onFailed: (functionName: string, event: FailedEvent) => void;
  readonly onSucceeded: (functionName: string, event: SucceededEvent) => void;
}

interface QueuedEvent {
  readonly functionName: string;
  readonly payload: string;
  readonly requestId: string;
  readonly queuedAtMs: number;
  attempts: number;
  throttles: number;
}

const RETRY_DELAYS_MS = [minuteMs, 2 * minuteMs];
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 300_000;

export class AsynchronousQueue {
  readonly #host: QueueHost;
  readonly #waiting = new Map<QueuedEvent, ScheduledEvent>();
  #running = 0;

  constructor(host: QueueHost) {
    this.#host = host;
  }

  /** Events that have not come to an end yet. */
  get size(): number {
    return this.#waiting.size + this.#running;
  }

  /** @returns the request id under which the event is handled, retries included. */
  add(functionName: string, payload: string): string {
    const requestId = randomUUID();
    const queuedAtMs = this.#host.clock.nowMs();
    this.#runAt(queuedAtMs, { functionName, payload, requestId, queuedAtMs, attempts: 0, throttles: 0 });
    return requestId;
  }

  stop(): void {
    for (const scheduled of this.#waiting.values()) this.#host.clock.cancel(scheduled);
    this.#waiting.clear();
  }

  #runAt(atMs: number, event: QueuedEvent): void {
    const scheduled = this.#host.clock.schedule(atMs, () => {
      this.#waiting.delete(event);
      this.#running += 1;
      void this.#attempt(event).finally(() => {
        this.#running -= 1;
      });
    });
    this.#waiting.set(event, scheduled);
  }

  async #attempt(event: QueuedEvent): Promise<void> {
    const policy = this.#host.policy(event.functionName);
    if (policy === undefined) return;
    if (this.#host.clock.nowMs() - event.queuedAtMs > policy.maximumEventAgeSeconds * 1000) {
      this.#fail(event, 'EventAgeExceeded');
      return;
    }
    const result = await this.#host.invoke(event.functionName, event.payload, event.requestId);
    switch (result.kind) {
      case 'success': {
        const { functionName, requestId, payload } = event;
        this.#host.onSucceeded(functionName, {
          requestId,
          payload,
          attempts: event.attempts + 1,
          response: result.payload,
        });
        return;
      }
      case 'throttled':
        event.throttles += 1;
        this.#runAt(this.#host.clock.nowMs() + backoffMs(event), event);
        return;
      case 'function-error': {
        event.attempts += 1;
        const delayMs = RETRY_DELAYS_MS[event.attempts - 1] ?? 0;
        if (event.attempts > policy.maximumRetryAttempts) this.#fail(event, 'RetriesExhausted', result.payload);
        else this.#runAt(this.#host.clock.nowMs() + delayMs, event);
        return;
      }
    }
  }

  #fail(event: QueuedEvent, condition: FailedEvent['condition'], response?: string): void {
    const { requestId, payload, attempts } = event;
    this.#host.onFailed(event.functionName, {
      requestId,
      payload,
      condition,
      attempts,
      ...(response === undefined ? {} : { response }),
    });
  }
}

/** Exponential, spread over its upper half by the event's own id: events that were refused together come back apart. */
function backoffMs(event: QueuedEvent): number {
  const fullMs = Math.min(FIRST_BACKOFF_MS * 2 ** (event.throttles - 1), LONGEST_BACKOFF_MS);
  const spread = Number.parseInt(event.requestId.slice(0, 8), 16) / 2 ** 32;
  return Math.round(fullMs * (0.5 + spread / 2));
}
