/** SNS in the Query protocol: https://docs.aws.amazon.com/sns/latest/api/API_Operations.html */
import type { JsonObject, ServiceEndpoint } from '../wire/api-call.ts';
import { optionalText, requireText, textMap } from '../wire/input.ts';
import { queryEndpoint } from '../wire/query-endpoint.ts';
import type { Publication, Subscription, TopicService } from './topic-service.ts';

export function topicEndpoint(topics: TopicService, accountId: string): ServiceEndpoint {
  const describe = (subscription: Subscription): JsonObject => ({
    SubscriptionArn: subscription.arn,
    Owner: accountId,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    TopicArn: subscription.topicArn,
  });
  const topicOf = (input: JsonObject): string => requireText(input, 'TopicArn');
  return queryEndpoint('http://sns.amazonaws.com/doc/2010-03-31/', {
    CreateTopic: (input) => ({ TopicArn: topics.create(requireText(input, 'Name'), textMap(input, 'Attributes')) }),
    DeleteTopic: (input) => {
      topics.delete(topicOf(input));
      return undefined;
    },
    ListTopics: () => ({ Topics: topics.list().map((TopicArn) => ({ TopicArn })) }),
    GetTopicAttributes: (input) => ({ Attributes: topics.attributes(topicOf(input)) }),
    SetTopicAttributes: (input) => {
      topics.setAttribute(
        topicOf(input),
        requireText(input, 'AttributeName'),
        optionalText(input, 'AttributeValue') ?? '',
      );
      return undefined;
    },
    Subscribe: (input) => ({
      SubscriptionArn: topics.subscribe(topicOf(input), requireText(input, 'Protocol'), requireText(input, 'Endpoint')),
    }),
    Unsubscribe: (input) => {
      topics.unsubscribe(requireText(input, 'SubscriptionArn'));
      return undefined;
    },
    ListSubscriptionsByTopic: (input) => ({ Subscriptions: topics.subscriptions(topicOf(input)).map(describe) }),
    ListSubscriptions: () => ({
      Subscriptions: topics.list().flatMap((topicArn) => topics.subscriptions(topicArn).map(describe)),
    }),
    Publish: (input) => ({
      MessageId: topics.publish(
        optionalText(input, 'TopicArn') ?? requireText(input, 'TargetArn'),
        publicationOf(input),
      ),
    }),
  });
}

function publicationOf(input: JsonObject): Publication {
  const subject = optionalText(input, 'Subject');
  const given = (input.MessageAttributes ?? {}) as Readonly<Record<string, JsonObject>>;
  const attributes = Object.entries(given).map(
    ([name, value]) =>
      [name, { Type: requireText(value, 'DataType'), Value: requireText(value, 'StringValue') }] as const,
  );
  return {
    message: requireText(input, 'Message'),
    ...(subject === undefined ? {} : { subject }),
    attributes: Object.fromEntries(attributes),
  };
}
