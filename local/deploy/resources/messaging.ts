/** AWS::SNS::* and AWS::SQS::* */
import { arnOf } from '../../account.ts';
import type { JsonObject } from '../../wire/api-call.ts';
import { optionalText, requireText, textList } from '../../wire/input.ts';
import type { PhysicalResource } from '../deployed-stack.ts';
import type { ResourceTypes } from '../resource-type.ts';

export const MESSAGING_TYPES: ResourceTypes = {
  'AWS::SNS::Topic': {
    replacedBy: ['TopicName'],
    create: ({ aws, generatedName, properties }) => {
      const name = optionalText(properties, 'TopicName') ?? generatedName;
      const attributes = ['DisplayName', 'KmsMasterKeyId'].flatMap((key) => {
        const value = optionalText(properties, key);
        return value === undefined ? [] : [[key, value] as const];
      });
      const arn = aws.topics.create(name, Object.fromEntries(attributes));
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
      const redrive = properties.RedrivePolicy as JsonObject | undefined;
      const deadLetterArn = redrive === undefined ? undefined : requireText(redrive, 'deadLetterTargetArn');
      const arn = aws.topics.subscribe(
        requireText(properties, 'TopicArn'),
        requireText(properties, 'Protocol'),
        requireText(properties, 'Endpoint'),
        deadLetterArn,
      );
      return { id: arn, attributes: { Arn: arn } };
    },
    delete: ({ aws }, old) => aws.topics.unsubscribe(old.id),
  },
  'AWS::SQS::Queue': {
    replacedBy: ['QueueName'],
    create: ({ aws, generatedName, properties }): PhysicalResource => {
      const name = optionalText(properties, 'QueueName') ?? generatedName;
      const { QueueName: _, Tags: __, ...attributes } = properties;
      const texts = Object.entries(attributes).map(([key, value]) => [key, textOf(value)]);
      const url = aws.queues.create(name, Object.fromEntries(texts));
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

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
