/** SQS's calls on messages, one at a time and in batches. */
import { createHash } from 'node:crypto';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { JsonObject, Operations } from '../wire/api-call.ts';
import { objectList, optionalNumber, requireNumber, requireText, textList } from '../wire/input.ts';
import {
  describeMessageAttributes,
  md5OfAttributes,
  readMessageAttributes,
  sizeOfAttributes,
} from './message-attributes.ts';
import type { Queue, QueueMessage, SentMessage } from './queue.ts';
import { requireWithin } from './queue-attributes.ts';
import type { QueueService } from './queue-service.ts';

const MOST_IN_BATCH = 10;
const LARGEST_BATCH_BYTES = 1_048_576;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

export function messageOperations(queues: QueueService): Operations {
  const queueOf = (input: JsonObject): Queue => queues.get(requireText(input, 'QueueUrl'));
  return {
    SendMessage: (input) => describeSent(queueOf(input).send(readMessage(input))),
    SendMessageBatch: (input) => {
      const queue = queueOf(input);
      const bytes = entriesOf(input).reduce((total, entry) => total + sizeOf(readMessage(entry)), 0);
      if (bytes > LARGEST_BATCH_BYTES) {
        const why = `Batch requests cannot be longer than ${LARGEST_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`;
        throw new AwsServiceError('BatchRequestTooLong', why);
      }
      return each(input, (entry) => describeSent(queue.send(readMessage(entry))));
    },
    ReceiveMessage: (input) => receive(queues, input),
    DeleteMessage: (input) => {
      queueOf(input).deleteMessage(requireText(input, 'ReceiptHandle'));
      return {};
    },
    DeleteMessageBatch: (input) => {
      const queue = queueOf(input);
      return each(input, (entry) => {
        queue.deleteMessage(requireText(entry, 'ReceiptHandle'));
        return {};
      });
    },
    ChangeMessageVisibility: (input) => {
      queueOf(input).changeVisibility(requireText(input, 'ReceiptHandle'), requireNumber(input, 'VisibilityTimeout'));
      return {};
    },
    ChangeMessageVisibilityBatch: (input) => {
      const queue = queueOf(input);
      return each(input, (entry) => {
        queue.changeVisibility(requireText(entry, 'ReceiptHandle'), requireNumber(entry, 'VisibilityTimeout'));
        return {};
      });
    },
  };
}

function readMessage(input: JsonObject): SentMessage {
  const system = (input.MessageSystemAttributes ?? {}) as Readonly<Record<string, JsonObject>>;
  const traceHeader =
    system.AWSTraceHeader === undefined ? undefined : requireText(system.AWSTraceHeader, 'StringValue');
  return {
    body: requireText(input, 'MessageBody'),
    attributes: readMessageAttributes(input),
    delaySeconds: optionalNumber(input, 'DelaySeconds'),
    ...(traceHeader === undefined ? {} : { traceHeader }),
  };
}

function sizeOf({ body, attributes = {} }: SentMessage): number {
  return Buffer.byteLength(body) + sizeOfAttributes(attributes);
}

function describeSent({ messageId, body, attributes }: QueueMessage): JsonObject {
  return {
    MessageId: messageId,
    MD5OfMessageBody: md5Of(body),
    ...(Object.keys(attributes).length === 0 ? {} : { MD5OfMessageAttributes: md5OfAttributes(attributes) }),
  };
}

async function receive(queues: QueueService, input: JsonObject): Promise<JsonObject> {
  const url = requireText(input, 'QueueUrl');
  const limit = optionalNumber(input, 'MaxNumberOfMessages') ?? 1;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_IN_BATCH) {
    const why = `Value ${limit} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and ${MOST_IN_BATCH}, if provided.`;
    throw new AwsServiceError('InvalidParameterValue', why);
  }
  const visibilitySeconds = optionalNumber(input, 'VisibilityTimeout');
  if (visibilitySeconds !== undefined) requireWithin('VisibilityTimeout', visibilitySeconds, 'InvalidParameterValue');
  const waitSeconds =
    optionalNumber(input, 'WaitTimeSeconds') ?? queues.get(url).number('ReceiveMessageWaitTimeSeconds');
  requireWithin('ReceiveMessageWaitTimeSeconds', waitSeconds, 'InvalidParameterValue');
  const messages = await queues.receiveWithin(url, limit, visibilitySeconds, waitSeconds);
  return messages.length === 0 ? {} : { Messages: messages.map((message) => describe(message, input)) };
}

function describe(message: QueueMessage, input: JsonObject): JsonObject {
  const systemNames = new Set([
    ...textList(input, 'AttributeNames'),
    ...textList(input, 'MessageSystemAttributeNames'),
  ]);
  const system = Object.entries(systemAttributes(message)).filter(
    ([name, value]) => value !== undefined && (systemNames.has('All') || systemNames.has(name)),
  );
  const wanted = textList(input, 'MessageAttributeNames');
  const attributes = Object.entries(message.attributes).filter(([name]) =>
    wanted.some((pattern) => matches(pattern, name)),
  );
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5Of(message.body),
    ...(system.length === 0 ? {} : { Attributes: Object.fromEntries(system) }),
    ...describeMessageAttributes(Object.fromEntries(attributes)),
  };
}

function systemAttributes(message: QueueMessage): Readonly<Record<string, string | undefined>> {
  return {
    SenderId: 'AIDALOCAL',
    SentTimestamp: String(message.sentMs),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs),
    AWSTraceHeader: message.traceHeader,
    DeadLetterQueueSourceArn: message.sourceArn,
  };
}

/** `All`, a name, or a prefix as in `trace.*`. */
function matches(pattern: string, name: string): boolean {
  return pattern === 'All' || pattern === name || (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -2)));
}

/** Runs a batch entry by entry; those that fail are told by their ids. @throws AwsServiceError if the batch itself is wrong. */
function each(input: JsonObject, perform: (entry: JsonObject) => JsonObject): JsonObject {
  const successful: JsonObject[] = [];
  const failed: JsonObject[] = [];
  for (const entry of entriesOf(input)) {
    const Id = requireText(entry, 'Id');
    try {
      successful.push({ Id, ...perform(entry) });
    } catch (error) {
      if (!(error instanceof AwsServiceError)) throw error;
      failed.push({ Id, Code: error.name, Message: error.message, SenderFault: true });
    }
  }
  return { Successful: successful, Failed: failed };
}

function entriesOf(input: JsonObject): readonly JsonObject[] {
  const entries = objectList(input, 'Entries');
  const ids = entries.map((entry) => requireText(entry, 'Id'));
  if (entries.length === 0)
    throw new AwsServiceError(
      'EmptyBatchRequest',
      'There should be at least one SendMessageBatchRequestEntry in the request.',
    );
  if (entries.length > MOST_IN_BATCH) {
    const why = `Maximum number of entries per request are ${MOST_IN_BATCH}. You have sent ${entries.length}.`;
    throw new AwsServiceError('TooManyEntriesInBatchRequest', why);
  }
  if (new Set(ids).size < ids.length) {
    throw new AwsServiceError('BatchEntryIdsNotDistinct', `Two or more batch entries in the request have the same Id.`);
  }
  const wrong = ids.find((id) => !ENTRY_ID.test(id));
  if (wrong !== undefined) {
    const why = `A batch entry id can only contain alphanumeric characters, hyphens and underscores, at most 80: ${wrong}`;
    throw new AwsServiceError('InvalidBatchEntryId', why);
  }
  return entries;
}

function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
