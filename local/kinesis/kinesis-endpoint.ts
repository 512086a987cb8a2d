/** Kinesis in JSON 1.1 and in AWS's CBOR: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Clock } from '../../simulator/models/clock.ts';
import type { StreamMode } from '../../simulator/models/kinesis-model.ts';
import type { JsonObject, Operations, ServiceEndpoint } from '../wire/api-call.ts';
import { optionalNumber, optionalText, requireNumber, requireText, tagList, textList, textMap } from '../wire/input.ts';
import { jsonEndpoint } from '../wire/json-endpoint.ts';
import type { KinesisService } from './kinesis-service.ts';
import { type RecordHost, recordOperations } from './record-operations.ts';
import { readShardQuery, readToken } from './shard-history.ts';
import { subscribeToShard } from './shard-subscription.ts';
import { consumerOperations } from './stream-consumers.ts';
import { nameOf, streamOf, withoutArn } from './stream-input.ts';

/** ListShards, API reference. */
const SHARDS_PER_PAGE = 1_000;

export function kinesisEndpoint(kinesis: KinesisService, clock: Clock, host: RecordHost): ServiceEndpoint {
  const { parse, handle } = jsonEndpoint('1.1', {
    ...streamOperations(kinesis, clock),
    ...shardOperations(kinesis),
    ...tagOperations(kinesis, clock),
    ...recordOperations(kinesis, host),
    ...consumerOperations(kinesis, () => clock.nowMs()),
  });
  return {
    parse,
    // The one answer that is a stream.
    handle: (call, input) =>
      call.operation === 'SubscribeToShard' ? subscribeToShard(kinesis, call, input) : handle(call, input),
  };
}

function streamOperations(kinesis: KinesisService, clock: Clock): Operations {
  return {
    CreateStream: async (input) => {
      const mode = modeOf(input) ?? 'PROVISIONED';
      const shardCount = mode === 'PROVISIONED' ? requireNumber(input, 'ShardCount') : 0;
      await kinesis.create(requireText(input, 'StreamName'), mode, shardCount, textMap(input, 'Tags'));
      return undefined;
    },
    DeleteStream: async (input) => {
      await kinesis.delete(streamOf(input), input.EnforceConsumerDeletion === true);
      return undefined;
    },
    DescribeStream: async (input) => {
      const page = {
        after: optionalText(input, 'ExclusiveStartShardId') ?? '',
        limit: optionalNumber(input, 'Limit') ?? 100,
      };
      return { StreamDescription: await kinesis.describe(streamOf(input), page) };
    },
    StartStreamEncryption: (input) => {
      const [type, keyId] = [requireText(input, 'EncryptionType'), requireText(input, 'KeyId')];
      kinesis.settings(streamOf(input)).encryption = { EncryptionType: type, KeyId: keyId };
      return undefined;
    },
    StopStreamEncryption: (input) => {
      kinesis.settings(streamOf(input)).encryption = { EncryptionType: 'NONE' };
      return undefined;
    },
    DescribeStreamSummary: (input) => ({ StreamDescriptionSummary: kinesis.describeSummary(streamOf(input)) }),
    ListStreams: (input) => listStreams(kinesis, input),
    DescribeLimits: () => {
      const nowMs = clock.nowMs();
      const onDemand = kinesis.account.streams().filter((stream) => stream.streamMode === 'ON_DEMAND').length;
      return { ...kinesis.account.describeLimits(nowMs), OnDemandStreamCount: onDemand, OnDemandStreamCountLimit: 50 };
    },
    UpdateStreamMode: (input) => {
      const mode = modeOf(input);
      if (mode === undefined) throw new AwsServiceError('ValidationException', 'StreamModeDetails is required');
      kinesis.updateMode(streamOf(input), mode);
      return undefined;
    },
    IncreaseStreamRetentionPeriod: (input) => {
      kinesis.setRetention(streamOf(input), requireNumber(input, 'RetentionPeriodHours'), 'increase');
      return undefined;
    },
    DecreaseStreamRetentionPeriod: (input) => {
      kinesis.setRetention(streamOf(input), requireNumber(input, 'RetentionPeriodHours'), 'decrease');
      return undefined;
    },
    EnableEnhancedMonitoring: (input) =>
      kinesis.setShardLevelMetrics(streamOf(input), 'enable', textList(input, 'ShardLevelMetrics')),
    DisableEnhancedMonitoring: (input) =>
      kinesis.setShardLevelMetrics(streamOf(input), 'disable', textList(input, 'ShardLevelMetrics')),
  };
}

