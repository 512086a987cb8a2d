import type { Readable } from 'node:stream';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { JsonObject } from '../wire/api-call.ts';

/** Where shards and records live behind the front: Kinesis's own operations with their own input and output. */
export interface ShardBackend {
  /** @throws AwsServiceError what the backend answered. */
  call(operation: string, input: JsonObject): Promise<JsonObject>;
  /** SubscribeToShard, where the backend has it: the answer as an event stream (application/vnd.amazon.eventstream). */
  subscribe?(input: JsonObject): Promise<Readable>;
}

const KEY_SPACE = 2n ** 128n;

/**
 * Shards without records, for fleets of streams that no kinesis-local process would hold: even hash key ranges, no
 * parents, and a refusal for everything that touches a record.
 */
export function shardsWithoutRecords(): ShardBackend {
  const counts = new Map<string, number>();
  const setCount = (input: JsonObject, member: string): JsonObject => {
    counts.set(String(input.StreamName), Number(input[member]));
    return {};
  };
  return {
    async call(operation, input) {
      switch (operation) {
        case 'CreateStream':
          return setCount(input, 'ShardCount');
        case 'UpdateShardCount':
          return setCount(input, 'TargetShardCount');
        case 'DeleteStream':
          counts.delete(String(input.StreamName));
          return {};
        case 'UpdateStreamMode':
          return {};
        case 'ListShards':
          return { Shards: evenShards(counts.get(String(input.StreamName)) ?? 0) };
        default:
          throw new AwsServiceError(
            'UnknownOperationException',
            `${operation} needs kinesis-local; local AWS was started with streams that hold no records`,
          );
      }
    },
  };
}

function evenShards(count: number): readonly JsonObject[] {
  return Array.from({ length: count }, (_, index) => ({
    ShardId: `shardId-${String(index).padStart(12, '0')}`,
    HashKeyRange: {
      StartingHashKey: String((KEY_SPACE * BigInt(index)) / BigInt(count)),
      EndingHashKey: String((KEY_SPACE * BigInt(index + 1)) / BigInt(count) - 1n),
    },
    SequenceNumberRange: { StartingSequenceNumber: '0' },
  }));
}
