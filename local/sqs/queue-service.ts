/** The standard queues of an account and region. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Scheduler } from '../../simulator/models/clock.ts';
import { arnOf, type LocalAccount } from '../account.ts';
import { Queue, type QueueMessage, type SentMessage } from './queue.ts';
import { checkAttributes } from './queue-attributes.ts';

const QUEUE_NAME = /^[A-Za-z0-9_-]{1,80}$/;

export class QueueService {
  readonly #account: LocalAccount;
  readonly #clock: Scheduler;
  readonly #endpoint: () => string;
  readonly #queues = new Map<string, Queue>();

  constructor(account: LocalAccount, clock: Scheduler, endpoint: () => string) {
    this.#account = account;
    this.#clock = clock;
    this.#endpoint = endpoint;
  }

  /** Makes the queue, or sets the attributes of the one of that name. @throws AwsServiceError InvalidParameterValue, InvalidAttributeValue. */
  create(name: string, attributes: Readonly<Record<string, string>> = {}): string {
    if (!QUEUE_NAME.test(name)) {
      const why = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
      throw new AwsServiceError('InvalidParameterValue', why);
    }
    this.#check(attributes);
    const queue = this.#queues.get(name) ?? new Queue(name, arnOf(this.#account, 'sqs', name), this.#clock);
    for (const [key, value] of Object.entries(attributes)) queue.attributes.set(key, value);
    this.#queues.set(name, queue);
    return this.url(name);
  }

  /** @throws AwsServiceError QueueNameExists if the queue exists with other attributes. */
  assertSame(name: string, attributes: Readonly<Record<string, string>>): void {
    const known = this.#queues.get(name)?.describe();
    if (known === undefined) return;
    const different = Object.keys(attributes).filter((key) => known[key] !== attributes[key]);
    if (different.length === 0) return;
    throw new AwsServiceError(
      'QueueNameExists',
      `A queue already exists with the same name and a different value for attribute ${different.join(', ')}`,
    );
  }

  delete(url: string): void {
    this.#queues.delete(this.get(url).name);
  }

  /** Sorted by name. */
  urls(): readonly string[] {
    return [...this.#queues.keys()].sort().map((name) => this.url(name));
  }

  /** @throws AwsServiceError QueueDoesNotExist. */
  url(name: string): string {
    if (!this.#queues.has(name)) throw missingQueue();
    return `${this.#endpoint()}/${this.#account.accountId}/${name}`;
  }

  /** @throws AwsServiceError InvalidAttributeValue. */
  setAttributes(url: string, attributes: Readonly<Record<string, string>>): void {
    this.#check(attributes);
    const queue = this.get(url);
    for (const [key, value] of Object.entries(attributes)) queue.attributes.set(key, value);
  }

  attributes(url: string): Readonly<Record<string, string>> {
    return this.get(url).describe();
  }

  /** Names of the queues whose dead letters go to this one. */
  deadLetterSources(url: string): readonly string[] {
    const { arn } = this.get(url);
    return [...this.#queues.values()]
      .filter(({ redrivePolicy }) => redrivePolicy?.deadLetterTargetArn === arn)
      .map(({ name }) => name)
      .sort();
  }

  /** @param target a queue's URL, ARN or name. */
  send(target: string, body: string, message: Omit<SentMessage, 'body'> = {}): QueueMessage {
    return this.get(target).send({ ...message, body });
  }

  receive(url: string, limit: number, visibilitySeconds?: number): readonly QueueMessage[] {
    const queue = this.get(url);
    const target = queue.redrivePolicy?.deadLetterTargetArn;
    const deadLetters = target === undefined ? undefined : this.#queues.get(nameOf(target));
    return queue.receive(limit, visibilitySeconds ?? queue.number('VisibilityTimeout'), deadLetters);
  }

  /** Waits on the clock until there is a message, or the time is over. */
  async receiveWithin(
    url: string,
    limit: number,
    visibilitySeconds: number | undefined,
    waitSeconds: number,
  ): Promise<readonly QueueMessage[]> {
    const untilMs = this.#clock.nowMs() + waitSeconds * 1000;
    for (;;) {
      const received = this.receive(url, limit, visibilitySeconds);
      if (received.length > 0 || this.#clock.nowMs() >= untilMs) return received;
      await this.#change(this.get(url), untilMs);
    }
  }

  /** All messages of a queue, received or not. */
  messages(target: string): readonly QueueMessage[] {
    return this.get(target).messages;
  }

  /** @param target a queue's URL, ARN or name. @throws AwsServiceError QueueDoesNotExist. */
  get(target: string): Queue {
    const queue = this.#queues.get(nameOf(target));
    if (queue === undefined) throw missingQueue();
    return queue;
  }

  #change(queue: Queue, untilMs: number): Promise<void> {
    return new Promise((resolve) => {
      const changed = (): void => {
        stopListening();
        this.#clock.cancel(timer);
        // Within the event itself: the caller takes its own hold only when it goes on.
        const release = this.#clock.hold();
        resolve();
        setImmediate(release);
      };
      const stopListening = queue.onArrival(changed);
      const timer = this.#clock.schedule(Math.min(untilMs, queue.nextVisibleMs() ?? untilMs), changed);
    });
  }

  #check(attributes: Readonly<Record<string, string>>): void {
    checkAttributes(attributes);
    const { RedrivePolicy } = attributes;
    if (RedrivePolicy === undefined || RedrivePolicy === '') return;
    const target = String(JSON.parse(RedrivePolicy).deadLetterTargetArn);
    if (this.#queues.has(nameOf(target)) && target.split(':')[3] === this.#account.region) return;
    const why = `Value ${RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`;
    throw new AwsServiceError('InvalidParameterValue', why);
  }
}

function nameOf(target: string): string {
  return target.split(/[/:]/).at(-1) ?? '';
}

export function missingQueue(): AwsServiceError {
  return new AwsServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
}
