/** SQS in JSON 1.0: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
import type { JsonObject, ServiceEndpoint } from '../wire/api-call.ts';
import { optionalNumber, requireText, textList, textMap } from '../wire/input.ts';
import { jsonEndpoint } from '../wire/json-endpoint.ts';
import { md5Of, type QueueMessage, type QueueService } from './queue-service.ts';

export function queueEndpoint(queues: QueueService): ServiceEndpoint {
  const urlOf = (input: JsonObject): string => requireText(input, 'QueueUrl');
  return jsonEndpoint('1.0', {
    CreateQueue: (input) => ({
      QueueUrl: queues.create(requireText(input, 'QueueName'), textMap(input, 'Attributes')),
    }),
    DeleteQueue: (input) => {
      queues.delete(urlOf(input));
      return {};
    },
    ListQueues: () => ({ QueueUrls: queues.urls() }),
    GetQueueUrl: (input) => ({ QueueUrl: queues.url(requireText(input, 'QueueName')) }),
    GetQueueAttributes: (input) => {
      const wanted = new Set(textList(input, 'AttributeNames'));
      const all = Object.entries(queues.attributes(urlOf(input)));
      return { Attributes: Object.fromEntries(all.filter(([name]) => wanted.has('All') || wanted.has(name))) };
    },
    SetQueueAttributes: (input) => {
      queues.setAttributes(urlOf(input), textMap(input, 'Attributes'));
      return {};
    },
    SendMessage: (input) => {
      const body = requireText(input, 'MessageBody');
      return { MessageId: queues.send(urlOf(input), body).messageId, MD5OfMessageBody: md5Of(body) };
    },
    ReceiveMessage: (input) => {
      const limit = optionalNumber(input, 'MaxNumberOfMessages') ?? 1;
      const messages = queues.receive(urlOf(input), limit, optionalNumber(input, 'VisibilityTimeout'));
      return messages.length === 0 ? {} : { Messages: messages.map(describeMessage) };
    },
    DeleteMessage: (input) => {
      queues.deleteMessage(urlOf(input), requireText(input, 'ReceiptHandle'));
      return {};
    },
    PurgeQueue: (input) => {
      queues.purge(urlOf(input));
      return {};
    },
  });
}

function describeMessage(message: QueueMessage): JsonObject {
  const attributes = Object.entries(message.attributes).map(([name, value]) => [
    name,
    { DataType: 'String', StringValue: value },
  ]);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5Of(message.body),
    Attributes: {
      SentTimestamp: String(message.sentMs),
      ApproximateReceiveCount: String(message.receiveCount),
    },
    ...(attributes.length === 0 ? {} : { MessageAttributes: Object.fromEntries(attributes) }),
  };
}