function shardOperations(kinesis: KinesisService): Operations {
  return {
    UpdateShardCount: (input) => {
      const scalingType = requireText(input, 'ScalingType');
      if (scalingType !== 'UNIFORM_SCALING') {
        throw new AwsServiceError('ValidationException', `ScalingType must be UNIFORM_SCALING, not ${scalingType}`);
      }
      return kinesis.updateShardCount(streamOf(input), requireNumber(input, 'TargetShardCount'));
    },
    SplitShard: async (input) => {
      await kinesis.reshard('SplitShard', streamOf(input), withoutArn(input));
      return undefined;
    },
    MergeShards: async (input) => {
      await kinesis.reshard('MergeShards', streamOf(input), withoutArn(input));
      return undefined;
    },
    ListShards: (input) => {
      const limit = optionalNumber(input, 'MaxResults') ?? SHARDS_PER_PAGE;
      const token = optionalText(input, 'NextToken');
      // A page's token names the stream by itself.
      if (token !== undefined) return kinesis.listShards(readToken(token), limit);
      const streamName = streamOf(input);
      kinesis.assertCreatedAt(streamName, optionalNumber(input, 'StreamCreationTimestamp'));
      return kinesis.listShards(readShardQuery(input, streamName), limit);
    },
  };
}

function tagOperations(kinesis: KinesisService, clock: Clock): Operations {
  return {
    AddTagsToStream: (input) => {
      kinesis.stream(streamOf(input)).tags.add(textMap(input, 'Tags'), clock.nowMs());
      return undefined;
    },
    RemoveTagsFromStream: (input) => {
      kinesis.stream(streamOf(input)).tags.remove(textList(input, 'TagKeys'), clock.nowMs());
      return undefined;
    },
    ListTagsForStream: (input) => {
      const after = optionalText(input, 'ExclusiveStartTagKey') ?? '';
      const tags = kinesis
        .stream(streamOf(input))
        .tags.list()
        .filter(({ Key }) => Key > after);
      const page = tags.slice(0, optionalNumber(input, 'Limit') ?? tags.length);
      return { Tags: page, HasMoreTags: page.length < tags.length };
    },
    ListTagsForResource: (input) => ({ Tags: kinesis.stream(resourceOf(input)).tags.list() }),
    TagResource: (input) => {
      const tags = Array.isArray(input.Tags) ? tagList(input, 'Tags') : textMap(input, 'Tags');
      kinesis.stream(resourceOf(input)).tags.add(tags, clock.nowMs());
      return undefined;
    },
    UntagResource: (input) => {
      kinesis.stream(resourceOf(input)).tags.remove(textList(input, 'TagKeys'), clock.nowMs());
      return undefined;
    },
  };
}

function listStreams(kinesis: KinesisService, input: JsonObject): JsonObject {
  const after = optionalText(input, 'NextToken') ?? optionalText(input, 'ExclusiveStartStreamName') ?? '';
  const streams = kinesis.account
    .streams()
    .filter(({ streamName }) => streamName > after)
    .sort((a, b) => (a.streamName < b.streamName ? -1 : 1));
  const page = streams.slice(0, optionalNumber(input, 'Limit') ?? 100);
  const hasMore = page.length < streams.length;
  return {
    StreamNames: page.map(({ streamName }) => streamName),
    StreamSummaries: page.map(({ streamName }) => {
      const { OpenShardCount: _, ...summary } = kinesis.describeSummary(streamName);
      return summary;
    }),
    HasMoreStreams: hasMore,
    ...(hasMore ? { NextToken: page.at(-1)?.streamName } : {}),
  };
}

function resourceOf(input: JsonObject): string {
  return nameOf(requireText(input, 'ResourceARN'));
}

function modeOf(input: JsonObject): StreamMode | undefined {
  const details = input.StreamModeDetails;
  if (typeof details !== 'object' || details === null) return undefined;
  const mode = requireText(details as JsonObject, 'StreamMode');
  if (mode === 'PROVISIONED' || mode === 'ON_DEMAND') return mode;
  throw new AwsServiceError('ValidationException', `StreamMode must be PROVISIONED or ON_DEMAND, not ${mode}`);
}
