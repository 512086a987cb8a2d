/** What a topic sends: one publication, in the envelope of each kind of subscription. */
import type { MessageAttributes } from '../sqs/message-attributes.ts';
import type { Subscription } from './subscription.ts';

export interface Publication {
  readonly message: string;
  readonly subject?: string;
  readonly attributes?: MessageAttributes;
  /** Texts by protocol, in place of `message` (MessageStructure json). */
  readonly byProtocol?: Readonly<Record<string, string>>;
}

export interface PublishedMessage extends Publication {
  readonly messageId: string;
  readonly topicArn: string;
  readonly atMs: number;
  /** `1`, or what the topic's attribute says. */
  readonly signatureVersion: string;
}

/** What one subscriber gets. */
export interface Delivery {
  readonly body: string;
  /** Of a queue's message, under raw delivery. */
  readonly attributes: MessageAttributes;
}

export function deliveryOf(subscription: Subscription, published: PublishedMessage): Delivery {
  const message = published.byProtocol?.[subscription.protocol] ?? published.message;
  if (subscription.protocol === 'lambda') {
    return { body: JSON.stringify(lambdaEvent(subscription, { ...published, message })), attributes: {} };
  }
  if (subscription.rawMessageDelivery) return { body: message, attributes: published.attributes ?? {} };
  return { body: JSON.stringify(queueEnvelope(subscription, { ...published, message })), attributes: {} };
}

/** SNS developer guide, "Parsing Amazon SNS message formats", HTTP/HTTPS notification JSON format; a queue gets the same. */
function queueEnvelope(subscription: Subscription, published: PublishedMessage): object {
  const attributes = describeAttributes(published);
  return {
    Type: 'Notification',
    MessageId: published.messageId,
    TopicArn: published.topicArn,
    ...(published.subject === undefined ? {} : { Subject: published.subject }),
    Message: published.message,
    Timestamp: new Date(published.atMs).toISOString(),
    SignatureVersion: published.signatureVersion,
    Signature: 'LOCAL',
    SigningCertURL: 'LOCAL',
    UnsubscribeURL: `LOCAL?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
    ...(Object.keys(attributes).length === 0 ? {} : { MessageAttributes: attributes }),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html; other names, and a subject that may be null. */
function lambdaEvent(subscription: Subscription, published: PublishedMessage): object {
  const record = {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: subscription.arn,
    Sns: {
      Type: 'Notification',
      MessageId: published.messageId,
      TopicArn: published.topicArn,
      Subject: published.subject ?? null,
      Message: published.message,
      Timestamp: new Date(published.atMs).toISOString(),
      SignatureVersion: published.signatureVersion,
      Signature: 'LOCAL',
      SigningCertUrl: 'LOCAL',
      UnsubscribeUrl: 'LOCAL',
      MessageAttributes: describeAttributes(published),
    },
  };
  return { Records: [record] };
}

function describeAttributes({ attributes = {} }: PublishedMessage): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { dataType, value }]) => [name, { Type: dataType, Value: value }]),
  );
}
