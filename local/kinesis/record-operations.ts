/** Records in and out. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { ApiCall, JsonObject, Operations } from '../wire/api-call.ts';
import { objectList } from '../wire/input.ts';
import type { KinesisService } from './kinesis-service.ts';
import { bytesOf, checkBatch, checkRecord, type ShardThroughput, shardOf } from './put-admission.ts';
import type { PutMeter } from './put-meter.ts';
import { streamOf, withoutArn } from './stream-input.ts';

export interface RecordHost {
  readonly meter: PutMeter;
  /** Enforces what a shard takes in a second; absent without call rates. */
  readonly throughput: ShardThroughput | undefined;
  /** The error code that a fault rule has for the next record of the call, if any. */
  readonly recordFault: (call: ApiCall) => string | undefined;
}

interface RecordRefusal {
  readonly code: string;
  readonly message: string;
}

export function recordOperations(kinesis: KinesisService, host: RecordHost): Operations {
  return {
    PutRecord: async (input, call) => {
      const { streamName } = kinesis.stream(streamOf(input));
      checkRecord(input);
      const refusal = (await refusals(kinesis, host, { streamName, records: [input], call }))[0];
      if (refusal !== undefined) {
        host.meter.rejected(streamName, 1);
        throw new AwsServiceError(refusal.code, refusal.message);
      }
      const output = await kinesis.forward('PutRecord', { ...withoutArn(input), StreamName: streamName });
      host.meter.accepted(streamName, [input]);
      return output;
    },
    PutRecords: async (input, call) => {
      const { streamName } = kinesis.stream(streamOf(input));
      const records = objectList(input, 'Records');
      checkBatch(records);
      return putRecords(kinesis, host, { streamName, records, call });
    },
    GetShardIterator: (input) =>
      kinesis.forward('GetShardIterator', {
        ...withoutArn(input),
        StreamName: kinesis.stream(streamOf(input)).streamName,
      }),
    GetRecords: (input) => kinesis.forward('GetRecords', withoutArn(input)),
  };
}

interface Batch {
  readonly streamName: string;
  readonly records: readonly JsonObject[];
  readonly call: ApiCall;
}

async function putRecords(kinesis: KinesisService, host: RecordHost, batch: Batch): Promise<JsonObject> {
  const { streamName, records } = batch;
  const refused = await refusals(kinesis, host, batch);
  const sent = records.filter((_, index) => refused[index] === undefined);
  const answer =
    sent.length === 0 ? {} : await kinesis.forward('PutRecords', { Records: sent, StreamName: streamName });
  const stored = [...((answer.Records ?? []) as readonly JsonObject[])];
  const results = records.map((_, index): JsonObject => {
    const refusal = refused[index];
    return refusal === undefined ? (stored.shift() ?? {}) : { ErrorCode: refusal.code, ErrorMessage: refusal.message };
  });
  const failed = results.filter(({ ErrorCode }) => ErrorCode).length;
  host.meter.accepted(
    streamName,
    records.filter((_, index) => !results[index]?.ErrorCode),
  );
  host.meter.rejected(streamName, failed);
  return { EncryptionType: 'NONE', ...answer, FailedRecordCount: failed, Records: results };
}

/** For each record why it is refused; undefined for those that are taken. */
async function refusals(
  kinesis: KinesisService,
  { throughput, recordFault }: RecordHost,
  { streamName, records, call }: Batch,
): Promise<readonly (RecordRefusal | undefined)[]> {
  const openShards = throughput === undefined ? [] : await kinesis.openShards(streamName);
  return records.map((record) => {
    const code = recordFault(call);
    if (code !== undefined) return { code, message: 'injected fault' };
    if (throughput === undefined) return undefined;
    const shardId = shardOf(record, openShards);
    if (throughput.admit(`${kinesis.account.region} ${streamName} ${shardId}`, bytesOf(record))) return undefined;
    const message = `Rate exceeded for shard ${shardId} in stream ${streamName} under account ${kinesis.account.accountId}.`;
    return { code: 'ProvisionedThroughputExceededException', message };
  });
}
