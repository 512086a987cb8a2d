/** One standard queue. Messages are received oldest first, which AWS does not promise. */
import { randomUUID } from 'node:crypto';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Clock } from '../../simulator/models/clock.ts';
import { type MessageAttributes, sizeOfAttributes } from './message-attributes.ts';
import {
  DEFAULT_ATTRIBUTES,
  type NumericAttributeName,
  type RedrivePolicy,
  readRedrivePolicy,
  requireWithin,
} from './queue-attributes.ts';

export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** AWSTraceHeader: stored and returned. */
  readonly traceHeader?: string;
  readonly sentMs: number;
  /** The queue that it came from, in a dead-letter queue. */
  readonly sourceArn?: string;
  firstReceivedMs?: number;
  receiveCount: number;
  visibleAtMs: number;
  receiptHandle: string;
}

export interface SentMessage {
  readonly body: string;
  readonly attributes?: MessageAttributes;
  readonly traceHeader?: string;
  readonly delaySeconds?: number | undefined;
}

export class Queue {
  readonly name: string;
  readonly arn: string;
  readonly attributes = new Map<string, string>();
  readonly tags = new Map<string, string>();
  readonly messages: QueueMessage[] = [];
  readonly createdMs: number;
  readonly #clock: Clock;
  /** Called when a message has come or has become visible. */
  readonly #arrivals = new Set<() => void>();

  constructor(name: string, arn: string, clock: Clock) {
    this.name = name;
    this.arn = arn;
    this.#clock = clock;
    this.createdMs = clock.nowMs();
  }

  get redrivePolicy(): RedrivePolicy | undefined {
    return readRedrivePolicy(this.attributes.get('RedrivePolicy'));
  }

  number(name: NumericAttributeName): number {
    return Number(this.attributes.get(name) ?? DEFAULT_ATTRIBUTES[name]);
  }

  /** @throws AwsServiceError InvalidParameterValue for a message that is too long, empty, or delayed for too long. */
  send({ body, attributes = {}, traceHeader, delaySeconds = this.number('DelaySeconds') }: SentMessage): QueueMessage {
    requireWithin('DelaySeconds', delaySeconds, 'InvalidParameterValue');
    const limitBytes = this.number('MaximumMessageSize');
    if (Buffer.byteLength(body) + sizeOfAttributes(attributes) > limitBytes) {
      const why = `One or more parameters are invalid. Reason: Message must be shorter than ${limitBytes} bytes.`;
      throw new AwsServiceError('InvalidParameterValue', why);
    }
    const sentMs = this.#clock.nowMs();
    return this.add({
      messageId: randomUUID(),
      body,
      attributes,
      ...(traceHeader === undefined ? {} : { traceHeader }),
      sentMs,
      receiveCount: 0,
      visibleAtMs: sentMs + delaySeconds * 1000,
      receiptHandle: '',
    });
  }

  add(message: QueueMessage): QueueMessage {
    this.messages.push(message);
    for (const arrived of this.#arrivals) arrived();
    return message;
  }

  /** @param deadLetters where what was received too often goes; undefined without a redrive policy. */
  receive(limit: number, visibilitySeconds: number, deadLetters: Queue | undefined): readonly QueueMessage[] {
    this.#dropExpired();
    const nowMs = this.#clock.nowMs();
    const received: QueueMessage[] = [];
    for (const message of this.messages.filter(({ visibleAtMs }) => visibleAtMs <= nowMs)) {
      if (received.length === limit) break;
      if (deadLetters !== undefined && message.receiveCount >= (this.redrivePolicy?.maxReceiveCount ?? Infinity)) {
        this.messages.splice(this.messages.indexOf(message), 1);
        deadLetters.add({ ...message, sourceArn: this.arn });
        continue;
      }
      message.receiveCount += 1;
      message.firstReceivedMs ??= nowMs;
      message.visibleAtMs = nowMs + visibilitySeconds * 1000;
      message.receiptHandle = randomUUID();
      received.push(message);
    }
    return received;
  }

  /** @returns stops it. */
  onArrival(arrived: () => void): () => void {
    this.#arrivals.add(arrived);
    return () => this.#arrivals.delete(arrived);
  }

  /** When the next hidden or delayed message becomes visible; undefined if none is. */
  nextVisibleMs(): number | undefined {
    const nowMs = this.#clock.nowMs();
    const hidden = this.messages.map(({ visibleAtMs }) => visibleAtMs).filter((atMs) => atMs > nowMs);
    return hidden.length === 0 ? undefined : Math.min(...hidden);
  }

  /** Does nothing for a message that is gone already. @throws AwsServiceError ReceiptHandleIsInvalid. */
  deleteMessage(receiptHandle: string): void {
    if (receiptHandle === '')
      throw new AwsServiceError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
    const index = this.messages.findIndex((message) => message.receiptHandle === receiptHandle);
    if (index >= 0) this.messages.splice(index, 1);
  }

  /** @throws AwsServiceError MessageNotInflight, InvalidParameterValue. */
  changeVisibility(receiptHandle: string, seconds: number): void {
    requireWithin('VisibilityTimeout', seconds, 'InvalidParameterValue');
    const nowMs = this.#clock.nowMs();
    const message = this.messages.find((candidate) => candidate.receiptHandle === receiptHandle);
    if (message === undefined || message.visibleAtMs <= nowMs) {
      throw new AwsServiceError('MessageNotInflight', 'The specified message is not in flight.');
    }
    message.visibleAtMs = nowMs + seconds * 1000;
    for (const arrived of this.#arrivals) arrived();
  }

  describe(): Readonly<Record<string, string>> {
    this.#dropExpired();
    const nowMs = this.#clock.nowMs();
    const hidden = this.messages.filter(({ visibleAtMs }) => visibleAtMs > nowMs);
    const delayed = hidden.filter(({ receiveCount }) => receiveCount === 0).length;
    return {
      ...DEFAULT_ATTRIBUTES,
      ...Object.fromEntries([...this.attributes].filter(([, value]) => value !== '')),
      QueueArn: this.arn,
      CreatedTimestamp: String(Math.floor(this.createdMs / 1000)),
      LastModifiedTimestamp: String(Math.floor(this.createdMs / 1000)),
      ApproximateNumberOfMessages: String(this.messages.length - hidden.length),
      ApproximateNumberOfMessagesNotVisible: String(hidden.length - delayed),
      ApproximateNumberOfMessagesDelayed: String(delayed),
    };
  }

  #dropExpired(): void {
    const keepFromMs = this.#clock.nowMs() - this.number('MessageRetentionPeriod') * 1000;
    for (let index = this.messages.length - 1; index >= 0; index -= 1) {
      if ((this.messages[index]?.sentMs ?? 0) < keepFromMs) this.messages.splice(index, 1);
    }
  }
}
