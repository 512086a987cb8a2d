/** Kinesis: what AWS-documented behaviour the product stands on. */
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DescribeLimitsCommand,
  DescribeStreamSummaryCommand,
  ListTagsForStreamCommand,
  PutRecordCommand,
  PutRecordsCommand,
  UpdateShardCountCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis';
import { expect } from 'vitest';
import { awsFacts } from '../../core/aws-facts.ts';
import { type ContractCase, having } from './contract-case.ts';
import { refusalOf, type Subject, untilActive } from './subject.ts';

const dayMs = awsFacts.updateShardCountWindow.value;
const callsPerDay = awsFacts.updateShardCountCallsPerDay.value;

export const kinesisCases: readonly ContractCase[] = [
  {
    says: 'UpdateShardCount reaches at most twice the open count',
    facts: ['largestStepUp'],
    needs: [],
    check: async (subject, name) => {
      await createStream(subject, name, 3);
      expect(await refusalOf(update(subject, name, 3 * awsFacts.largestStepUp.value + 1))).toBe(
        'InvalidArgumentException',
      );
      expect(await refusalOf(update(subject, name, 3 * awsFacts.largestStepUp.value))).toBe('accepted');
    },
  },
  {
    says: 'UpdateShardCount reaches not below half of the open count, so ceil(n/2) for an odd one',
    facts: ['largestStepDown'],
    needs: [],
    check: async (subject, name) => {
      await createStream(subject, name, 5);
      expect(await refusalOf(update(subject, name, 2))).toBe('InvalidArgumentException');
      expect(await refusalOf(update(subject, name, Math.ceil(5 * awsFacts.largestStepDown.value)))).toBe('accepted');
    },
  },
  {
    says: 'the eleventh UpdateShardCount in 24 h is refused',
    facts: ['updateShardCountCallsPerDay', 'maxUpdateCalls'],
    needs: [],
    check: async (subject, name) => {
      await spendDay(subject, name);
      expect(await refusalOf(update(subject, name, 4))).toBe('LimitExceededException');
    },
  },
  {
    says: 'a call counts for 24 h, rolling',
    facts: ['updateShardCountWindow', 'updateCallWindowMs'],
    needs: ['time'],
    check: async (subject, name) => {
      const { nowMs, pass } = having(subject.time);
      const firstAtMs = nowMs();
      await spendDay(subject, name);
      await pass(firstAtMs + dayMs - 60_000 - nowMs());
      expect(await refusalOf(update(subject, name, 4))).toBe('LimitExceededException');
      await pass(61_000);
      expect(await refusalOf(update(subject, name, 4))).toBe('accepted');
    },
  },
  {
    says: 'a stream has at most 10,000 shards by UpdateShardCount',
    facts: ['shardsPerStream', 'maxShardsPerStream'],
    needs: ['many-shards'],
    check: async (subject, name) => {
      const most = awsFacts.shardsPerStream.value;
      await createStream(subject, name, most * 0.6);
      expect(await refusalOf(update(subject, name, most + 1))).toBe('InvalidArgumentException');
      expect(await refusalOf(update(subject, name, most))).toBe('accepted');
    },
  },
  {
    says: 'the account’s shards are limited, and DescribeLimits shows how many there are',
    facts: ['maxShardsPerAccount'],
    needs: ['many-shards'],
    check: async (subject, name) => {
      const { ShardLimit = 0, OpenShardCount = 0 } = await subject.kinesis.send(new DescribeLimitsCommand({}));
      const room = ShardLimit - OpenShardCount;
      // Streams as large as one call may make them, until less than one of them fits.
      for (let left = room, index = 0; left > 6_000; left -= 6_000, index += 1)
        await createStream(subject, `${name}-${index}`, 6_000);
      await untilActive(subject, `${name}-0`);
      expect(await refusalOf(update(subject, `${name}-0`, 12_000))).toBe('InvalidArgumentException');
      expect(await refusalOf(update(subject, `${name}-0`, 10_000))).toBe('LimitExceededException');
    },
  },
  {
    says: 'while UPDATING a further UpdateShardCount is refused',
    facts: [],
    needs: ['updating'],
    check: async (subject, name) => {
      await createStream(subject, name, 4);
      await update(subject, name, 8);
      expect(await statusOf(subject, name)).toBe('UPDATING');
      expect(await refusalOf(update(subject, name, 4))).toBe('ResourceInUseException');
    },
  },
  {
    says: 'tags are refused while UPDATING',
    facts: [],
    needs: ['updating'],
    check: async (subject, name) => {
      await createStream(subject, name, 4);
      await update(subject, name, 8);
      expect(await refusalOf(addTags(subject, name, { team: 'data' }))).toBe('ResourceInUseException');
    },
  },
  {
    says: 'an ON_DEMAND stream refuses UpdateShardCount',
    facts: [],
    needs: [],
    check: async (subject, name) => {
      await createStream(subject, name, 4);
      const { StreamDescriptionSummary: summary } = await subject.kinesis.send(
        new DescribeStreamSummaryCommand({ StreamName: name }),
      );
      await subject.kinesis.send(
        new UpdateStreamModeCommand({
          StreamARN: summary?.StreamARN,
          StreamModeDetails: { StreamMode: 'ON_DEMAND' },
        }),
      );
      await untilActive(subject, name);
      expect(await refusalOf(update(subject, name, 8))).toBe('ValidationException');
    },
  },
  {
    says: 'a stream that does not exist is ResourceNotFoundException',
    facts: [],
    needs: [],
    check: async (subject, name) => {
      expect(await refusalOf(update(subject, name, 2))).toBe('ResourceNotFoundException');
      expect(await refusalOf(addTags(subject, name, { team: 'data' }))).toBe('ResourceNotFoundException');
    },
  },
  {
    says: 'the open count is the target once the stream is ACTIVE again',
    facts: [],
    needs: [],
    check: async (subject, name) => {
      await createStream(subject, name, 4);
      await update(subject, name, 6);
      await untilActive(subject, name);
      expect(await openShardCountOf(subject, name)).toBe(6);
    },
  },
  {
    says: 'a record has up to 1 MiB with its partition key',
    facts: ['recordBytes'],
    needs: ['records'],
    check: async (subject, name) => {
      await createStream(subject, name, 1);
      const Data = Buffer.alloc(awsFacts.recordBytes.value);
      const put = subject.kinesis.send(new PutRecordCommand({ StreamName: name, PartitionKey: 'a', Data }));
      expect(await refusalOf(put)).toMatch(/^(ValidationException|InvalidArgumentException)$/);
    },
  },
  {
    says: 'PutRecords takes 500 records',
    facts: ['putRecordsBatch'],
    needs: ['records'],
    check: async (subject, name) => {
      await createStream(subject, name, 1);
      const Records = Array.from({ length: awsFacts.putRecordsBatch.value + 1 }, () => record(1));
      const put = subject.kinesis.send(new PutRecordsCommand({ StreamName: name, Records }));
      expect(await refusalOf(put)).toBe('ValidationException');
    },
  },
  {
    says: 'PutRecords takes 10 MiB',
    facts: ['putRecordsBytes'],
    needs: ['records'],
    check: async (subject, name) => {
      await createStream(subject, name, 1);
      const bytes = awsFacts.putRecordsBytes.value / 16;
      const Records = Array.from({ length: 16 }, () => record(bytes));
      const put = subject.kinesis.send(new PutRecordsCommand({ StreamName: name, Records }));
      expect(await refusalOf(put)).toBe('InvalidArgumentException');
    },
  },
  {
    says: 'a stream takes 50 tags',
    facts: ['streamTags', 'maxTags'],
    needs: [],
    check: async (subject, name) => {
      await createStream(subject, name, 1);
      const most = awsFacts.streamTags.value;
      for (let start = 0; start < most; start += 10)
        await addTags(
          subject,
          name,
          Object.fromEntries(tagEntries(10).map(([key], at) => [`${key}-${start + at}`, ''])),
        );
      const { Tags = [] } = await subject.kinesis.send(new ListTagsForStreamCommand({ StreamName: name }));
      expect(Tags.length).toBe(most);
      expect(await refusalOf(addTags(subject, name, { 'one-more': '' }))).toBe('InvalidArgumentException');
    },
  },
  {
    says: 'a call takes 50 tags',
    facts: ['streamTagsPerCall', 'maxTagsPerCall'],
    needs: [],
    check: async (subject, name) => {
      await createStream(subject, name, 1);
      const most = awsFacts.streamTagsPerCall.value;
      expect(await refusalOf(addTags(subject, name, Object.fromEntries(tagEntries(most + 1))))).not.toBe('accepted');
      expect(await refusalOf(addTags(subject, name, Object.fromEntries(tagEntries(most))))).toBe('accepted');
    },
  },
  {
    says: 'a tag’s key has up to 128 characters, its value up to 255',
    facts: ['streamTagKeyLength', 'streamTagValueLength'],
    needs: [],
    check: async (subject, name) => {
      await createStream(subject, name, 1);
      const key = 'k'.repeat(awsFacts.streamTagKeyLength.value);
      const value = 'v'.repeat(awsFacts.streamTagValueLength.value);
      expect(await refusalOf(addTags(subject, name, { [key]: value }))).toBe('accepted');
      expect(await refusalOf(addTags(subject, name, { [`${key}k`]: value }))).not.toBe('accepted');
      expect(await refusalOf(addTags(subject, name, { [key]: `${value}v` }))).not.toBe('accepted');
    },
  },
  {
    says: 'a tag takes letters, digits, white space and _ . / = + - @, and no colon',
    facts: ['tagCharacters'],
    needs: [],
    check: async (subject, name) => {
      await createStream(subject, name, 1);
      expect(await refusalOf(addTags(subject, name, { 'autoscaling/scaling': 'a B_1./=+-@' }))).toBe('accepted');
      expect(await refusalOf(addTags(subject, name, { 'autoscaling:scaling': '1' }))).not.toBe('accepted');
      expect(await refusalOf(addTags(subject, name, { ledger: '1,2' }))).not.toBe('accepted');
    },
  },
  {
    says: 'AddTagsToStream adds to the tags that are there, and replaces the value of one',
    facts: [],
    needs: [],
    check: async (subject, name) => {
      await createStream(subject, name, 1);
      await addTags(subject, name, { team: 'data', tier: '1' });
      await addTags(subject, name, { tier: '2' });
      const { Tags = [] } = await subject.kinesis.send(new ListTagsForStreamCommand({ StreamName: name }));
      expect(Object.fromEntries(Tags.map(({ Key = '', Value }) => [Key, Value]))).toEqual({ team: 'data', tier: '2' });
    },
  },
  {
    says: 'while UPDATING the open count moves step by step',
    facts: [],
    needs: ['time'],
    check: async (subject, name) => {
      await createStream(subject, name, 8);
      await update(subject, name, 16);
      const counts = new Set<number | undefined>();
      while ((await statusOf(subject, name)) === 'UPDATING') {
        counts.add(await openShardCountOf(subject, name));
        await having(subject.time).pass(5_000);
      }
      expect([...counts].every((count) => (count ?? 0) >= 8 && (count ?? 0) <= 16)).toBe(true);
      expect(counts.size).toBeGreaterThan(3);
    },
  },
  {
    says: 'a resharding takes a minute and a share of each shard, longer off the 25 % grid (assumed)',
    facts: ['reshardingBaseTime', 'reshardingTimePerShard', 'reshardingTimeOffGrid', 'fastTargetGrid', 'reshardingMs'],
    needs: ['time'],
    check: async (subject, name) => {
      const base = awsFacts.reshardingBaseTime.value;
      const perShard = awsFacts.reshardingTimePerShard.value;
      const onGrid = 32 * (1 + awsFacts.fastTargetGrid.value);
      expect(await updatingMs(subject, `${name}-on`, 32, onGrid)).toBeCloseTo(base + onGrid * perShard, -4);
      expect(await updatingMs(subject, `${name}-off`, 32, onGrid + 1)).toBeCloseTo(
        base + (onGrid + 1) * perShard + awsFacts.reshardingTimeOffGrid.value,
        -4,
      );
    },
  },
];

