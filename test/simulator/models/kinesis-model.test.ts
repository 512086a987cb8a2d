import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOnQuarterGrid } from '../../../simulator/models/kinesis-facts.ts';
import { KinesisAccount, type StreamOptions } from '../../../simulator/models/kinesis-model.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function streamOf(
  options: Partial<StreamOptions> = {},
  facts: ConstructorParameters<typeof KinesisAccount>[0]['facts'] = {},
) {
  const account = new KinesisAccount({ accountId: '123456789012', region: 'eu-west-1', facts });
  const stream = account.createStream({ streamName: 'orders', openShardCount: 4, nowMs: 0, ...options });
  return { account, stream };
}

function named(name: string, message = '') {
  return expect.objectContaining({ name, message: expect.stringContaining(message) });
}

describe('UpdateShardCount', () => {
  it.each([
    [4, 8, true],
    [4, 9, false],
    [4, 2, true],
    [4, 1, false],
    [3, 2, true],
    [3, 1, false],
    [5, 3, true],
    [5, 2, false],
    [1, 1, true],
    [6000, 10_001, false],
  ])('from %d to %d: %s', (openShardCount, target, accepted) => {
    const { stream } = streamOf({ openShardCount });
    const update = () => stream.updateShardCount(target, 0);
    if (accepted) expect(update()).toMatchObject({ CurrentShardCount: openShardCount, TargetShardCount: target });
    else expect(update).toThrow(named('InvalidArgumentException'));
    expect(stream.callsWithin24h(0)).toBe(accepted ? 1 : 0);
  });

  it('can refuse the count that it has already', () => {
    const { stream } = streamOf({}, { sameShardCount: 'refused' });
    expect(() => stream.updateShardCount(4, 0)).toThrow(named('InvalidArgumentException'));
  });

  it('is refused on an on-demand stream, for a count below 1, and while UPDATING', () => {
    const { stream } = streamOf({ streamMode: 'ON_DEMAND' });
    expect(() => stream.updateShardCount(8, 0)).toThrow(named('ValidationException', 'On-Demand mode'));
    stream.updateStreamMode('PROVISIONED', 0);
    expect(() => stream.updateShardCount(0, 0)).toThrow(named('ValidationException'));
    stream.updateShardCount(8, 0);
    expect(() => stream.updateShardCount(16, MINUTE)).toThrow(named('ResourceInUseException'));
    expect(() => stream.updateStreamMode('ON_DEMAND', MINUTE)).toThrow(named('ResourceInUseException'));
    expect(stream.updateShardCount(16, 3 * MINUTE)).toMatchObject({ CurrentShardCount: 8 });
  });
});

describe('resharding', () => {
  it('takes a minute, and one for 32 shards, and one more off the 25 % grid', () => {
    const durationOf = (openShardCount: number, target: number) => {
      const { stream } = streamOf({ openShardCount });
      stream.updateShardCount(target, 0);
      return stream.activeAtMs / MINUTE;
    };
    expect(durationOf(32, 64)).toBe(3);
    expect(durationOf(64, 32)).toBe(3);
    expect(durationOf(64, 63)).toBe(4);
    expect(isOnQuarterGrid(4, 5)).toBe(true);
    expect(isOnQuarterGrid(8, 9)).toBe(false);
  });

  it('moves the open count one shard at a time from the old to the new, never past either', () => {
    const move = fc.record({
      from: fc.integer({ min: 1, max: 200 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(move, ({ from, share }) => {
        const to = Math.ceil(from / 2) + Math.floor(share * (2 * from - Math.ceil(from / 2)));
        const { stream } = streamOf({ openShardCount: from });
        stream.updateShardCount(to, 0);
        const counts = Array.from({ length: 60 }, (_, step) =>
          stream.openShardCountAt((stream.activeAtMs * step) / 50),
        );
        expect(counts[0]).toBe(from);
        expect(counts.at(-1)).toBe(to);
        const direction = Math.sign(to - from);
        for (const [index, count] of counts.entries()) {
          expect((count - (counts[index - 1] ?? from)) * direction).toBeGreaterThanOrEqual(0);
          expect(stream.capacityShardCountAt((stream.activeAtMs * index) / 50)).toBeLessThanOrEqual(count);
          expect(stream.billedShardCountAt((stream.activeAtMs * index) / 50)).toBeGreaterThanOrEqual(count);
        }
      }),
    );
  });

  it('shows UPDATING and the moving count, but not the target', () => {
    const { stream } = streamOf({ openShardCount: 32 });
    stream.updateShardCount(64, 0);
    expect(stream.openShardCountAt(0.09 * MINUTE)).toBe(32);
    expect(stream.describeSummary(1.5 * MINUTE)).toMatchObject({ StreamStatus: 'UPDATING', OpenShardCount: 48 });
    expect(JSON.stringify(stream.describeSummary(MINUTE))).not.toContain('64');
    expect(stream.describeSummary(3 * MINUTE)).toMatchObject({ StreamStatus: 'ACTIVE', OpenShardCount: 64 });
  });

  it('by hand changes the count and no quota', () => {
    const { stream } = streamOf();
    stream.reshardByHand(5, 0);
    expect(stream.openShardCountAt(0)).toBe(5);
    expect(stream.callsWithin24h(0)).toBe(0);
  });
});

describe('LimitExceededException', () => {
  it('after ten calls in any 24 hours, whatever their spacing', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 * HOUR }), { maxLength: 80 }), (gaps) => {
        const { stream } = streamOf({}, { reshardingMs: () => 0 });
        const accepted: number[] = [];
        let nowMs = 0;
        for (const gap of gaps) {
          nowMs += gap;
          const within = accepted.filter((atMs) => atMs > nowMs - DAY).length;
          const target = stream.openShardCountAt(nowMs) === 4 ? 8 : 4;
          if (within < 10) {
            stream.updateShardCount(target, nowMs);
            accepted.push(nowMs);
          } else {
            expect(() => stream.updateShardCount(target, nowMs)).toThrow(
              named('LimitExceededException', 'within 24 hours'),
            );
          }
        }
      }),
    );
  });

  it('no longer once the first of the ten is 24 hours old', () => {
    const { stream } = streamOf({}, { reshardingMs: () => 0 });
    for (let hour = 0; hour < 10; hour += 1) stream.updateShardCount(hour % 2 === 0 ? 8 : 4, hour * HOUR);
    expect(() => stream.checkUpdateShardCount(8, DAY - 1)).toThrow(named('LimitExceededException'));
    expect(() => stream.checkUpdateShardCount(8, DAY)).not.toThrow();
  });

  it('when the account makes more than ten calls a second', () => {
    const { account } = streamOf({ streamName: 'first' });
    const streams = Array.from({ length: 11 }, (_, index) =>
      account.createStream({ streamName: `s${index}`, openShardCount: 1, nowMs: 0 }),
    );
    for (const stream of streams.slice(0, 10)) stream.updateShardCount(2, 500);
    expect(() => streams[10]?.updateShardCount(2, 999)).toThrow(named('LimitExceededException', 'Rate exceeded'));
    expect(streams[10]?.updateShardCount(2, 1501)).toMatchObject({ TargetShardCount: 2 });
  });

  it('when the account would have too many shards; on-demand streams do not count', () => {
    const { account, stream } = streamOf({}, { maxShardsPerAccount: 10 });
    account.createStream({ streamName: 'elastic', openShardCount: 50, streamMode: 'ON_DEMAND', nowMs: 0 });
    account.createStream({ streamName: 'other', openShardCount: 3, nowMs: 0 });
    expect(() => stream.checkUpdateShardCount(8, 0)).toThrow(
      named('LimitExceededException', 'shard limit for the account'),
    );
    expect(account.describeLimits(0)).toEqual({ ShardLimit: 10, OpenShardCount: 7 });
    stream.updateShardCount(7, 0);
    expect(account.describeLimits(0)).toEqual({ ShardLimit: 10, OpenShardCount: 10 });
  });
});

