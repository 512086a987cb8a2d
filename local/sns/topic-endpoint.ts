/** SNS in the Query protocol: https://docs.aws.amazon.com/sns/latest/api/API_Operations.html */
import { takePage } from '../../simulator/models/cloudwatch/paging.ts';
import type { JsonObject, Operations, ServiceEndpoint } from '../wire/api-call.ts';
import { optionalText, requireText, tagList, textList, textMap } from '../wire/input.ts';
import { queryEndpoint } from '../wire/query-endpoint.ts';
import { publishingOperations } from './publishing-operations.ts';
import { type Subscription, subscriptionAttributes } from './subscription.ts';
import type { TopicService } from './topic-service.ts';

/** Topics and subscriptions of a page. ListTopics, API reference. */
const PAGE_SIZE = 100;

export function topicEndpoint(topics: TopicService, accountId: string): ServiceEndpoint {
  return queryEndpoint('http://sns.amazonaws.com/doc/2010-03-31/', {
    ...topicOperations(topics),
    ...subscriptionOperations(topics, accountId),
    ...publishingOperations(topics),
    ...tagOperations(topics),
  });
}

function topicOperations(topics: TopicService): Operations {
  return {
    CreateTopic: (input) => {
      const { FifoTopic: _, ...attributes } = textMap(input, 'Attributes');
      const arn = topics.create(requireText(input, 'Name'), attributes);
      for (const [key, value] of Object.entries(tagList(input, 'Tags'))) topics.tags(arn).set(key, value);
      return { TopicArn: arn };
    },
    DeleteTopic: (input) => {
      topics.delete(topicOf(input));
      return undefined;
    },
    ListTopics: (input) => {
      const { items, nextToken } = pageOf(topics.list(), input);
      return { Topics: items.map((TopicArn) => ({ TopicArn })), ...nextToken };
    },
    GetTopicAttributes: (input) => ({ Attributes: topics.attributes(topicOf(input)) }),
    SetTopicAttributes: (input) => {
      const value = optionalText(input, 'AttributeValue') ?? '';
      topics.setAttribute(topicOf(input), requireText(input, 'AttributeName'), value);
      return undefined;
    },
  };
}

function subscriptionOperations(topics: TopicService, accountId: string): Operations {
  const describe = (subscription: Subscription): JsonObject => ({
    SubscriptionArn: subscription.arn,
    Owner: accountId,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    TopicArn: subscription.topicArn,
  });
  return {
    Subscribe: (input) => {
      const [protocol, endpoint] = [requireText(input, 'Protocol'), requireText(input, 'Endpoint')];
      return { SubscriptionArn: topics.subscribe(topicOf(input), protocol, endpoint, textMap(input, 'Attributes')) };
    },
    Unsubscribe: (input) => {
      topics.unsubscribe(requireText(input, 'SubscriptionArn'));
      return undefined;
    },
    GetSubscriptionAttributes: (input) => {
      const subscription = topics.subscription(requireText(input, 'SubscriptionArn'));
      const described = {
        ...describe(subscription),
        PendingConfirmation: 'false',
        ConfirmationWasAuthenticated: 'true',
      };
      return { Attributes: new Map(Object.entries({ ...described, ...subscriptionAttributes(subscription) })) };
    },
    SetSubscriptionAttributes: (input) => {
      const value = optionalText(input, 'AttributeValue') ?? '';
      topics.setSubscriptionAttribute(
        requireText(input, 'SubscriptionArn'),
        requireText(input, 'AttributeName'),
        value,
      );
      return undefined;
    },
    ListSubscriptionsByTopic: (input) => {
      const { items, nextToken } = pageOf(topics.subscriptions(topicOf(input)), input);
      return { Subscriptions: items.map(describe), ...nextToken };
    },
    ListSubscriptions: (input) => {
      const { items, nextToken } = pageOf(
        topics.list().flatMap((topicArn) => topics.subscriptions(topicArn)),
        input,
      );
      return { Subscriptions: items.map(describe), ...nextToken };
    },
  };
}

function tagOperations(topics: TopicService): Operations {
  const tagsOf = (input: JsonObject) => topics.tags(requireText(input, 'ResourceArn'));
  return {
    TagResource: (input) => {
      for (const [key, value] of Object.entries(tagList(input, 'Tags'))) tagsOf(input).set(key, value);
      return {};
    },
    UntagResource: (input) => {
      for (const key of textList(input, 'TagKeys')) tagsOf(input).delete(key);
      return {};
    },
    ListTagsForResource: (input) => ({ Tags: [...tagsOf(input)].map(([Key, Value]) => ({ Key, Value })) }),
  };
}

function topicOf(input: JsonObject): string {
  return requireText(input, 'TopicArn');
}

function pageOf<T>(items: readonly T[], input: JsonObject) {
  const page = takePage(items, PAGE_SIZE, optionalText(input, 'NextToken'));
  return { items: page.items, nextToken: page.nextToken === undefined ? {} : { NextToken: page.nextToken } };
}
