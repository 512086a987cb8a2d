/** A subscription to a topic and the attributes that it may have. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { notModelled } from '../../simulator/models/not-modelled.ts';

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: 'lambda' | 'sqs';
  /** The ARN of the function or queue. */
  readonly endpoint: string;
  /** A queue's message is the published text, without the envelope. */
  readonly rawMessageDelivery: boolean;
  /** Queue for what cannot be delivered. */
  readonly deadLetterArn?: string;
}

/** @throws AwsServiceError InvalidParameter, NotModelled. */
export function readSubscription(
  place: Pick<Subscription, 'arn' | 'topicArn'>,
  protocol: string,
  endpoint: string,
  attributes: Readonly<Record<string, string>>,
): Subscription {
  if (protocol !== 'lambda' && protocol !== 'sqs') {
    throw notModelled(`Protocol "${protocol}"`, 'subscribe a queue (sqs) or a function (lambda) instead');
  }
  if (!endpoint.startsWith(`arn:aws:${protocol}:`)) throw invalid(`${protocol} endpoint ARN`);
  const { RawMessageDelivery = 'false', RedrivePolicy = '' } = attributes;
  if (RawMessageDelivery !== 'true' && RawMessageDelivery !== 'false') {
    throw invalid(
      `Attributes Reason: RawMessageDelivery: Invalid value [${RawMessageDelivery}]. Must be true or false.`,
    );
  }
  if (RawMessageDelivery === 'true' && protocol === 'lambda') {
    throw invalid(
      'Attributes Reason: RawMessageDelivery: Delivery protocol [lambda] does not support raw message delivery.',
    );
  }
  const deadLetterArn = deadLetterArnOf(RedrivePolicy);
  return {
    ...place,
    protocol,
    endpoint,
    rawMessageDelivery: RawMessageDelivery === 'true',
    ...(deadLetterArn === undefined ? {} : { deadLetterArn }),
  };
}

export function subscriptionAttributes({ rawMessageDelivery, deadLetterArn }: Subscription): Record<string, string> {
  return {
    RawMessageDelivery: String(rawMessageDelivery),
    ...(deadLetterArn === undefined ? {} : { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetterArn }) }),
  };
}

function deadLetterArnOf(redrivePolicy: string): string | undefined {
  if (redrivePolicy === '') return undefined;
  try {
    const { deadLetterTargetArn } = JSON.parse(redrivePolicy);
    if (typeof deadLetterTargetArn === 'string' && deadLetterTargetArn.startsWith('arn:aws:sqs:'))
      return deadLetterTargetArn;
  } catch {
    // Said below, for both cases alike.
  }
  throw invalid('RedrivePolicy: deadLetterTargetArn is not the ARN of a queue');
}

function invalid(what: string): AwsServiceError {
  return new AwsServiceError('InvalidParameter', `Invalid parameter: ${what}`);
}
