/** Local Lambda: the functions, the processes that run them, and the queue of asynchronous invocations. */
import { randomUUID } from 'node:crypto';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { CallingProcess } from '../server.ts';
import type { MessageAttributes } from '../sqs/message-attributes.ts';
import { AsynchronousQueue, DEFAULT_ASYNCHRONOUS_POLICY, type FailedEvent } from './asynchronous-queue.ts';
import { type AsynchronousResult, errorMessageOf, resultRecord } from './destination-record.ts';
import { EventSourceMappings } from './event-source-mappings.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';
import { CodeStore } from './function-code.ts';
import { canRun, type FunctionDefinition } from './function-definition.ts';
import { FunctionPool, type PoolHost, type PoolResult } from './function-pool.ts';
import { FunctionStore } from './function-store.ts';

export interface LambdaHost extends PoolHost {
  /** The account's concurrent executions; default 1,000. */
  readonly accountConcurrency?: number;
  /** A datapoint of AWS/Lambda: Invocations, Errors, Throttles, DeadLetterErrors. */
  readonly onMetric: (functionName: string, metricName: string) => void;
  /** Hands an event to a queue, a topic or a function. @throws AwsServiceError if it cannot be delivered. */
  readonly deliver: (destinationArn: string, body: string, attributes: MessageAttributes) => void;
  /** Whether there is such a stream, or such a consumer of one. */
  readonly hasEventSource: (arn: string) => boolean;
  readonly onInvoked?: (invocation: FinishedInvocation) => void;
}

export interface FinishedInvocation {
  readonly functionName: string;
  readonly requestId: string;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly result: PoolResult;
}

export class LambdaService {
  readonly code = new CodeStore();
  readonly eventSources = new EventSourceMappings();
  readonly functions: FunctionStore;
  readonly queue: AsynchronousQueue;
  readonly #host: LambdaHost;
  readonly #pools = new Map<string, FunctionPool>();
  readonly #retired = new Set<FunctionPool>();

  constructor(host: LambdaHost) {
    this.#host = host;
    this.functions = new FunctionStore(host.accountConcurrency);
    this.queue = new AsynchronousQueue({
      clock: host.time.clock,
      policy: (name) => {
        const definition = this.functions.find(name);
        return definition === undefined ? undefined : (definition.eventInvokeConfig ?? DEFAULT_ASYNCHRONOUS_POLICY);
      },
      invoke: (name, payload, requestId) => this.invoke(name, payload, requestId),
      onFailed: (name, event) => this.#onFailed(name, event),
      onSucceeded: (name, event) => this.#deliverResult(name, 'onSuccessArn', { ...event, condition: 'Success' }),
    });
  }

  /**
   * Runs the function and waits for its result; a throttled invocation is a result too.
   * @throws AwsServiceError ResourceNotFoundException.
   */
  async invoke(
    nameOrArn: string,
    payload: string,
    requestId: string = randomUUID(),
    clientContext?: string,
  ): Promise<PoolResult> {
    const definition = this.functions.get(nameOrArn);
    const startedMs = this.#host.time.clock.nowMs();
    const limit = this.#limit(definition);
    const result = canRun(definition)
      ? await this.#pool(definition).invoke({ payload, requestId, clientContext, limit })
      : cannotRun(definition, requestId);
    if (result.kind === 'throttled') this.#host.onMetric(definition.name, 'Throttles');
    else this.#host.onMetric(definition.name, 'Invocations');
    if (result.kind === 'function-error') this.#host.onMetric(definition.name, 'Errors');
    const endedMs = this.#host.time.clock.nowMs();
    this.#host.onInvoked?.({ functionName: definition.name, requestId, startedMs, endedMs, result });
    return result;
  }

  /** @returns the request id. @throws AwsServiceError ResourceNotFoundException. */
  invokeAsynchronously(nameOrArn: string, payload: string): string {
    return this.queue.add(this.functions.get(nameOrArn).name, payload);
  }

