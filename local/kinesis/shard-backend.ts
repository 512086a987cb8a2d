import type { Readable } from 'node:stream';
import type { OpenShard } from '../../core/stream/stream-state.ts';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { KinesisShards } from '../../simulator/models/kinesis-shards.ts';
import type { JsonObject } from '../wire/api-call.ts';

/** Where shards and records live behind the front: Kinesis's own operations with their own input and output. */
export interface ShardBackend {
  /** @throws AwsServiceError what the backend answered. */
  call(operation: string, input: JsonObject): Promise<JsonObject>;
  /** SubscribeToShard, where the backend has it: the answer as an event stream (application/vnd.amazon.eventstream). */
  subscribe?(input: JsonObject): Promise<Readable>;
}

/**
 * Shards without records, for fleets of streams that no kinesis-local process would hold: hash key ranges, no parents, and a
 * refusal for everything that touches a record.
 */
export function shardsWithoutRecords(): ShardBackend {
  const streams = new Map<string, KinesisShards>();
  return {
    async call(operation, input) {
      const name = String(input.StreamName);
      const shards = streams.get(name);
      switch (operation) {
        case 'CreateStream':
          streams.set(name, new KinesisShards(name, Number(input.ShardCount)));
          return {};
        case 'UpdateShardCount':
          shards?.makeEven(Number(input.TargetShardCount));
          return {};
        case 'SplitShard':
          shards?.split(String(input.ShardToSplit), String(input.NewStartingHashKey));
          return {};
        case 'MergeShards':
          shards?.merge(String(input.ShardToMerge), String(input.AdjacentShardToMerge));
          return {};
        case 'DeleteStream':
          streams.delete(name);
          return {};
        case 'UpdateStreamMode':
          return {};
        case 'ListShards':
          return { Shards: shards?.open.map(toShard) ?? [] };
        default:
          throw new AwsServiceError(
            'UnknownOperationException',
            `${operation} needs kinesis-local; local AWS was started with streams that hold no records`,
          );
      }
    },
  };
}

function toShard({ shardId, firstHashKey, lastHashKey }: OpenShard): JsonObject {
  return {
    ShardId: shardId,
    HashKeyRange: { StartingHashKey: firstHashKey, EndingHashKey: lastHashKey },
    SequenceNumberRange: { StartingSequenceNumber: '0' },
  };
}
