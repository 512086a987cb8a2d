/** Topics and what is published to them: delivered at least once, unordered, to functions and queues. */
import { randomUUID } from 'node:crypto';
import { awsFacts } from '../../core/aws-facts.ts';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Scheduler } from '../../simulator/models/clock.ts';
import { arnOf, type LocalAccount } from '../account.ts';
import { type MessageAttributes, sizeOfAttributes } from '../sqs/message-attributes.ts';
import { readSubscription, type Subscription, subscriptionAttributes } from './subscription.ts';
import { deliveryOf, type Publication, type PublishedMessage } from './topic-message.ts';

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
  readonly deliverToQueue: (queueArn: string, body: string, attributes: MessageAttributes) => void;
}

interface Topic {
  readonly arn: string;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly subscriptions: Map<string, Subscription>;
}

const TOPIC_NAME = /^[A-Za-z0-9_-]{1,256}$/;
const LARGEST_MESSAGE_BYTES = 262_144;
/** Printable characters without a line break. */
const SUBJECT = new RegExp(`^[^\\p{Cc}]{1,${awsFacts.longestSnsSubject.value}}$`, 'u');

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

  /**
   * The same protocol and endpoint again is the same subscription.
   * @throws AwsServiceError InvalidParameter, NotFound, NotModelled.
   */
  subscribe(
    topicArn: string,
    protocol: string,
    endpoint: string,
    attributes: Readonly<Record<string, string>> = {},
  ): string {
    const { subscriptions } = this.#get(topicArn);
    const same = [...subscriptions.values()].find(
      (other) => other.protocol === protocol && other.endpoint === endpoint,
    );
    const arn = same?.arn ?? `${topicArn}:${randomUUID()}`;
    const subscription = readSubscription({ arn, topicArn }, protocol, endpoint, attributes);
    if (same !== undefined && Object.keys(attributes).length > 0 && !hasSameAttributes(same, subscription)) {
      const why = 'Invalid parameter: Attributes Reason: Subscription already exists with different attributes';
      throw new AwsServiceError('InvalidParameter', why);
    }
    if (same === undefined) subscriptions.set(arn, subscription);
    return arn;
  }

  /** @throws AwsServiceError NotFound. */
  subscription(arn: string): Subscription {
    for (const { subscriptions } of this.#topics.values()) {
      const found = subscriptions.get(arn);
      if (found !== undefined) return found;
    }
    throw new AwsServiceError('NotFound', 'Subscription does not exist');
  }

  /** @throws AwsServiceError NotFound, InvalidParameter. */
  setSubscriptionAttribute(arn: string, name: string, value: string): void {
    const { topicArn, protocol, endpoint, ...before } = this.subscription(arn);
    const attributes = { ...subscriptionAttributes({ topicArn, protocol, endpoint, ...before }), [name]: value };
    this.#get(topicArn).subscriptions.set(arn, readSubscription({ arn, topicArn }, protocol, endpoint, attributes));
  }

  unsubscribe(subscriptionArn: string): void {
    for (const topic of this.#topics.values()) topic.subscriptions.delete(subscriptionArn);
  }

  tags(topicArn: string): Map<string, string> {
    return this.#get(topicArn).tags;
  }

  /** @returns the message id. @throws AwsServiceError NotFound, InvalidParameter. */
  publish(topicArn: string, publication: Publication): string {
    const topic = this.#get(topicArn);
    checkPublication(publication);
    const atMs = this.#host.clock.nowMs();
    const signatureVersion = topic.attributes.get('SignatureVersion') ?? '1';
    const message = { ...publication, messageId: randomUUID(), topicArn, atMs, signatureVersion };
    this.published.push(message);
    for (const subscription of topic.subscriptions.values()) {
      for (const delayMs of this.behaviour.delaysMs) {
        this.#host.clock.schedule(atMs + delayMs, () => this.#deliver(subscription, message));
      }
    }
    return message.messageId;
  }

  #deliver(subscription: Subscription, message: PublishedMessage): void {
    const { topicArn, endpoint, protocol, deadLetterArn } = subscription;
    const { body, attributes } = deliveryOf(subscription, message);
    try {
      if (protocol === 'sqs') this.#host.deliverToQueue(endpoint, body, attributes);
      else this.#host.deliverToFunction(endpoint, body, topicArn);
    } catch (error) {
      if (!(error instanceof AwsServiceError)) throw error;
      if (deadLetterArn !== undefined) {
        const asQueued = deliveryOf({ ...subscription, protocol: 'sqs' }, message);
        this.#host.deliverToQueue(deadLetterArn, asQueued.body, asQueued.attributes);
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

function hasSameAttributes(one: Subscription, other: Subscription): boolean {
  return one.rawMessageDelivery === other.rawMessageDelivery && one.deadLetterArn === other.deadLetterArn;
}

function checkPublication({ message, subject, attributes = {} }: Publication): void {
  if (message === '') throw new AwsServiceError('InvalidParameter', 'Invalid parameter: Empty message');
  if (Buffer.byteLength(message) + sizeOfAttributes(attributes) > LARGEST_MESSAGE_BYTES) {
    throw new AwsServiceError('InvalidParameter', 'Invalid parameter: Message too long');
  }
  if (subject !== undefined && !SUBJECT.test(subject)) {
    throw new AwsServiceError('InvalidParameter', 'Invalid parameter: Subject');
  }
}
