/** The depth of an SQS queue. */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { knownSample, type Signal, unknownSample } from '../decision/sample.ts';
import { namedSignal } from './named-signal.ts';

export type QueueReader = Pick<SQSClient, 'send'>;

/**
 * Messages that wait plus messages in flight, Count. Those in flight count because a worker that holds one is needed
 * until it is done. Delayed messages do not: nobody can work on them yet.
 *
 * Source: `ApproximateNumberOfMessages` and `ApproximateNumberOfMessagesNotVisible` (SQS API reference).
 */
export function sqsDepth(
  queueUrl: string,
  options: { readonly client: QueueReader; readonly nowMs: () => number },
): Signal {
  const details = { unit: 'Count', dimensions: { QueueName: queueUrl.split('/').at(-1) ?? queueUrl } } as const;
  return namedSignal(`depth of queue ${queueUrl}`, async (abortSignal) => {
    const { Attributes: attributes } = await options.client.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      }),
      { abortSignal },
    );
    const visible = toCount(attributes?.ApproximateNumberOfMessages);
    const notVisible = toCount(attributes?.ApproximateNumberOfMessagesNotVisible);
    const delayed = toCount(attributes?.ApproximateNumberOfMessagesDelayed);
    if (visible === undefined || notVisible === undefined) {
      return unknownSample('SQS gave no count', options.nowMs(), details);
    }
    const queue = { visible, notVisible, ...(delayed === undefined ? {} : { delayed }) };
    return knownSample(visible + notVisible, options.nowMs(), { ...details, queue });
  });
}

/** Absent or malformed is unknown; `Number('')` would be 0. */
function toCount(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
