import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeLimitsCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  DisableEnhancedMonitoringCommand,
  EnableEnhancedMonitoringCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  IncreaseStreamRetentionPeriodCommand,
  type KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  ListTagsForResourceCommand,
  ListTagsForStreamCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  RemoveTagsFromStreamCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis';
import { describe, expect, test } from 'vitest';
import { clientsOf, MINUTE_MS, START_MS, startFixture } from './local-fixture.ts';

const StreamName = 'orders';
const HOUR_MS = 60 * MINUTE_MS;

function reshard(kinesis: KinesisClient, TargetShardCount: number) {
  return kinesis.send(new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }));
}

async function summaryOf(kinesis: KinesisClient) {
  const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  return { status: StreamDescriptionSummary?.StreamStatus, open: StreamDescriptionSummary?.OpenShardCount };
}

describe("Kinesis applies AWS's rules to streams without records", () => {
  test('while UPDATING the open count moves step by step, and UpdateShardCount and tags are refused', async () => {
    const { aws, pass } = await startFixture();
    const { kinesis } = clientsOf(aws);
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 32 }));
    await reshard(kinesis, 64);
    expect(await summaryOf(kinesis)).toEqual({ status: 'UPDATING', open: 32 });
    await pass(90_000);
    expect(await summaryOf(kinesis)).toEqual({ status: 'UPDATING', open: 48 });
    await expect(reshard(kinesis, 32)).rejects.toMatchObject({ name: 'ResourceInUseException' });
    await expect(kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags: { a: '1' } }))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    await pass(90_000);
    expect(await summaryOf(kinesis)).toEqual({ status: 'ACTIVE', open: 64 });
    const { Shards } = await kinesis.send(new ListShardsCommand({ StreamName }));
    expect(Shards).toHaveLength(64);
  });

  test('UpdateShardCount is refused after ten calls within a rolling day', async () => {
    const { aws, pass } = await startFixture();
    const { kinesis } = clientsOf(aws);
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
    for (let call = 0; call < 10; call += 1) {
      await reshard(kinesis, call % 2 === 0 ? 4 : 2);
      await pass(HOUR_MS);
    }
    await expect(reshard(kinesis, 4)).rejects.toMatchObject({ name: 'LimitExceededException' });
    await pass(14 * HOUR_MS);
    await expect(reshard(kinesis, 4)).resolves.toMatchObject({ CurrentShardCount: 2, TargetShardCount: 4 });
  });

  test('UpdateShardCount refuses more than double, less than half, an ON_DEMAND stream and a missing one', async () => {
    const { aws } = await startFixture();
    const { kinesis } = clientsOf(aws);
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 3 }));
    for (const target of [7, 1]) {
      await expect(reshard(kinesis, target)).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    }
    const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
    const mode = {
      StreamARN: StreamDescriptionSummary?.StreamARN,
      StreamModeDetails: { StreamMode: 'ON_DEMAND' as const },
    };
    await kinesis.send(new UpdateStreamModeCommand(mode));
    await expect(reshard(kinesis, 4)).rejects.toMatchObject({ name: 'ValidationException' });
    const missing = new UpdateShardCountCommand({
      StreamName: 'nobody',
      TargetShardCount: 2,
      ScalingType: 'UNIFORM_SCALING',
    });
    await expect(kinesis.send(missing)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('the limit of shards in the account holds, and DescribeLimits shows it', async () => {
    const { aws } = await startFixture({ kinesisFacts: { maxShardsPerAccount: 10 } });
    const { kinesis } = clientsOf(aws);
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 6 }));
    await expect(reshard(kinesis, 12)).rejects.toMatchObject({ name: 'LimitExceededException' });
    await expect(kinesis.send(new CreateStreamCommand({ StreamName: 'more', ShardCount: 5 }))).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
    expect(await kinesis.send(new DescribeLimitsCommand({}))).toMatchObject({ ShardLimit: 10, OpenShardCount: 6 });
  });

  test('with call rates on, the eleventh UpdateShardCount of a second is refused', async () => {
    const { aws } = await startFixture({ throttle: true });
    const { kinesis } = clientsOf(aws);
    const names = Array.from({ length: 11 }, (_, index) => `stream-${index}`);
    for (const name of names) await aws.kinesis.create(name, 'PROVISIONED', 1);
    const input = { TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' as const };
    const calls = await Promise.allSettled(
      names.map((name) => kinesis.send(new UpdateShardCountCommand({ StreamName: name, ...input }))),
    );
    expect(calls.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });

  test("tags follow AWS's rules for characters and pages, by stream name and by ARN", async () => {
    const { aws } = await startFixture();
    const { kinesis } = clientsOf(aws);
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    const add = (Tags: Record<string, string>) => kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags }));
    await expect(add({ 'a:b': '1' })).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    await add({ 'autoscaling/scaling': '20260101T000000Z 1 2', b: '2', c: '3' });
    await kinesis.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys: ['b'] }));
    const page = await kinesis.send(new ListTagsForStreamCommand({ StreamName, Limit: 1 }));
    expect(page).toMatchObject({
      Tags: [{ Key: 'autoscaling/scaling', Value: '20260101T000000Z 1 2' }],
      HasMoreTags: true,
    });
    const ResourceARN = aws.kinesis.stream(StreamName).streamArn;
    const { Tags } = await kinesis.send(new ListTagsForResourceCommand({ ResourceARN }));
    expect(Tags?.map(({ Key }) => Key)).toEqual(['autoscaling/scaling', 'c']);
  });

  test("retention, enhanced monitoring, ListStreams and DeleteStream follow AWS's rules", async () => {
    const { aws } = await startFixture();
    const { kinesis } = clientsOf(aws);
    for (const name of ['b', StreamName, 'a'])
      await kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: 1 }));
    await kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 48 }));
    await expect(
      kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 24 })),
    ).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    await kinesis.send(new EnableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ['ALL'] }));
    const left = await kinesis.send(
      new DisableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ['IncomingBytes'] }),
    );
    expect(left.DesiredShardLevelMetrics).toHaveLength(6);
    const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
    expect(StreamDescriptionSummary).toMatchObject({
      RetentionPeriodHours: 48,
      StreamCreationTimestamp: new Date(START_MS),
    });
    const listed = await kinesis.send(new ListStreamsCommand({ Limit: 2 }));
    expect([listed.StreamNames, listed.HasMoreStreams]).toEqual([['a', 'b'], true]);
    const rest = await kinesis.send(new ListStreamsCommand({ NextToken: listed.NextToken }));
    expect(rest.StreamNames).toEqual([StreamName]);
    await kinesis.send(new DeleteStreamCommand({ StreamName }));
    await expect(summaryOf(kinesis)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('a stream without records refuses PutRecord and gives the reason', async () => {
    const { aws } = await startFixture();
    await aws.kinesis.create(StreamName, 'PROVISIONED', 1);
    const put = new PutRecordCommand({ StreamName, PartitionKey: 'a', Data: Buffer.from('x') });
    await expect(clientsOf(aws).kinesis.send(put)).rejects.toThrow('started with streams that hold no records');
  });
});