async function createStream(subject: Subject, StreamName: string, ShardCount: number): Promise<void> {
  await subject.kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }));
  await untilActive(subject, StreamName);
}

function update(subject: Subject, StreamName: string, TargetShardCount: number) {
  return subject.kinesis.send(
    new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }),
  );
}

function addTags(subject: Subject, StreamName: string, Tags: Readonly<Record<string, string>>) {
  return subject.kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags }));
}

async function statusOf(subject: Subject, StreamName: string): Promise<string | undefined> {
  const { StreamDescriptionSummary } = await subject.kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  return StreamDescriptionSummary?.StreamStatus;
}

async function openShardCountOf(subject: Subject, StreamName: string): Promise<number | undefined> {
  const { StreamDescriptionSummary } = await subject.kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  return StreamDescriptionSummary?.OpenShardCount;
}

/** Ten calls, ending at two shards. */
async function spendDay(subject: Subject, name: string): Promise<void> {
  await createStream(subject, name, 2);
  for (let call = 0; call < callsPerDay; call += 1) {
    await update(subject, name, call % 2 === 0 ? 4 : 2);
    await untilActive(subject, name);
  }
}

/** To the second. */
async function updatingMs(subject: Subject, name: string, from: number, to: number): Promise<number> {
  const { nowMs, pass } = having(subject.time);
  await createStream(subject, name, from);
  const startedMs = nowMs();
  await update(subject, name, to);
  while ((await statusOf(subject, name)) === 'UPDATING') await pass(1_000);
  return nowMs() - startedMs;
}

function tagEntries(count: number): [string, string][] {
  return Array.from({ length: count }, (_, index) => [`key-${index}`, 'value']);
}

function record(bytes: number) {
  return { PartitionKey: 'a', Data: Buffer.alloc(bytes) };
}
