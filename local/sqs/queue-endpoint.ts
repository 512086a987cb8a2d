/** SQS in JSON 1.0: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
import { takePage } from '../../simulator/models/cloudwatch/paging.ts';
import type { LocalAccount } from '../account.ts';
import type { JsonObject, Operations, ServiceEndpoint } from '../wire/api-call.ts';
import { optionalNumber, optionalText, requireText, textList, textMap } from '../wire/input.ts';
import { jsonEndpoint } from '../wire/json-endpoint.ts';
import { messageOperations } from './message-operations.ts';
import { missingQueue, type QueueService } from './queue-service.ts';

const LARGEST_PAGE = 1_000;

export function queueEndpoint(queues: QueueService, account: LocalAccount): ServiceEndpoint {
  return jsonEndpoint('1.0', {
    ...queueOperations(queues, account),
    ...tagOperations(queues),
    ...messageOperations(queues),
  });
}

function queueOperations(queues: QueueService, account: LocalAccount): Operations {
  return {
    CreateQueue: (input) => {
      const name = requireText(input, 'QueueName');
      const attributes = textMap(input, 'Attributes');
      queues.assertSame(name, attributes);
      const url = queues.create(name, attributes);
      for (const [key, value] of Object.entries(textMap(input, 'tags'))) queues.get(url).tags.set(key, value);
      return { QueueUrl: url };
    },
    DeleteQueue: (input) => {
      queues.delete(urlOf(input));
      return {};
    },
    ListQueues: (input) => {
      const prefix = optionalText(input, 'QueueNamePrefix') ?? '';
      const urls = queues.urls().filter((url) => url.split('/').at(-1)?.startsWith(prefix));
      const { items, nextToken } = pageOf(urls, input);
      return { QueueUrls: items, ...nextToken };
    },
    GetQueueUrl: (input) => {
      const owner = optionalText(input, 'QueueOwnerAWSAccountId') ?? account.accountId;
      if (owner !== account.accountId) throw missingQueue();
      return { QueueUrl: queues.url(requireText(input, 'QueueName')) };
    },
    GetQueueAttributes: (input) => {
      const wanted = new Set(textList(input, 'AttributeNames'));
      const all = Object.entries(queues.attributes(urlOf(input)));
      return { Attributes: Object.fromEntries(all.filter(([name]) => wanted.has('All') || wanted.has(name))) };
    },
    SetQueueAttributes: (input) => {
      queues.setAttributes(urlOf(input), textMap(input, 'Attributes'));
      return {};
    },
    ListDeadLetterSourceQueues: (input) => {
      const urls = queues.deadLetterSources(urlOf(input)).map((name) => queues.url(name));
      const { items, nextToken } = pageOf(urls, input);
      return { queueUrls: items, ...nextToken };
    },
    PurgeQueue: (input) => {
      queues.get(urlOf(input)).messages.length = 0;
      return {};
    },
  };
}

function tagOperations(queues: QueueService): Operations {
  return {
    TagQueue: (input) => {
      for (const [key, value] of Object.entries(textMap(input, 'Tags'))) queues.get(urlOf(input)).tags.set(key, value);
      return {};
    },
    UntagQueue: (input) => {
      for (const key of textList(input, 'TagKeys')) queues.get(urlOf(input)).tags.delete(key);
      return {};
    },
    ListQueueTags: (input) => ({ Tags: Object.fromEntries(queues.get(urlOf(input)).tags) }),
  };
}

/** Without MaxResults there is no next page: AWS then returns the first thousand. */
function pageOf(urls: readonly string[], input: JsonObject) {
  const size = optionalNumber(input, 'MaxResults');
  const page = takePage(urls, size ?? LARGEST_PAGE, optionalText(input, 'NextToken'));
  const hasNext = size !== undefined && page.nextToken !== undefined;
  return { items: page.items, nextToken: hasNext ? { NextToken: page.nextToken } : {} };
}

function urlOf(input: JsonObject): string {
  return requireText(input, 'QueueUrl');
}