describe('Kinesis with real shards and records', () => {
  test('splits and merges shards, reads records back and counts puts as metrics', async () => {
    const { aws, pass } = await startFixture({ streams: 'records' });
    const { kinesis } = clientsOf(aws);
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
    const Data = Buffer.from('hello');
    const { ShardId } = await kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: 'a', Data }));
    const Records = Array.from({ length: 9 }, (_, index) => ({ PartitionKey: `key-${index}`, Data }));
    expect(await kinesis.send(new PutRecordsCommand({ StreamName, Records }))).toMatchObject({ FailedRecordCount: 0 });
    const iterator = await kinesis.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    const read = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator.ShardIterator }));
    expect(Buffer.from(read.Records?.[0]?.Data ?? []).toString()).toBe('hello');

    await reshard(kinesis, 4);
    await pass(10 * MINUTE_MS);
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
    const open = Shards.filter((shard) => shard.SequenceNumberRange?.EndingSequenceNumber === undefined);
    expect(open).toHaveLength(4);
    expect(open.every((shard) => shard.ParentShardId !== undefined)).toBe(true);

    const [first, second] = open.toSorted((a, b) =>
      BigInt(a.HashKeyRange?.StartingHashKey ?? 0) < BigInt(b.HashKeyRange?.StartingHashKey ?? 0) ? -1 : 1,
    );
    await kinesis.send(
      new MergeShardsCommand({ StreamName, ShardToMerge: first?.ShardId, AdjacentShardToMerge: second?.ShardId }),
    );
    expect(await summaryOf(kinesis)).toEqual({ status: 'UPDATING', open: 4 });
    await pass(MINUTE_MS);
    expect(await summaryOf(kinesis)).toEqual({ status: 'ACTIVE', open: 3 });
    // One shard of three takes half of the keys.
    expect(aws.kinesis.account.stream(StreamName).capacityShardCountAt(aws.clock.nowMs())).toBe(2);
    const largest = await kinesis.send(new DescribeStreamCommand({ StreamName }));
    const merged = largest.StreamDescription?.Shards?.at(-1);
    const NewStartingHashKey = String(BigInt(merged?.HashKeyRange?.EndingHashKey ?? 0) / 2n);
    await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit: merged?.ShardId, NewStartingHashKey }));
    await pass(MINUTE_MS);
    expect(await summaryOf(kinesis)).toEqual({ status: 'ACTIVE', open: 4 });

    const { Datapoints } = aws.cloudwatch.getMetricStatistics({
      Namespace: 'AWS/Kinesis',
      MetricName: 'IncomingRecords',
      Dimensions: [{ Name: 'StreamName', Value: StreamName }],
      StartTime: new Date(START_MS),
      EndTime: new Date(START_MS + 10 * MINUTE_MS),
      Period: 60,
      Statistics: ['Sum'],
    });
    expect(Datapoints?.map(({ Sum }) => Sum)).toEqual([10]);
  });
});
