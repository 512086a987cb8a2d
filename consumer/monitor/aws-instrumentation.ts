/**
 * Counts the calls of AWS SDK clients: for the request observer, the conflict counters, and the decision that made
 * them.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { SignalError } from '../signals/named-signal.ts';
import type { CounterReading } from './counter-poller.ts';
import type { RequestObserver, RequestOutcome } from './request-observer.ts';

/** A command of the SDK. Its class is named after the operation. */
interface Command {
  readonly input: object;
}
type Answer = object;

export interface CallTally {
  calls: number;
  retries: number;
}

export class AwsInstrumentation {
  readonly #observer: RequestObserver;
  readonly #tally = new AsyncLocalStorage<CallTally>();
  readonly #conflicts = new Map<string, Conflict>();

  constructor(observer: RequestObserver) {
    this.#observer = observer;
  }

  /** The same client, with every `send` observed. */
  instrument<Client extends object>(client: Client): Client {
    if ('middlewareStack' in client) this.#measureBytes(client.middlewareStack as MiddlewareStack);
    return new Proxy(client, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property);
        if (typeof member !== 'function') return member;
        if (property !== 'send') return member.bind(target);
        return (command: Command, ...rest: readonly unknown[]) =>
          this.#observe(command, () => member.call(target, command, ...rest));
      },
    });
  }

  /** Runs a function and counts the calls that were made for it, however deep. */
  async tally<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly tally: Readonly<CallTally> }> {
    const tally: CallTally = { calls: 0, retries: 0 };
    return { result: await this.#tally.run(tally, work), tally };
  }

  /** Conflicts and throttles so far, by kind, call and stream. */
  *conflicts(): Iterable<CounterReading<'kind' | 'call' | 'stream'>> {
    for (const { labels, count } of this.#conflicts.values()) yield { labels, count };
  }

  /** Next to the wire, so that every attempt counts. A response without a length is not counted. */
  #measureBytes(stack: MiddlewareStack): void {
    stack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          const handle = this.#observer.operation(operationOf(commandName));
          handle.requestBytes.add(bytesOf(fieldOf(args.request, 'body')));
          const result = await next(args);
          const length = Number(fieldOf(fieldOf(result.response, 'headers'), 'content-length'));
          if (Number.isFinite(length)) handle.responseBytes.add(length);
          return result;
        },
      { step: 'deserialize', priority: 'low', name: 'measureBytes', override: true },
    );
  }

  async #observe(command: Command, call: () => Promise<Answer>): Promise<Answer> {
    const operation = operationOf(command.constructor.name);
    const end = this.#observer.operation(operation).start();
    try {
      const answer = await call();
      this.#count(attemptsOf(answer));
      end('success');
      return answer;
    } catch (error) {
      this.#count(attemptsOf(error));
      end(awsOutcome(error), errorCode(error));
      this.#noteConflict(operation, command.input, error);
      throw error;
    }
  }

  #count(attempts: number): void {
    const tally = this.#tally.getStore();
    if (tally === undefined) return;
    tally.calls += 1;
    tally.retries += attempts - 1;
  }

  #noteConflict(call: string, input: object, error: unknown): void {
    const kind = conflictKind(error);
    if (kind === undefined) return;
    const stream = 'StreamName' in input && typeof input.StreamName === 'string' ? input.StreamName : 'none';
    const key = JSON.stringify([kind, call, stream]);
    const known = this.#conflicts.get(key) ?? { labels: { kind, call, stream }, count: 0 };
    known.count += 1;
    this.#conflicts.set(key, known);
  }
}

/** What this file needs of the SDK's middleware. */
interface MiddlewareStack {
  add(
    middleware: (next: WireHandler, context: { readonly commandName?: string }) => WireHandler,
    options: { step: 'deserialize'; priority: 'low'; name: string; override: boolean },
  ): void;
}
type WireHandler = (args: { readonly request: unknown }) => Promise<{ readonly response: unknown }>;

interface Conflict {
  readonly labels: { readonly kind: string; readonly call: string; readonly stream: string };
  count: number;
}

/** The outcome of a failed AWS call. Throttling is an outcome of its own: it needs patience, not a fix. */
export function awsOutcome(error: unknown): RequestOutcome {
  if (isThrottling(error)) return 'throttled';
  return fieldOf(error, '$fault') === 'client' ? 'user_error' : 'system_error';
}

const conflictKinds: Readonly<Record<string, string>> = {
  ResourceInUseException: 'resource_in_use',
  ConditionalCheckFailedException: 'condition_failed',
  TransactionConflictException: 'transaction_conflict',
  LimitExceededException: 'limit_exceeded',
};

function conflictKind(error: unknown): string | undefined {
  const name = fieldOf(error, 'name');
  if (typeof name === 'string' && Object.hasOwn(conflictKinds, name)) return conflictKinds[name];
  return isThrottling(error) ? 'throttled' : undefined;
}

function isThrottling(error: unknown): boolean {
  const name = fieldOf(error, 'name');
  const status = fieldOf(fieldOf(error, '$metadata'), 'httpStatusCode');
  return (
    status === 429 ||
    (typeof name === 'string' &&
      /Throttl|TooManyRequests|ProvisionedThroughputExceeded|RequestLimitExceeded|SlowDown/.test(name))
  );
}

/** `GetMetricDataCommand` is the command of `GetMetricData`. */
function operationOf(commandName: string): string {
  return commandName.replace(/Command$/, '');
}

/** The service's name for an error; for a failure of the network Node's, which says more than `Error`. */
export function errorCode(error: unknown): string | undefined {
  if (error instanceof SignalError) return errorCode(error.cause);
  for (const field of ['code', 'name']) {
    const code = fieldOf(error, field);
    if (typeof code === 'string' && code !== '') return code;
  }
  return undefined;
}

function bytesOf(body: unknown): number {
  return typeof body === 'string' || body instanceof Uint8Array ? Buffer.byteLength(body) : 0;
}

function attemptsOf(answer: unknown): number {
  const attempts = fieldOf(fieldOf(answer, '$metadata'), 'attempts');
  return typeof attempts === 'number' ? Math.max(1, attempts) : 1;
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
}
