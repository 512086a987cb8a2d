/** What Kinesis checks of a record before a shard takes it: shape, size, and (with call rates on) throughput. */
import { createHash } from 'node:crypto';
import { awsFacts } from '../../core/aws-facts.ts';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Clock } from '../../simulator/models/clock.ts';
import type { JsonObject } from '../wire/api-call.ts';
import { optionalText } from '../wire/input.ts';

const MOST_RECORDS = awsFacts.putRecordsBatch.value;
const LARGEST_REQUEST_BYTES = awsFacts.putRecordsBytes.value;
const LARGEST_RECORD_BYTES = awsFacts.recordBytes.value;
const LONGEST_PARTITION_KEY = 256;
const HASH_KEY = /^(0|[1-9]\d{0,38})$/;
const HASH_KEYS = 2n ** 128n;

/** @throws AwsServiceError ValidationException, InvalidArgumentException. */
export function checkRecord(record: JsonObject): void {
  const key = optionalText(record, 'PartitionKey');
  if (key === undefined || key === '' || key.length > LONGEST_PARTITION_KEY) {
    throw invalid('partitionKey', key, `Member must have length between 1 and ${LONGEST_PARTITION_KEY}`);
  }
  if (typeof record.Data !== 'string') throw invalid('data', undefined, 'Member must not be null');
  if (bytesOf(record) > LARGEST_RECORD_BYTES) {
    throw invalid(
      'data',
      `${bytesOf(record)} bytes`,
      `Member must have length less than or equal to ${LARGEST_RECORD_BYTES}`,
    );
  }
  const hashKey = optionalText(record, 'ExplicitHashKey');
  if (hashKey === undefined) return;
  if (!HASH_KEY.test(hashKey)) {
    throw invalid('explicitHashKey', hashKey, 'Member must satisfy regular expression pattern: 0|([1-9]\\d{0,38})');
  }
  if (BigInt(hashKey) < HASH_KEYS) return;
  const message = `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${hashKey}`;
  throw new AwsServiceError('InvalidArgumentException', message);
}

/** @throws AwsServiceError ValidationException, InvalidArgumentException. */
export function checkBatch(records: readonly JsonObject[]): void {
  if (records.length < 1 || records.length > MOST_RECORDS) {
    throw invalid('records', `${records.length} records`, `Member must have length between 1 and ${MOST_RECORDS}`);
  }
  for (const record of records) checkRecord(record);
  const bytes = records.reduce((sum, record) => sum + bytesOf(record), 0);
  if (bytes <= LARGEST_REQUEST_BYTES) return;
  const message = `Records size exceeds ${LARGEST_REQUEST_BYTES} bytes: ${bytes}`;
  throw new AwsServiceError('InvalidArgumentException', message);
}

/** What counts to a shard's throughput: the data and the partition key. */
export function bytesOf(record: JsonObject): number {
  return Buffer.byteLength(String(record.Data ?? ''), 'base64') + Buffer.byteLength(String(record.PartitionKey ?? ''));
}

/** The shard that takes a record: by its explicit hash key, else by the MD5 of its partition key. */
export function shardOf(record: JsonObject, openShards: readonly JsonObject[]): string {
  const explicit = optionalText(record, 'ExplicitHashKey');
  const hash = createHash('md5').update(String(record.PartitionKey)).digest('hex');
  const hashKey = explicit === undefined ? BigInt(`0x${hash}`) : BigInt(explicit);
  const found = openShards.find(({ HashKeyRange }) => {
    const { StartingHashKey, EndingHashKey } = HashKeyRange as JsonObject;
    return BigInt(String(StartingHashKey)) <= hashKey && hashKey <= BigInt(String(EndingHashKey));
  });
  return String(found?.ShardId);
}

interface Bucket {
  records: number;
  bytes: number;
  atMs: number;
}

/** Records and bytes a second of each shard, as token buckets on the clock: a second's worth may come at once. */
export class ShardThroughput {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param shard stream and shard. @returns whether the shard takes the record; then it counts. */
  admit(shard: string, bytes: number): boolean {
    const { value: mostRecords } = awsFacts.shardRecordsPerSecond;
    const { value: mostBytes } = awsFacts.shardBytesPerSecond;
    const atMs = this.#clock.nowMs();
    const before = this.#buckets.get(shard) ?? { records: mostRecords, bytes: mostBytes, atMs };
    const seconds = (atMs - before.atMs) / 1000;
    const bucket = {
      records: Math.min(mostRecords, before.records + seconds * mostRecords),
      bytes: Math.min(mostBytes, before.bytes + seconds * mostBytes),
      atMs,
    };
    this.#buckets.set(shard, bucket);
    if (bucket.records < 1 || bucket.bytes < bytes) return false;
    bucket.records -= 1;
    bucket.bytes -= bytes;
    return true;
  }
}

function invalid(member: string, value: string | undefined, rule: string): AwsServiceError {
  const message = `1 validation error detected: Value '${value ?? 'null'}' at '${member}' failed to satisfy constraint: ${rule}`;
  return new AwsServiceError('ValidationException', message);
}
