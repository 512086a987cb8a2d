/** Shards as kinesis-local has them, filtered and paged by AWS's rules; in JSON and in CBOR. */
import {
  CreateStreamCommand,
  DescribeStreamCommand,
  ListShardsCommand,
  PutRecordCommand,
  RegisterStreamConsumerCommand,
  type ShardFilter,
  SubscribeToShardCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import { cbor } from '@smithy/core/cbor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { VirtualClock } from '../../simulator/models/clock.ts';
import { clientsOf, MINUTE_MS, START_MS } from './local-fixture.ts';

const StreamName = 'orders';
const HOUR_MS = 60 * MINUTE_MS;
const clock = new VirtualClock({ startMs: START_MS });
let aws: LocalAws;

/** Shard 0 and 1 at first; 2 to 5 after an hour; 6 and 7 after two. */
beforeAll(async () => {
  aws = await startLocalAws({ clock, streams: 'records' });
  const { kinesis } = clientsOf(aws);
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
  for (const TargetShardCount of [4, 2]) {
    await clock.runUntil(clock.nowMs() + HOUR_MS);
    await kinesis.send(new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }));
  }
  await clock.runUntil(clock.nowMs() + HOUR_MS);
});
afterAll(() => aws.stop());

async function numbersOf(ShardFilter?: ShardFilter): Promise<readonly number[]> {
  const { Shards = [] } = await clientsOf(aws).kinesis.send(new ListShardsCommand({ StreamName, ShardFilter }));
  return Shards.map(({ ShardId }) => Number(ShardId?.split('-')[1]));
}

test.each<[string, ShardFilter | undefined, readonly number[]]>([
  ['no filter: all whose records have not expired', undefined, [0, 1, 2, 3, 4, 5, 6, 7]],
  ['AT_TRIM_HORIZON: those that were open when the stream began', { Type: 'AT_TRIM_HORIZON' }, [0, 1]],
  ['FROM_TRIM_HORIZON: all since then', { Type: 'FROM_TRIM_HORIZON' }, [0, 1, 2, 3, 4, 5, 6, 7]],
  ['AT_LATEST: the open ones', { Type: 'AT_LATEST' }, [6, 7]],
  [
    'AT_TIMESTAMP: those open at that time',
    { Type: 'AT_TIMESTAMP', Timestamp: new Date(START_MS + 1.5 * HOUR_MS) },
    [2, 3, 4, 5],
  ],
  [
    'FROM_TIMESTAMP: those open then or later',
    { Type: 'FROM_TIMESTAMP', Timestamp: new Date(START_MS + 1.5 * HOUR_MS) },
    [2, 3, 4, 5, 6, 7],
  ],
  ['AFTER_SHARD_ID: those after it', { Type: 'AFTER_SHARD_ID', ShardId: 'shardId-000000000005' }, [6, 7]],
])('ListShards with %s', async (_what, filter, expected) => {
  expect(await numbersOf(filter)).toEqual(expected);
});

test('ListShards and DescribeStream give their shards page by page', async () => {
  const { kinesis } = clientsOf(aws);
  const first = await kinesis.send(new ListShardsCommand({ StreamName, MaxResults: 5 }));
  const second = await kinesis.send(new ListShardsCommand({ NextToken: first.NextToken, MaxResults: 5 }));
  expect([first.Shards?.length, second.Shards?.length, second.NextToken]).toEqual([5, 3, undefined]);
  const page = await kinesis.send(
    new DescribeStreamCommand({ StreamName, Limit: 3, ExclusiveStartShardId: 'shardId-000000000004' }),
  );
  expect(page.StreamDescription).toMatchObject({ HasMoreShards: false, Shards: [{}, {}, {}] });
  const remade = new ListShardsCommand({ StreamName, StreamCreationTimestamp: new Date(START_MS - HOUR_MS) });
  await expect(kinesis.send(remade)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('Kinesis speaks the CBOR of the AWS SDK for Java: bytes as bytes, times in milliseconds, errors', async () => {
  const put = await callCbor('PutRecord', { StreamName, PartitionKey: 'k', Data: new Uint8Array([1, 2, 3]) });
  expect(put).toMatchObject({ status: 200, contentType: 'application/x-amz-cbor-1.1' });
  const iterator = await callCbor('GetShardIterator', {
    StreamName,
    ShardId: put.output.ShardId,
    ShardIteratorType: 'TRIM_HORIZON',
  });
  const read = await callCbor('GetRecords', { ShardIterator: iterator.output.ShardIterator });
  expect(read.output.Records).toMatchObject([
    { Data: new Uint8Array([1, 2, 3]), PartitionKey: 'k', ApproximateArrivalTimestamp: { tag: 1 } },
  ]);
  const summary = await callCbor('DescribeStreamSummary', { StreamName });
  expect(summary.output.StreamDescriptionSummary).toMatchObject({
    StreamCreationTimestamp: { tag: 1, value: START_MS },
    OpenShardCount: 2,
  });
  const Timestamp = START_MS + 1.5 * HOUR_MS;
  const listed = await callCbor('ListShards', {
    StreamName,
    ShardFilter: { Type: 'AT_TIMESTAMP', Timestamp },
  });
  expect(listed.output.Shards).toHaveLength(4);
  const refused = await callCbor('DescribeStreamSummary', { StreamName: 'nobody' });
  expect(refused).toMatchObject({ status: 400, output: { __type: 'ResourceNotFoundException' } });
  const notModelled = await callCbor('PutRecord', {
    StreamName,
    PartitionKey: 'k',
    Data: new Uint8Array(),
    DryRun: true,
  });
  expect(notModelled.output).toMatchObject({ __type: 'NotModelled' });
});

test('a consumer with enhanced fan-out gets the records of its shard pushed, and is refused in CBOR', async () => {
  const { kinesis } = clientsOf(aws);
  const StreamARN = aws.kinesis.stream(StreamName).streamArn;
  const { Consumer } = await kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'fan-out' }));
  const Data = Buffer.from('pushed');
  const { ShardId } = await kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: 'fan', Data }));
  const input = { ConsumerARN: Consumer?.ConsumerARN, ShardId, StartingPosition: { Type: 'TRIM_HORIZON' as const } };
  const { EventStream } = await kinesis.send(new SubscribeToShardCommand(input));
  let pushed: readonly string[] = [];
  for await (const { SubscribeToShardEvent } of EventStream ?? []) {
    pushed = (SubscribeToShardEvent?.Records ?? []).map((record) => Buffer.from(record.Data ?? []).toString());
    break;
  }
  expect(pushed).toContain('pushed');
  const refused = await callCbor('SubscribeToShard', input);
  expect(refused.output).toMatchObject({ message: expect.stringContaining('in KCL: PollingConfig') });
});

async function callCbor(operation: string, input: object) {
  const headers = { 'x-amz-target': `Kinesis_20131202.${operation}`, 'content-type': 'application/x-amz-cbor-1.1' };
  const response = await fetch(aws.endpoint, { method: 'POST', headers, body: Buffer.from(cbor.serialize(input)) });
  const body = new Uint8Array(await response.arrayBuffer());
  const output: Record<string, unknown> = body.length === 0 ? {} : cbor.deserialize(body);
  return { status: response.status, contentType: response.headers.get('content-type'), output };
}
