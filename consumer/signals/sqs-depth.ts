/** The depth of an SQS queue. */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { knownSample, type Signal, unknownSample } from '../decision/sample.ts';

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
  return async (abortSignal) => {
    const { Attributes: attributes } = await options.client.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
      { abortSignal },
    );
    const visible = toCount(attributes?.ApproximateNumberOfMessages);
    const inFlight = toCount(attributes?.ApproximateNumberOfMessagesNotVisible);
    if (visible === undefined || inFlight === undefined) {
      return unknownSample(`SQS gave no count for ${queueUrl}`, options.nowMs(), details);
    }
    return knownSample(visible + inFlight, options.nowMs(), details);
  };
}

/** Absent or malformed is unknown; `Number('')` would be 0. */
function toCount(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
