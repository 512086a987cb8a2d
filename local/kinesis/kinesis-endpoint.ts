/** Kinesis in JSON 1.1: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Clock } from '../../simulator/models/clock.ts';
import type { StreamMode } from '../../simulator/models/kinesis-model.ts';
import type { JsonObject, Operations, ServiceEndpoint } from '../wire/api-call.ts';
import { optionalNumber, optionalText, requireNumber, requireText, tagList, textList, textMap } from '../wire/input.ts';
import { jsonEndpoint } from '../wire/json-endpoint.ts';
import type { KinesisService } from './kinesis-service.ts';
import type { PutMeter } from './put-meter.ts';

export function kinesisEndpoint(kinesis: KinesisService, clock: Clock, meter: PutMeter): ServiceEndpoint {
  return jsonEndpoint('1.1', {
    ...streamOperations(kinesis, clock),
    ...shardOperations(kinesis),
    ...tagOperations(kinesis, clock),
    ...recordOperations(kinesis, meter),
  });
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
      await kinesis.delete(streamOf(input));
      return undefined;
    },
    DescribeStream: async (input) => ({ StreamDescription: await kinesis.describe(streamOf(input)) }),
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
      // A page's token names the stream by itself.
      if (optionalText(input, 'NextToken') !== undefined) return kinesis.forward('ListShards', input);
      return kinesis.forward('ListShards', {
        ...withoutArn(input),
        StreamName: kinesis.stream(streamOf(input)).streamName,
      });
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

function recordOperations(kinesis: KinesisService, meter: PutMeter): Operations {
  return {
    PutRecord: async (input) => {
      const { streamName } = kinesis.stream(streamOf(input));
      try {
        const output = await kinesis.forward('PutRecord', { ...withoutArn(input), StreamName: streamName });
        meter.accepted(streamName, [input]);
        return output;
      } catch (error) {
        const rejected = error instanceof AwsServiceError && error.name === 'ProvisionedThroughputExceededException';
        if (rejected) meter.rejected(streamName, 1);
        throw error;
      }
    },
    PutRecords: async (input) => {
      const { streamName } = kinesis.stream(streamOf(input));
      const output = await kinesis.forward('PutRecords', { ...withoutArn(input), StreamName: streamName });
      const sent = Array.isArray(input.Records) ? (input.Records as readonly JsonObject[]) : [];
      const results = Array.isArray(output.Records) ? (output.Records as readonly JsonObject[]) : [];
      meter.accepted(
        streamName,
        sent.filter((_, index) => !results[index]?.ErrorCode),
      );
      meter.rejected(streamName, results.filter((result) => result.ErrorCode).length);
      return output;
    },
    GetShardIterator: (input) =>
      kinesis.forward('GetShardIterator', {
        ...withoutArn(input),
        StreamName: kinesis.stream(streamOf(input)).streamName,
      }),
    GetRecords: (input) => kinesis.forward('GetRecords', withoutArn(input)),
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

function streamOf(input: JsonObject): string {
  return optionalText(input, 'StreamName') ?? nameOf(requireText(input, 'StreamARN'));
}

function resourceOf(input: JsonObject): string {
  return nameOf(requireText(input, 'ResourceARN'));
}

function nameOf(streamArn: string): string {
  return streamArn.split('/')[1] ?? streamArn;
}

function withoutArn(input: JsonObject): JsonObject {
  const { StreamARN: _, StreamId: __, ...rest } = input;
  return rest;
}

function modeOf(input: JsonObject): StreamMode | undefined {
  const details = input.StreamModeDetails;
  if (typeof details !== 'object' || details === null) return undefined;
  const mode = requireText(details as JsonObject, 'StreamMode');
  if (mode === 'PROVISIONED' || mode === 'ON_DEMAND') return mode;
  throw new AwsServiceError('ValidationException', `StreamMode must be PROVISIONED or ON_DEMAND, not ${mode}`);
}
