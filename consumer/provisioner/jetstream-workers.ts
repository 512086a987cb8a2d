/**
 * Workers of this process that share one durable JetStream consumer.
 *
 * Traps that this file answers for: a consumer that is only named is forgotten after 5 s without a reader, so it is
 * durable; a fetch throws "heartbeats missed" when the server goes away, which would end the process if nobody caught
 * it; and messages of a worker that is cut off come back only after the acknowledgement wait, so that a worker ends
 * its batch before it stops.
 */
import {
  AckPolicy,
  type Consumer,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { nanos, nuid } from '@nats-io/transport-node';
import { systemClock } from '../clock.ts';
import { knownSample } from '../decision/sample.ts';
import type { Clock, Provisioner } from '../ports.ts';
import {
  arrivedMessages,
  type ConsumerReader,
  type JetStreamConsumer,
  pendingMessages,
} from '../signals/jetstream-pending.ts';
import type { WorkReading } from './worker-loop.ts';

export interface WorkQueue extends JetStreamConsumer {
  readonly subjects: readonly string[];
}

export interface WorkQueueSettings {
  /** After this, a message that was not acknowledged is delivered again. Default 30,000. */
  readonly ackWaitMs: number;
}

const defaultAckWaitMs = 30_000;

/**
 * Makes sure that the stream (interest retention, on disk) and its durable pull consumer (explicit acknowledgement)
 * are there. Existing ones are left as they are. The consumer must exist before the first message is published: an
 * interest stream keeps only what somebody is interested in.
 */
export async function prepareWorkQueue(
  manager: JetStreamManager,
  queue: WorkQueue,
  settings: Partial<WorkQueueSettings> = {},
): Promise<void> {
  const { stream, consumer, subjects } = queue;
  if (!(await exists(manager.streams.info(stream)))) {
    await manager.streams.add({
      name: stream,
      subjects: [...subjects],
      retention: RetentionPolicy.Interest,
      storage: StorageType.File,
    });
  }
  if (!(await exists(manager.consumers.info(stream, consumer)))) {
    const ackWait = nanos(settings.ackWaitMs ?? defaultAckWaitMs);
    await manager.consumers.add(stream, { durable_name: consumer, ack_policy: AckPolicy.Explicit, ack_wait: ackWait });
  }
}

/** Reads the work for `runWorkers`: one call of the server gives backlog and arrivals. */
export function jetStreamWork(
  { stream, consumer }: JetStreamConsumer,
  options: { readonly manager: ConsumerReader; readonly clock?: Clock },
): () => Promise<WorkReading> {
  const { manager, clock = systemClock } = options;
  return async () => {
    const info = await manager.consumers.info(stream, consumer);
    const backlog = knownSample(pendingMessages(info), clock.nowMs(), {
      unit: 'Count',
      dimensions: { Stream: stream, Consumer: consumer },
    });
    return { backlog, arrived: arrivedMessages(info) };
  };
}

export interface JetStreamWorkersOptions {
  readonly client: JetStreamClient;
  readonly queue: JetStreamConsumer;
  /** Does the work of one message. A rejection gives the message back, to be delivered again. */
  readonly handle: (message: JsMsg, workerId: string) => Promise<void>;
  /** Messages a worker takes at a time; it must finish them within the acknowledgement wait. Default 50. */
  readonly batchSize?: number;
  readonly onError?: (action: 'fetch' | 'handle', error: unknown, workerId: string) => void;
  readonly clock?: Clock;
}

export interface JetStreamWorker {
  /** Unique, for logs and metrics. */
  readonly id: string;
  /** Messages that this worker has handled and acknowledged so far. */
  readonly processedMessages: number;
  /** Resolves when the worker has finished what it holds. */
  readonly stop: () => Promise<void>;
}

/** The shortest that the server's protocol library takes; also the longest that stopping an idle worker takes. */
const fetchExpiresMs = 1_000;
const retryDelayMs = 250;
const defaultBatchSize = 50;

export function jetStreamWorkers(options: JetStreamWorkersOptions): Provisioner<JetStreamWorker> {
  return {
    start: async () => {
      const consumer = await options.client.consumers.get(options.queue.stream, options.queue.consumer);
      return new FetchingWorker(consumer, options);
    },
    stop: (worker) => worker.stop(),
  };
}

/** Fetches batch after batch. Whatever the server does, it tries again until it is told to stop. */
class FetchingWorker implements JetStreamWorker {
  readonly id = nuid.next();
  readonly #options: JetStreamWorkersOptions;
  readonly #stopping = new AbortController();
  readonly #finished: Promise<void>;
  #processedMessages = 0;

  constructor(consumer: Consumer, options: JetStreamWorkersOptions) {
    this.#options = options;
    this.#finished = this.#work(consumer);
  }

  get processedMessages(): number {
    return this.#processedMessages;
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#finished;
  }

  async #work(consumer: Consumer): Promise<void> {
    const { clock = systemClock, batchSize = defaultBatchSize, onError } = this.#options;
    while (!this.#stopping.signal.aborted) {
      try {
        const batch = await consumer.fetch({ max_messages: batchSize, expires: fetchExpiresMs });
        for await (const message of batch) await this.#workOn(message);
      } catch (error) {
        onError?.('fetch', error, this.id);
        await clock.sleep(retryDelayMs, this.#stopping.signal);
      }
    }
  }

  async #workOn(message: JsMsg): Promise<void> {
    try {
      await this.#options.handle(message, this.id);
    } catch (error) {
      this.#options.onError?.('handle', error, this.id);
      message.nak(retryDelayMs);
      return;
    }
    message.ack();
    this.#processedMessages += 1;
  }
}

/** Not found is an answer; anything else is a failure to ask. */
async function exists(lookup: Promise<unknown>): Promise<boolean> {
  try {
    await lookup;
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && notFoundCodes.includes(error.code)) return false;
    throw error;
  }
}

const notFoundCodes: readonly number[] = [JetStreamApiCodes.StreamNotFound, JetStreamApiCodes.ConsumerNotFound];
