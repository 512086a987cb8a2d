import { expect, test } from 'vitest';
import { ShardHistory } from '../../local/kinesis/shard-history.ts';

const HOUR_MS = 3_600_000;
const shard = (ShardId: string, isClosed = false) => ({
  ShardId,
  SequenceNumberRange: { StartingSequenceNumber: '1', ...(isClosed ? { EndingSequenceNumber: '2' } : {}) },
});

test('the first shards were open when the stream began, though they are seen a moment later', () => {
  const history = new ShardHistory(1_000);
  history.note([], 1_001);
  history.note([shard('a')], 1_007);
  expect(history.select([shard('a')], { Type: 'AT_TRIM_HORIZON' }, 2_000, 24)).toHaveLength(1);
});

test('a shard is listed until the retention after its closing is over, and its children stay', () => {
  const history = new ShardHistory(0);
  history.note([shard('a')], 0);
  const now = [shard('a', true), shard('b')];
  history.note(now, HOUR_MS);
  const idsAfter = (hours: number) => history.select(now, undefined, hours * HOUR_MS, 24).map(({ ShardId }) => ShardId);
  expect([idsAfter(24), idsAfter(25.1)]).toEqual([['a', 'b'], ['b']]);
});

test('a filter that AWS does not have is refused', () => {
  const history = new ShardHistory(0);
  expect(() => history.select([shard('a')], { Type: 'SOMETIME' }, 0, 24)).toThrow('SOMETIME is not a type of filter');
});