describe('an account', () => {
  it('knows its streams by name', () => {
    const { account, stream } = streamOf();
    expect(account.stream('orders')).toBe(stream);
    expect(() => account.stream('nobody')).toThrow(named('ResourceNotFoundException'));
    const again = () => account.createStream({ streamName: 'orders', openShardCount: 1, nowMs: 0 });
    expect(again).toThrow(named('ResourceInUseException'));
    account.deleteStream('orders');
    expect(account.streams()).toEqual([]);
  });
});

describe('tags', () => {
  it('are added, replaced, removed and listed by key', () => {
    const { stream } = streamOf({ tags: { team: 'a' } });
    stream.tags.add({ 'autoscaling/min-shards': '2', team: 'b' }, 0);
    expect(stream.tags.list()).toEqual([
      { Key: 'autoscaling/min-shards', Value: '2' },
      { Key: 'team', Value: 'b' },
    ]);
    stream.tags.remove(['team', 'nobody'], 0);
    expect(stream.tags.get('team')).toBeUndefined();
  });

  it.each([
    ['a colon', { 'a:b': 'c' }, 'InvalidArgumentException'],
    ['a comma in a value', { a: '1,2' }, 'InvalidArgumentException'],
    ['a reserved key', { 'aws:x': '1' }, 'InvalidArgumentException'],
    ['no key', { '': '1' }, 'ValidationException'],
    ['a long key', { ['k'.repeat(129)]: '1' }, 'ValidationException'],
    ['a long value', { a: 'v'.repeat(256) }, 'ValidationException'],
    ['none', {}, 'ValidationException'],
    ['fifty-one in a call', tagsUpTo(51), 'ValidationException'],
  ])('are refused whole for %s', (_what, tags, name) => {
    const { stream } = streamOf();
    expect(() => stream.tags.add({ ...tags }, 0)).toThrow(named(name));
    expect(stream.tags.list()).toEqual([]);
  });

  it('number fifty at most, where replacing one adds none', () => {
    const { stream } = streamOf({ tags: tagsUpTo(50) });
    stream.tags.add({ k7: 'new' }, 0);
    expect(() => stream.tags.add({ another: '' }, 0)).toThrow(named('InvalidArgumentException', 'more than 50'));
  });

  it('cannot be touched while the stream is UPDATING', () => {
    const { stream } = streamOf({ tags: { team: 'a' } });
    stream.updateShardCount(8, 0);
    expect(() => stream.tags.add({ team: 'b' }, MINUTE)).toThrow(named('ResourceInUseException'));
    expect(() => stream.tags.remove(['team'], MINUTE)).toThrow(named('ResourceInUseException'));
    expect(stream.tags.get('team')).toBe('a');
  });
});

function tagsUpTo(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
}
