/** What Kinesis refuses of records, whole calls and single records. */
import { PutRecordCommand, PutRecordsCommand, type PutRecordsCommandOutput } from '@aws-sdk/client-kinesis';
import { describe, expect, test } from 'vitest';
import { parseFaultRule } from '../../local/calls/fault-rules.ts';
import { type ShardBackend, shardsWithoutRecords } from '../../local/kinesis/shard-backend.ts';
import { clientsOf, startFixture } from './local-fixture.ts';

const StreamName = 'orders';
const Data = Buffer.from('x');

describe('a record is refused, not answered with a retryable 500,', () => {
  test.each([
    [
      'for an explicit hash key that is no number',
      { ExplicitHashKey: 'abc' },
      'ValidationException',
      "Value 'abc' at 'explicitHashKey'",
    ],
    [
      'for one beyond 2^128',
      { ExplicitHashKey: String(2n ** 128n) },
      'InvalidArgumentException',
      'must be in the range',
    ],
    ['for a partition key of 257 characters', { PartitionKey: 'k'.repeat(257) }, 'ValidationException', 'partitionKey'],
    ['for more than 1 MiB', { Data: Buffer.alloc(1_048_576) }, 'ValidationException', '1048577 bytes'],
  ])('%s', async (_why, record, name, message) => {
    const { aws } = await startFixture();
    await aws.kinesis.create(StreamName, 'PROVISIONED', 1);
    const put = clientsOf(aws).kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data, ...record }));
    await expect(put).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });
});

test('PutRecords refuses more than 500 records and more than 10 MiB', async () => {
  const { aws } = await startFixture();
  await aws.kinesis.create(StreamName, 'PROVISIONED', 1);
  const put = (count: number, bytes: number) => {
    const Records = Array.from({ length: count }, () => ({ PartitionKey: 'k', Data: Buffer.alloc(bytes) }));
    return clientsOf(aws).kinesis.send(new PutRecordsCommand({ StreamName, Records }));
  };
  await expect(put(501, 1)).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(put(11, 1_000_000)).rejects.toMatchObject({ name: 'InvalidArgumentException' });
});

test('--fail PutRecords.record lets single records fail while the call succeeds', async () => {
  const rule = parseFaultRule('PutRecords.record=ProvisionedThroughputExceededException:2');
  if (typeof rule === 'string') throw new Error(rule);
  const { aws } = await startFixture({ shardBackend: storingBackend() });
  await aws.kinesis.create(StreamName, 'PROVISIONED', 1);
  aws.calls.faults.add(rule);
  const answer = await putMany(aws, 4);
  expect(codesOf(answer)).toEqual([
    'ProvisionedThroughputExceededException',
    'ProvisionedThroughputExceededException',
    'ok',
    'ok',
  ]);
  expect(answer.FailedRecordCount).toBe(2);
  expect(codesOf(await putMany(aws, 1))).toEqual(['ok']);
  expect(parseFaultRule('PutRecords.record=AccessDenied')).toBe(
    '"PutRecords.record=AccessDenied": single records fail in PutRecords, with ProvisionedThroughputExceededException or InternalFailure',
  );
});

test('with throttle on a shard takes 1,000 records a second, and the records beyond fail one by one', async () => {
  const { aws, pass } = await startFixture({ throttle: true, shardBackend: storingBackend() });
  await aws.kinesis.create(StreamName, 'PROVISIONED', 1);
  const failed = async (count: number) => (await putMany(aws, count)).FailedRecordCount;
  expect([await failed(500), await failed(500), await failed(500)]).toEqual([0, 0, 500]);
  await pass(400);
  const half = await putMany(aws, 500);
  expect(half.FailedRecordCount).toBe(100);
  expect(half.Records?.at(-1)).toMatchObject({
    ErrorCode: 'ProvisionedThroughputExceededException',
    ErrorMessage: 'Rate exceeded for shard shardId-000000000000 in stream orders under account 123456789012.',
  });
  const single = clientsOf(aws).kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data }));
  await expect(single).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
});

test('with throttle on a shard takes 1 MiB a second, whatever another shard has left', async () => {
  const { aws } = await startFixture({ throttle: true, shardBackend: storingBackend() });
  await aws.kinesis.create(StreamName, 'PROVISIONED', 2);
  const last = String(2n ** 128n - 1n);
  const Records = ['0', '0', '0', last].map((ExplicitHashKey) => ({
    ExplicitHashKey,
    PartitionKey: 'k',
    Data: Buffer.alloc(400_000),
  }));
  const answer = await clientsOf(aws).kinesis.send(new PutRecordsCommand({ StreamName, Records }));
  expect(codesOf(answer)).toEqual(['ok', 'ok', 'ProvisionedThroughputExceededException', 'ok']);
});

function putMany(aws: Parameters<typeof clientsOf>[0], count: number) {
  const Records = Array.from({ length: count }, () => ({ PartitionKey: 'k', Data }));
  return clientsOf(aws).kinesis.send(new PutRecordsCommand({ StreamName, Records }));
}

function codesOf({ Records = [] }: PutRecordsCommandOutput): readonly string[] {
  return Records.map(({ ErrorCode }) => ErrorCode ?? 'ok');
}

/** Shards that take records and forget them: what is asked here is what stands in front of them. */
function storingBackend(): ShardBackend {
  const shards = shardsWithoutRecords();
  return {
    async call(operation, input) {
      const records = Array.isArray(input.Records) ? input.Records : [];
      if (operation === 'PutRecords')
        return { Records: records.map(() => ({ SequenceNumber: '1', ShardId: 'shard' })) };
      return operation === 'PutRecord' ? { SequenceNumber: '1', ShardId: 'shard' } : shards.call(operation, input);
    },
  };
}
