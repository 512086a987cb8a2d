/** AWS::SNS::* and AWS::SQS::* */
import { arnOf } from '../../account.ts';
import { assertModelled } from '../../parameters/assert-modelled.ts';
import type { JsonObject } from '../../wire/api-call.ts';
import { optionalText, requireText, tagList, textList } from '../../wire/input.ts';
import type { PhysicalResource } from '../deployed-stack.ts';
import type { ResourceTypes } from '../resource-type.ts';

export const MESSAGING_TYPES: ResourceTypes = {
  'AWS::SNS::Topic': {
    replacedBy: ['TopicName'],
    create: ({ aws, generatedName, properties }) => {
      const name = optionalText(properties, 'TopicName') ?? generatedName;
      const { TopicName: _, Tags, ...given } = properties;
      const attributes = textsOf(given);
      assertModelled({ service: 'sns', operation: 'CreateTopic' }, { Name: name, Attributes: attributes, Tags });
      const arn = aws.topics.create(name, attributes);
      for (const [key, value] of Object.entries(tagList(properties, 'Tags'))) aws.topics.tags(arn).set(key, value);
      return { id: arn, attributes: { TopicArn: arn, TopicName: name } };
    },
    delete: ({ aws }, old) => aws.topics.delete(old.id),
  },
  'AWS::SNS::TopicPolicy': {
    create: ({ aws, logicalId, properties }) => {
      const policy = JSON.stringify(properties.PolicyDocument);
      for (const topicArn of textList(properties, 'Topics')) aws.topics.setAttribute(topicArn, 'Policy', policy);
      return { id: logicalId, attributes: {} };
    },
    delete: () => {},
  },
  'AWS::SNS::Subscription': {
    replacedBy: ['TopicArn', 'Protocol', 'Endpoint'],
    create: ({ aws, properties }) => {
      const { TopicArn, Protocol, Endpoint, ...given } = properties;
      const attributes = textsOf(given);
      assertModelled(
        { service: 'sns', operation: 'Subscribe' },
        { TopicArn, Protocol, Endpoint, Attributes: attributes },
      );
      const arn = aws.topics.subscribe(
        requireText(properties, 'TopicArn'),
        requireText(properties, 'Protocol'),
        requireText(properties, 'Endpoint'),
        attributes,
      );
      return { id: arn, attributes: { Arn: arn } };
    },
    update: ({ aws, properties }, old) => {
      const { TopicArn, Protocol, Endpoint, ...given } = properties;
      const Attributes = textsOf(given);
      assertModelled({ service: 'sns', operation: 'Subscribe' }, { TopicArn, Protocol, Endpoint, Attributes });
      for (const [name, value] of Object.entries(Attributes)) aws.topics.setSubscriptionAttribute(old.id, name, value);
      return old;
    },
    delete: ({ aws }, old) => aws.topics.unsubscribe(old.id),
  },
  'AWS::SQS::Queue': {
    replacedBy: ['QueueName'],
    create: ({ aws, generatedName, properties }): PhysicalResource => {
      const name = optionalText(properties, 'QueueName') ?? generatedName;
      const { QueueName: _, Tags: __, ...given } = properties;
      const attributes = textsOf(given);
      assertModelled({ service: 'sqs', operation: 'CreateQueue' }, { QueueName: name, Attributes: attributes });
      const url = aws.queues.create(name, attributes);
      for (const [key, value] of Object.entries(tagList(properties, 'Tags'))) aws.queues.get(url).tags.set(key, value);
      return { id: url, attributes: { Arn: arnOf(aws.account, 'sqs', name), QueueName: name, QueueUrl: url } };
    },
    delete: ({ aws }, old) => aws.queues.delete(old.id),
  },
  'AWS::SQS::QueuePolicy': {
    create: ({ aws, logicalId, properties }) => {
      const policy = JSON.stringify(properties.PolicyDocument);
      for (const url of textList(properties, 'Queues')) aws.queues.setAttributes(url, { Policy: policy });
      return { id: logicalId, attributes: {} };
    },
    delete: () => {},
  },
};

/** The API has texts where a template has numbers, booleans and structures. */
function textsOf(properties: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      key,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
}
