/** Topics and what is published to them: delivered at least once, unordered, to functions and queues. */
import { randomUUID } from 'node:crypto';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Scheduler } from '../../simulator/models/clock.ts';
import { arnOf, type LocalAccount } from '../account.ts';

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: 'lambda' | 'sqs';
  /** The ARN of the function or queue. */
  readonly endpoint: string;
  /** Queue for what cannot be delivered. */
  readonly deadLetterArn?: string;
}

export interface Publication {
  readonly message: string;
  readonly subject?: string;
  readonly attributes?: Readonly<Record<string, { readonly Type: string; readonly Value: string }>>;
}

export interface PublishedMessage extends Publication {
  readonly messageId: string;
  readonly topicArn: string;
  readonly atMs: number;
}

/** How deliveries go wrong within what "at least once, unordered" allows; for tests. */
export interface DeliveryBehaviour {
  /** Clock time from the publication to each of its deliveries; one delivery per entry. Default `[0]`. */
  readonly delaysMs: readonly number[];
}

export interface TopicHost {
  readonly account: LocalAccount;
  readonly clock: Scheduler;
  /** @throws AwsServiceError if the function does not exist, or the topic may not invoke it. */
  readonly deliverToFunction: (functionArn: string, event: string, topicArn: string) => void;
  /** @throws AwsServiceError if the queue does not exist. */
  readonly deliverToQueue: (queueArn: string, body: string) => void;
}

interface Topic {
  readonly arn: string;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly subscriptions: Map<string, Subscription>;
}

const TOPIC_NAME = /^[A-Za-z0-9_-]{1,256}$/;

export class TopicService {
  /** Changed by tests; applies to what is published from then on. */
  behaviour: DeliveryBehaviour = { delaysMs: [0] };
  readonly published: PublishedMessage[] = [];
  /** Deliveries that SNS gave up, with the reason: what a topic's own dead-letter queue would hold. */
  readonly undelivered: { readonly subscription: Subscription; readonly messageId: string; readonly reason: string }[] =
    [];
  readonly #host: TopicHost;
  readonly #topics = new Map<string, Topic>();

  constructor(host: TopicHost) {
    this.#host = host;
  }

  /** Does nothing but return the ARN if the topic exists. @throws AwsServiceError InvalidParameter. */
  create(name: string, attributes: Readonly<Record<string, string>> = {}): string {
    if (!TOPIC_NAME.test(name)) throw new AwsServiceError('InvalidParameter', 'Invalid parameter: Topic Name');
    const arn = arnOf(this.#host.account, 'sns', name);
    if (!this.#topics.has(arn)) {
      this.#topics.set(arn, { arn, attributes: new Map(), tags: new Map(), subscriptions: new Map() });
    }
    for (const [key, value] of Object.entries(attributes)) this.#get(arn).attributes.set(key, value);
    return arn;
  }

  delete(topicArn: string): void {
    this.#topics.delete(topicArn);
  }

  list(): readonly string[] {
    return [...this.#topics.keys()];
  }

  setAttribute(topicArn: string, name: string, value: string): void {
    this.#get(topicArn).attributes.set(name, value);
  }

  attributes(topicArn: string): ReadonlyMap<string, string> {
    const { attributes, subscriptions } = this.#get(topicArn);
    return new Map([
      ['TopicArn', topicArn],
      ['Owner', this.#host.account.accountId],
      ['SubscriptionsConfirmed', String(subscriptions.size)],
      ['SubscriptionsPending', '0'],
      ['SubscriptionsDeleted', '0'],
      ...attributes,
    ]);
  }

  subscriptions(topicArn: string): readonly Subscription[] {
    return [...this.#get(topicArn).subscriptions.values()];
  }

  /** The same protocol and endpoint again is the same subscription. */
  subscribe(topicArn: string, protocol: string, endpoint: string, deadLetterArn?: string): string {
    if (protocol !== 'lambda' && protocol !== 'sqs') {
      const message = `Invalid parameter: Protocol ${protocol} is not delivered by local AWS (lambda and sqs are)`;
      throw new AwsServiceError('InvalidParameter', message);
    }
    const { subscriptions } = this.#get(topicArn);
    const same = [...subscriptions.values()].find(
      (other) => other.protocol === protocol && other.endpoint === endpoint,
    );
    const arn = same?.arn ?? `${topicArn}:${randomUUID()}`;
    const redrive = deadLetterArn === undefined ? {} : { deadLetterArn };
    subscriptions.set(arn, { arn, topicArn, protocol, endpoint, ...redrive });
    return arn;
  }

  unsubscribe(subscriptionArn: string): void {
    for (const topic of this.#topics.values()) topic.subscriptions.delete(subscriptionArn);
  }

  /** @returns the message id. @throws AwsServiceError NotFound. */
  publish(topicArn: string, publication: Publication): string {
    const topic = this.#get(topicArn);
    const atMs = this.#host.clock.nowMs();
    const message = { ...publication, messageId: randomUUID(), topicArn, atMs };
    this.published.push(message);
    for (const subscription of topic.subscriptions.values()) {
      for (const delayMs of this.behaviour.delaysMs) {
        this.#host.clock.schedule(atMs + delayMs, () => this.#deliver(subscription, message));
      }
    }
    return message.messageId;
  }

  #deliver(subscription: Subscription, message: PublishedMessage): void {
    const { topicArn, endpoint, protocol } = subscription;
    try {
      if (protocol === 'sqs') this.#host.deliverToQueue(endpoint, JSON.stringify(notification(message)));
      else this.#host.deliverToFunction(endpoint, lambdaEvent(subscription, message), topicArn);
    } catch (error) {
      if (!(error instanceof AwsServiceError)) throw error;
      if (subscription.deadLetterArn !== undefined) {
        this.#host.deliverToQueue(subscription.deadLetterArn, JSON.stringify(notification(message)));
      }
      this.undelivered.push({ subscription, messageId: message.messageId, reason: `${error.name}: ${error.message}` });
    }
  }

  #get(topicArn: string): Topic {
    const topic = this.#topics.get(topicArn);
    if (topic === undefined) throw new AwsServiceError('NotFound', 'Topic does not exist');
    return topic;
  }
}

function notification(message: PublishedMessage): Readonly<Record<string, unknown>> {
  return {
    Type: 'Notification',
    MessageId: message.messageId,
    TopicArn: message.topicArn,
    Subject: message.subject ?? null,
    Message: message.message,
    Timestamp: new Date(message.atMs).toISOString(),
    SignatureVersion: '1',
    Signature: 'LOCAL',
    SigningCertUrl: 'LOCAL',
    UnsubscribeUrl: 'LOCAL',
    MessageAttributes: message.attributes ?? {},
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
function lambdaEvent(subscription: Subscription, message: PublishedMessage): string {
  const record = {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: subscription.arn,
    Sns: notification(message),
  };
  return JSON.stringify({ Records: [record] });
}
