/** Standard queues, as far as a dead-letter queue needs them. */
import { createHash, randomUUID } from 'node:crypto';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Clock } from '../../simulator/models/clock.ts';
import { arnOf, type LocalAccount } from '../account.ts';

export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly sentMs: number;
  receiveCount: number;
  visibleAtMs: number;
  receiptHandle: string;
}

interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly attributes: Map<string, string>;
  readonly messages: QueueMessage[];
}

const DEFAULT_VISIBILITY_SECONDS = 30;

export class QueueService {
  readonly #account: LocalAccount;
  readonly #clock: Clock;
  readonly #endpoint: () => string;
  readonly #queues = new Map<string, Queue>();

  constructor(account: LocalAccount, clock: Clock, endpoint: () => string) {
    this.#account = account;
    this.#clock = clock;
    this.#endpoint = endpoint;
  }

  create(name: string, attributes: Readonly<Record<string, string>> = {}): string {
    const arn = arnOf(this.#account, 'sqs', name);
    const queue = this.#queues.get(name) ?? { name, arn, attributes: new Map(), messages: [] };
    for (const [key, value] of Object.entries(attributes)) queue.attributes.set(key, value);
    this.#queues.set(name, queue);
    return this.url(name);
  }

  delete(url: string): void {
    this.#queues.delete(this.#get(url).name);
  }

  urls(): readonly string[] {
    return [...this.#queues.keys()].map((name) => this.url(name));
  }

  /** @throws AwsServiceError QueueDoesNotExist. */
  url(name: string): string {
    if (!this.#queues.has(name)) throw missing();
    return `${this.#endpoint()}/${this.#account.accountId}/${name}`;
  }

  setAttributes(url: string, attributes: Readonly<Record<string, string>>): void {
    const queue = this.#get(url);
    for (const [key, value] of Object.entries(attributes)) queue.attributes.set(key, value);
  }

  attributes(url: string): Readonly<Record<string, string>> {
    const queue = this.#get(url);
    const nowMs = this.#clock.nowMs();
    const visible = queue.messages.filter((message) => message.visibleAtMs <= nowMs).length;
    return {
      VisibilityTimeout: String(DEFAULT_VISIBILITY_SECONDS),
      ...Object.fromEntries(queue.attributes),
      QueueArn: queue.arn,
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(queue.messages.length - visible),
      ApproximateNumberOfMessagesDelayed: '0',
    };
  }

  /** @param target a queue's URL, ARN or name. */
  send(target: string, body: string, attributes: Readonly<Record<string, string>> = {}): QueueMessage {
    const sentMs = this.#clock.nowMs();
    const message = {
      messageId: randomUUID(),
      body,
      attributes,
      sentMs,
      receiveCount: 0,
      visibleAtMs: sentMs,
      receiptHandle: '',
    };
    this.#get(target).messages.push(message);
    return message;
  }

  receive(url: string, limit: number, visibilitySeconds?: number): readonly QueueMessage[] {
    const queue = this.#get(url);
    const nowMs = this.#clock.nowMs();
    const seconds =
      visibilitySeconds ?? Number(queue.attributes.get('VisibilityTimeout') ?? DEFAULT_VISIBILITY_SECONDS);
    const received = queue.messages.filter((message) => message.visibleAtMs <= nowMs).slice(0, limit);
    for (const message of received) {
      message.receiveCount += 1;
      message.visibleAtMs = nowMs + seconds * 1000;
      message.receiptHandle = randomUUID();
    }
    return received;
  }

  deleteMessage(url: string, receiptHandle: string): void {
    const { messages } = this.#get(url);
    const index = messages.findIndex((message) => message.receiptHandle === receiptHandle);
    if (index >= 0) messages.splice(index, 1);
  }

  purge(url: string): void {
    this.#get(url).messages.length = 0;
  }

  /** All messages of a queue, received or not. */
  messages(target: string): readonly QueueMessage[] {
    return this.#get(target).messages;
  }

  #get(target: string): Queue {
    const queue = this.#queues.get(target.split(/[/:]/).at(-1) ?? '');
    if (queue === undefined) throw missing();
    return queue;
  }
}

export function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function missing(): AwsServiceError {
  return new AwsServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
}
