/** What becomes of the parameters of SNS's calls. */
import { below, type OperationRules, type ServiceRules } from '../parameters/parameter-rules.ts';

const FIFO = 'local AWS has standard topics only: leave it out';
const FILTER = 'subscribe without it, and filter in the subscriber';

const TOPIC_ATTRIBUTES = ['DisplayName', 'SignatureVersion'];
const STORED_TOPIC_ATTRIBUTES = ['Policy', 'KmsMasterKeyId', 'TracingConfig'];
const SUBSCRIPTION_ATTRIBUTES = ['RawMessageDelivery', 'RedrivePolicy'];
const MESSAGE = ['Message', 'Subject', 'MessageStructure', 'MessageAttributes'];
const FIFO_MESSAGE = { MessageDeduplicationId: FIFO, MessageGroupId: FIFO };

export const SNS_RULES: ServiceRules = {
  CreateTopic: {
    honoured: ['Name', ...below('Attributes', ...TOPIC_ATTRIBUTES, 'FifoTopic.false')],
    stored: ['Tags', ...below('Attributes', ...STORED_TOPIC_ATTRIBUTES)],
    refused: { 'Attributes.FifoTopic': FIFO },
  },
  DeleteTopic: { honoured: ['TopicArn'] },
  ListTopics: { honoured: ['NextToken'] },
  GetTopicAttributes: { honoured: ['TopicArn'] },
  SetTopicAttributes: {
    honoured: ['TopicArn', 'AttributeValue', ...below('AttributeName', ...TOPIC_ATTRIBUTES)],
    stored: below('AttributeName', ...STORED_TOPIC_ATTRIBUTES),
  },
  Subscribe: {
    honoured: [
      'TopicArn',
      'Endpoint',
      ...below('Protocol', 'sqs', 'lambda'),
      ...below('Attributes', ...SUBSCRIPTION_ATTRIBUTES),
    ],
    simplified: { ReturnSubscriptionArn: 'the ARN is always returned' },
    refused: {
      Protocol: 'subscribe a queue (sqs) or a function (lambda) instead',
      'Attributes.FilterPolicy': FILTER,
      'Attributes.FilterPolicyScope': FILTER,
    },
    note: 'a subscription is confirmed at once',
  },
  Unsubscribe: { honoured: ['SubscriptionArn'] },
  GetSubscriptionAttributes: { honoured: ['SubscriptionArn'] },
  SetSubscriptionAttributes: {
    honoured: ['SubscriptionArn', 'AttributeValue', ...below('AttributeName', ...SUBSCRIPTION_ATTRIBUTES)],
    refused: { 'AttributeName.FilterPolicy': FILTER, 'AttributeName.FilterPolicyScope': FILTER },
  },
  ListSubscriptionsByTopic: { honoured: ['TopicArn', 'NextToken'] },
  ListSubscriptions: { honoured: ['NextToken'] },
  Publish: publishing(['TopicArn', 'TargetArn', ...MESSAGE], {
    ...FIFO_MESSAGE,
    PhoneNumber: 'publish to a topic',
  }),
  PublishBatch: publishing(['TopicArn', ...below('PublishBatchRequestEntries', 'Id', ...MESSAGE)], {
    'PublishBatchRequestEntries.MessageDeduplicationId': FIFO,
    'PublishBatchRequestEntries.MessageGroupId': FIFO,
  }),
  TagResource: { honoured: ['ResourceArn'], stored: ['Tags'] },
  UntagResource: { honoured: ['ResourceArn'], stored: ['TagKeys'] },
  ListTagsForResource: { honoured: ['ResourceArn'] },
};

function publishing(honoured: readonly string[], refused: Readonly<Record<string, string>>): OperationRules {
  return {
    honoured,
    refused,
    note: 'a delivery that fails is not tried again: it goes to the dead-letter queue at once',
  };
}
