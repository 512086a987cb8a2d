/** What becomes of the parameters of SQS's calls. */
import { below, type ServiceRules } from '../parameters/parameter-rules.ts';

const FIFO = 'local AWS has standard queues only: leave it out';

const ATTRIBUTES = [
  'VisibilityTimeout',
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
];
const STORED_ATTRIBUTES = ['Policy', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled'];
const MESSAGE = ['MessageBody', 'DelaySeconds', 'MessageAttributes'];
const FIFO_ATTRIBUTES = {
  'Attributes.FifoQueue': FIFO,
  'Attributes.ContentBasedDeduplication': FIFO,
  'Attributes.DeduplicationScope': FIFO,
  'Attributes.FifoThroughputLimit': FIFO,
  'Attributes.RedriveAllowPolicy': 'leave it out: every queue may use every other one as its dead-letter queue',
};

export const SQS_RULES: ServiceRules = {
  CreateQueue: {
    honoured: ['QueueName', ...below('Attributes', ...ATTRIBUTES)],
    stored: ['tags', ...below('Attributes', ...STORED_ATTRIBUTES)],
    refused: FIFO_ATTRIBUTES,
  },
  DeleteQueue: { honoured: ['QueueUrl'] },
  ListQueues: { honoured: ['QueueNamePrefix', 'MaxResults', 'NextToken'] },
  GetQueueUrl: { honoured: ['QueueName', 'QueueOwnerAWSAccountId'] },
  GetQueueAttributes: { honoured: ['QueueUrl', 'AttributeNames'] },
  SetQueueAttributes: {
    honoured: ['QueueUrl', ...below('Attributes', ...ATTRIBUTES)],
    stored: below('Attributes', ...STORED_ATTRIBUTES),
    refused: FIFO_ATTRIBUTES,
  },
  ListDeadLetterSourceQueues: { honoured: ['QueueUrl', 'MaxResults', 'NextToken'] },
  SendMessage: {
    honoured: ['QueueUrl', ...MESSAGE],
    stored: ['MessageSystemAttributes.AWSTraceHeader'],
    refused: { MessageDeduplicationId: FIFO, MessageGroupId: FIFO },
  },
  SendMessageBatch: {
    honoured: ['QueueUrl', ...below('Entries', 'Id', ...MESSAGE)],
    stored: ['Entries.MessageSystemAttributes.AWSTraceHeader'],
    refused: { 'Entries.MessageDeduplicationId': FIFO, 'Entries.MessageGroupId': FIFO },
  },
  ReceiveMessage: {
    honoured: [
      'QueueUrl',
      'AttributeNames',
      'MessageSystemAttributeNames',
      'MessageAttributeNames',
      'MaxNumberOfMessages',
      'VisibilityTimeout',
      'WaitTimeSeconds',
    ],
    refused: { ReceiveRequestAttemptId: FIFO },
    note: 'takes the oldest visible messages first, and all of them',
  },
  DeleteMessage: { honoured: ['QueueUrl', 'ReceiptHandle'] },
  DeleteMessageBatch: { honoured: ['QueueUrl', 'Entries'] },
  ChangeMessageVisibility: { honoured: ['QueueUrl', 'ReceiptHandle', 'VisibilityTimeout'] },
  ChangeMessageVisibilityBatch: { honoured: ['QueueUrl', 'Entries'] },
  PurgeQueue: { honoured: ['QueueUrl'] },
  TagQueue: { honoured: ['QueueUrl'], stored: ['Tags'] },
  UntagQueue: { honoured: ['QueueUrl'], stored: ['TagKeys'] },
  ListQueueTags: { honoured: ['QueueUrl'] },
};