  /** Stores a new definition; later invocations run it, in new processes. */
  redefine(definition: FunctionDefinition): FunctionDefinition {
    this.#retire(definition.name);
    return this.functions.set(definition);
  }

  delete(nameOrArn: string): void {
    const { name } = this.functions.get(nameOrArn);
    this.functions.delete(name);
    this.#retire(name);
  }

  /** The process whose SDK clients sign with this access key. */
  findProcess(accessKeyId: string): CallingProcess | undefined {
    if (accessKeyId === '') return undefined;
    for (const [functionName, pool] of this.#allPools()) {
      const environment = pool.find(accessKeyId);
      if (environment !== undefined) {
        return {
          caller: { kind: 'function', functionName, environmentId: accessKeyId },
          activity: environment.activity,
        };
      }
    }
    return undefined;
  }

  findEnvironment(environmentId: string): ExecutionEnvironment | undefined {
    for (const [, pool] of this.#allPools()) {
      const environment = pool.find(environmentId);
      if (environment !== undefined) return environment;
    }
    return undefined;
  }

  async stop(): Promise<void> {
    this.queue.stop();
    await Promise.all([...this.#allPools()].map(([, pool]) => pool.stop()));
    await this.code.close();
  }

  #pool(definition: FunctionDefinition): FunctionPool {
    const pool =
      this.#pools.get(definition.name) ?? new FunctionPool(this.#host, definition, () => this.code.preload());
    this.#pools.set(definition.name, pool);
    return pool;
  }

  #limit(definition: FunctionDefinition): number {
    if (definition.reservedConcurrency !== undefined) return definition.reservedConcurrency;
    const others = [...this.#pools].filter(
      ([name]) => name !== definition.name && this.functions.find(name)?.reservedConcurrency === undefined,
    );
    return this.functions.unreservedConcurrency - others.reduce((sum, [, pool]) => sum + pool.running, 0);
  }

  #retire(name: string): void {
    const pool = this.#pools.get(name);
    if (pool === undefined) return;
    this.#pools.delete(name);
    pool.retire();
    // Invocations under way still call AWS, and must be known when they do.
    this.#retired.add(pool);
  }

  *#allPools(): Iterable<readonly [string, FunctionPool]> {
    yield* this.#pools;
    for (const pool of this.#retired) yield [pool.functionName, pool];
  }

  #onFailed(name: string, event: FailedEvent): void {
    const { deadLetterArn } = this.functions.get(name);
    if (deadLetterArn !== undefined) {
      this.#deliver(name, deadLetterArn, event.payload, {
        RequestID: { dataType: 'String', value: event.requestId },
        ErrorCode: { dataType: 'Number', value: '200' },
        ErrorMessage: { dataType: 'String', value: errorMessageOf(event.response).slice(0, 1024) },
      });
    }
    this.#deliverResult(name, 'onFailureArn', event);
  }

  #deliverResult(name: string, destination: 'onSuccessArn' | 'onFailureArn', event: AsynchronousResult): void {
    // Deleted meanwhile: then there is nobody's destination.
    const definition = this.functions.find(name);
    const arn = definition?.eventInvokeConfig?.[destination];
    if (definition === undefined || arn === undefined) return;
    this.#deliver(name, arn, resultRecord(definition, event, this.#host.time.clock.nowMs()), {});
  }

  #deliver(name: string, arn: string, body: string, attributes: MessageAttributes): void {
    try {
      this.#host.deliver(arn, body, attributes);
    } catch (error) {
      if (!(error instanceof AwsServiceError)) throw error;
      this.#host.onMetric(name, 'DeadLetterErrors');
    }
  }
}

function cannotRun({ runtime }: FunctionDefinition, requestId: string): PoolResult {
  const errorMessage = `Local AWS runs functions of Node.js only, not of ${runtime}.`;
  const payload = JSON.stringify({ errorType: 'Runtime.NotModelled', errorMessage });
  return { kind: 'function-error', payload, requestId, logTail: '' };
}
