/** The work that a JetStream consumer has before it. */
import type { ConsumerInfo, JetStreamManager } from '@nats-io/jetstream';
import { knownSample, type Signal } from '../decision/sample.ts';
import { namedSignal } from './named-signal.ts';

export interface ConsumerReader {
  readonly consumers: Pick<JetStreamManager['consumers'], 'info'>;
}

export interface JetStreamConsumer {
  readonly stream: string;
  readonly consumer: string;
}

/**
 * Messages not yet delivered plus messages delivered and not yet acknowledged, Count. Rejects when the stream or the
 * consumer does not exist: both read as 0 otherwise, and 0 is what scales workers away.
 */
export function jetStreamPending(
  { stream, consumer }: JetStreamConsumer,
  options: { readonly manager: ConsumerReader; readonly nowMs: () => number },
): Signal {
  const details = { unit: 'Count', dimensions: { Stream: stream, Consumer: consumer } } as const;
  return namedSignal(`backlog of consumer ${consumer} of JetStream stream ${stream}`, async () => {
    const info = await options.manager.consumers.info(stream, consumer);
    const queue = { visible: info.num_pending, notVisible: info.num_ack_pending };
    return knownSample(pendingMessages(info), options.nowMs(), { ...details, queue });
  });
}

export function pendingMessages(info: ConsumerInfo): number {
  return info.num_pending + info.num_ack_pending;
}

/**
 * Messages that have ever come to this consumer. A delivery moves one from pending to delivered and leaves the sum as
 * it is, an arrival adds one; so does a redelivery, which is work too.
 */
export function arrivedMessages(info: ConsumerInfo): number {
  return info.num_pending + info.delivered.consumer_seq;
}
