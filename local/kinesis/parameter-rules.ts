/** What becomes of the parameters of Kinesis's calls. */
import { below, type ServiceRules } from '../parameters/parameter-rules.ts';

const STREAM = ['StreamName', 'StreamARN'];
const CONSUMER = ['StreamARN', 'ConsumerName', 'ConsumerARN'];
const PROVISIONING = 'leave it out: streams here are of the standard kind, with records of up to 1 MiB';

export const KINESIS_RULES: ServiceRules = {
  CreateStream: {
    honoured: ['StreamName', 'ShardCount', 'StreamModeDetails', 'Tags', 'MaxRecordSizeInKiB.1024'],
    refused: { MaxRecordSizeInKiB: PROVISIONING, WarmThroughputMiBps: PROVISIONING },
    note: 'the stream is ACTIVE at once',
  },
  DeleteStream: { honoured: [...STREAM, 'EnforceConsumerDeletion'], note: 'the stream is gone at once' },
  DescribeStream: { honoured: [...STREAM, 'Limit', 'ExclusiveStartShardId'] },
  DescribeStreamSummary: { honoured: STREAM },
  ListStreams: { honoured: ['Limit', 'ExclusiveStartStreamName', 'NextToken'] },
  DescribeLimits: {},
  UpdateStreamMode: { honoured: ['StreamARN', 'StreamModeDetails'], note: 'takes effect at once' },
  IncreaseStreamRetentionPeriod: { honoured: [...STREAM, 'RetentionPeriodHours'] },
  DecreaseStreamRetentionPeriod: { honoured: [...STREAM, 'RetentionPeriodHours'] },
  EnableEnhancedMonitoring: { honoured: STREAM, stored: ['ShardLevelMetrics'] },
  DisableEnhancedMonitoring: { honoured: STREAM, stored: ['ShardLevelMetrics'] },
  StartStreamEncryption: { honoured: STREAM, stored: ['EncryptionType', 'KeyId'] },
  StopStreamEncryption: { honoured: STREAM, stored: ['EncryptionType', 'KeyId'] },
  UpdateShardCount: { honoured: [...STREAM, 'TargetShardCount', 'ScalingType'] },
  SplitShard: { honoured: [...STREAM, 'ShardToSplit', 'NewStartingHashKey'] },
  MergeShards: { honoured: [...STREAM, 'ShardToMerge', 'AdjacentShardToMerge'] },
  ListShards: {
    honoured: [...STREAM, 'NextToken', 'ExclusiveStartShardId', 'MaxResults', 'StreamCreationTimestamp', 'ShardFilter'],
  },
  AddTagsToStream: { honoured: [...STREAM, 'Tags'] },
  RemoveTagsFromStream: { honoured: [...STREAM, 'TagKeys'] },
  ListTagsForStream: { honoured: [...STREAM, 'ExclusiveStartTagKey', 'Limit'] },
  ListTagsForResource: { honoured: ['ResourceARN'], note: 'streams only' },
  TagResource: { honoured: ['ResourceARN', 'Tags'], note: 'streams only' },
  UntagResource: { honoured: ['ResourceARN', 'TagKeys'], note: 'streams only' },
  PutRecord: {
    honoured: [...STREAM, 'Data', 'PartitionKey', 'ExplicitHashKey'],
    simplified: { SequenceNumberForOrdering: 'sequence numbers of a shard grow with every record anyhow' },
  },
  PutRecords: {
    honoured: [...STREAM, ...below('Records', 'Data', 'PartitionKey', 'ExplicitHashKey')],
  },
  GetShardIterator: {
    honoured: [...STREAM, 'ShardId', 'ShardIteratorType', 'StartingSequenceNumber'],
    simplified: { Timestamp: "records bear the machine's time, also where the clock is faster" },
  },
  GetRecords: { honoured: ['ShardIterator', 'Limit', 'StreamARN'] },
  RegisterStreamConsumer: {
    honoured: ['StreamARN', 'ConsumerName'],
    refused: { Tags: 'leave it out: tags are on streams only' },
    note: 'the consumer is ACTIVE at once',
  },
  DeregisterStreamConsumer: { honoured: CONSUMER },
  DescribeStreamConsumer: { honoured: CONSUMER },
  SubscribeToShard: {
    honoured: ['ConsumerARN', 'ShardId', ...below('StartingPosition', 'Type', 'SequenceNumber')],
    simplified: { 'StartingPosition.Timestamp': "records bear the machine's time, also where the clock is faster" },
    note: 'in JSON only: in CBOR (the AWS SDK for Java) it is refused, and PollingConfig of the KCL is the way out',
  },
  ListStreamConsumers: { honoured: ['StreamARN', 'NextToken', 'MaxResults', 'StreamCreationTimestamp'] },
};
