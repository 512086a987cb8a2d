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
import { nanos } from '@nats-io/transport-node';
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

/** One look at the queue, for `runWorkers`: a single call of the server gives backlog and arrivals. */
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
  readonly handle: (message: JsMsg) => Promise<void>;
  /** Messages a worker takes at a time; it must finish them within the acknowledgement wait. Default 50. */
  readonly batchSize?: number;
  readonly onError?: (action: 'fetch' | 'handle', error: unknown) => void;
  readonly clock?: Clock;
}

export interface JetStreamWorker {
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
      const stopping = new AbortController();
      const finished = work(consumer, options, stopping.signal);
      return {
        stop: () => {
          stopping.abort();
          return finished;
        },
      };
    },
    stop: (worker) => worker.stop(),
  };
}

/** Never rejects: whatever the server does, the worker tries again until it is told to stop. */
async function work(consumer: Consumer, options: JetStreamWorkersOptions, stopping: AbortSignal): Promise<void> {
  const { clock = systemClock, batchSize = defaultBatchSize } = options;
  while (!stopping.aborted) {
    try {
      const batch = await consumer.fetch({ max_messages: batchSize, expires: fetchExpiresMs });
      for await (const message of batch) await workOn(message, options);
    } catch (error) {
      options.onError?.('fetch', error);
      await clock.sleep(retryDelayMs, stopping);
    }
  }
}

async function workOn(message: JsMsg, options: JetStreamWorkersOptions): Promise<void> {
  try {
    await options.handle(message);
  } catch (error) {
    options.onError?.('handle', error);
    message.nak(retryDelayMs);
    return;
  }
  message.ack();
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
