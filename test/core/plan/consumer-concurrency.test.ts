import { describe, expect, it } from 'vitest';
import { concurrencyTags, repairConsumer } from '../../../core/plan/consumer-concurrency.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { encodeSettled, settledTag } from '../../../core/stream/settled-shards.ts';
import type { ConsumerState, StreamState } from '../../../core/stream/stream-state.ts';
import { encodeIntent, tagKeys } from '../../../core/stream/stream-tags.ts';
import { hour, minute, now, sampleConsumer, sampleSettings, sampleState } from '../samples.ts';

const tagKey = `${tagKeys.concurrency}orders-processor`;
/** A consumer with a reservation of two that we set. */
const base = sampleState({ tags: { [tagKey]: '2' } });

function plan(
  consumer: Partial<ConsumerState>,
  state: Partial<StreamState> = {},
  settings: Partial<StreamSettings> = {},
  shardCount = 4,
) {
  return repairConsumer(sampleConsumer(consumer), shardCount, {
    state: { ...base, ...state },
    settings: sampleSettings(settings),
    nowMs: now,
  });
}

const set = (from: number | undefined, to: number, onFailure = 'continue') => ({
  kind: 'set-concurrency',
  functionName: 'orders-processor',
  from,
  to,
  onFailure,
});
const tag = (value: string) => ({ kind: 'tag-stream', tags: { [tagKey]: value }, onFailure: 'abort' });
const differs = (reserved: number | undefined, wanted: number) => ({
  kind: 'concurrency-differs',
  functionName: 'orders-processor',
  reserved,
  wanted,
});
/** Read past the end of every resharding: the parents are drained. */
const drained = { iteratorAge: { seen: true, atMs: now - minute, ageMs: 0 } } as const;

describe('raising a consumer', () => {
  it('does nothing when shards x lambdas per shard are reserved', () => {
    expect(plan({ reservedConcurrency: 4 })).toEqual({ lane: [], findings: [] });
    expect(plan({ reservedConcurrency: 12, executionsPerShard: 3 })).toEqual({ lane: [], findings: [] });
  });

  it('writes its tag first, then reserves', () => {
    expect(plan({ reservedConcurrency: 2 })).toEqual({ lane: [tag('2 4'), set(2, 4)], findings: [differs(2, 4)] });
  });

  it('keeps our present value in the tag, so that a function that dies in between does not lose it', () => {
    expect(plan({ reservedConcurrency: 4 }, {}, {}, 8).lane).toEqual([tag('4 8'), set(4, 8)]);
    expect(plan({ reservedConcurrency: 2 }, { tags: { [tagKey]: '2' } }).lane).toEqual([tag('2 4'), set(2, 4)]);
  });

  it('does not write a tag that is already there', () => {
    expect(plan({ reservedConcurrency: 2 }, { tags: { [tagKey]: '2 4' } }).lane).toEqual([set(2, 4)]);
  });

  it('waits while UPDATING, when Kinesis takes no tag, unless the tag of its scaling names the value', () => {
    const updating = { status: 'UPDATING', intent: { atMs: now - minute, from: 2, to: 4 } } as const;
    expect(plan({ reservedConcurrency: 2 }, updating).lane).toEqual([]);
    expect(plan({ reservedConcurrency: 2 }, { ...updating, tags: { [tagKey]: '2 4' } }).lane).toEqual([set(2, 4)]);
  });

  it('reserves concurrency for a consumer that has none reserved', () => {
    expect(plan({ reservedConcurrency: undefined })).toEqual({
      lane: [tag('4'), set(undefined, 4)],
      findings: [differs(undefined, 4)],
    });
  });

  it('leaves a consumer alone that somebody stopped by a reservation of 0', () => {
    expect(plan({ reservedConcurrency: 0 })).toEqual({
      lane: [],
      findings: [{ kind: 'concurrency-stopped', functionName: 'orders-processor' }],
    });
  });
});

describe('a reservation that is smaller than needed and that nothing says is ours', () => {
  it('is left alone and reported, since somebody may have lowered it in an incident', () => {
    const lowered = { ...sampleState({ tags: { [tagKey]: '4' } }) };
    expect(plan({ reservedConcurrency: 1 }, lowered)).toEqual({
      lane: [],
      findings: [{ kind: 'concurrency-set-by-others', functionName: 'orders-processor', reserved: 1, wanted: 4 }],
    });
  });

  it('is ours where it fits the shards by which the alarms still judge', () => {
    const byHand = sampleState({ openShardCount: 6 });
    expect(plan({ reservedConcurrency: 4 }, byHand, {}, 6).lane).toEqual([tag('4 6'), set(4, 6)]);
  });
});

describe('a consumer that reads other sources as well', () => {
  it('gets the sum of what all sources need', () => {
    const { lane } = plan({ reservedConcurrency: undefined, executionsElsewhere: 12, executionsPerShard: 10 });
    expect(lane.at(-1)).toEqual(set(undefined, 52));
  });

  it('is left alone and reported where it is unknown what the other sources need', () => {
    expect(plan({ reservedConcurrency: 2, executionsElsewhere: undefined })).toEqual({
      lane: [],
      findings: [{ kind: 'concurrency-unknown', functionName: 'orders-processor' }],
    });
  });

  it('is lowered although the tag of the last reservation is on the other stream', () => {
    const intent = { atMs: now - 2 * hour, from: 8, to: 4 };
    const settled = { [settledTag]: encodeSettled({ atMs: now - hour, shardCount: 4 }) };
    const state = { ...drained, intent, tags: { [tagKey]: '16', [tagKeys.intent]: encodeIntent(intent), ...settled } };
    expect(plan({ reservedConcurrency: 20, executionsElsewhere: 12 }, state).lane.at(-1)).toEqual(set(20, 16));
  });
});

describe('while a resharding is not over', () => {
  it('a consumer is raised for the larger of the two counts', () => {
    const intent = { atMs: now - minute, from: 8, to: 4 };
    const halfway = sampleState({
      status: 'UPDATING',
      openShardCount: 6,
      tags: { [tagKey]: '5 8', [tagKeys.intent]: encodeIntent(intent) },
    });
    expect(plan({ reservedConcurrency: 5 }, halfway, {}, 4).lane).toEqual([set(5, 8)]);
  });
});

it('a declared consumer without an event source mapping follows the shards, and is reported as unmapped', () => {
  expect(plan({ reservedConcurrency: 2, isMapped: false })).toMatchObject({
    lane: [tag('2 4'), set(2, 4)],
    findings: [{ kind: 'consumer-unmapped', functionName: 'orders-processor' }, differs(2, 4)],
  });
});

describe('a consumer of two that needs four, by what the account can still reserve,', () => {
  const unaffordable = (wanted: number, affordable: number) => ({
    kind: 'concurrency-unaffordable',
    functionName: 'orders-processor',
    wanted,
    affordable,
  });

  it.each<[string, number | undefined, number | undefined, number | undefined]>([
    ['is raised to four where two are left', 2, 2, 4],
    ['is raised to three where one is left', 2, 1, 3],
    ['stays as it is where none is left', 2, 0, undefined],
    ['stays as it is where the account is already below its unreserved minimum', 2, -50, undefined],
    ['is raised to four where the account could not be read', 2, undefined, 4],
    ['gets a first reservation of four where four are left', undefined, 4, 4],
    ['gets no first reservation that is too small and would throttle it', undefined, 3, undefined],
    ['gets a first reservation of four where the account could not be read', undefined, undefined, 4],
  ])('%s', (_why, reservedConcurrency, reservableConcurrency, to) => {
    const { lane, findings } = plan({ reservedConcurrency, reservableConcurrency });
    expect(lane.at(-1)).toEqual(to === undefined ? undefined : set(reservedConcurrency, to));
    const affordable = (reservedConcurrency ?? 0) + Math.max(0, reservableConcurrency ?? 100);
    expect(findings).toEqual([
      ...(affordable < 4 ? [unaffordable(4, affordable)] : []),
      ...(to === undefined ? [] : [differs(reservedConcurrency, 4)]),
    ]);
  });
});

describe('lowering a consumer', () => {
  const ours = { tags: { [tagKey]: '8 4' } };

  it('does not touch a cap that somebody else set', () => {
    expect(plan({ reservedConcurrency: 8 }, drained)).toEqual({ lane: [], findings: [] });
    expect(plan({ reservedConcurrency: 8 }, { ...drained, tags: { [tagKey]: '4' } })).toEqual({
      lane: [],
      findings: [],
    });
  });

  it('lowers a reservation that a tag calls ours', () => {
    expect(plan({ reservedConcurrency: 8 }, { ...ours, ...drained })).toEqual({
      lane: [set(8, 4)],
      findings: [differs(8, 4)],
    });
  });

  it('lowers a reservation without a tag that fits the shard count before the last scaling', () => {
    const intent = { atMs: now - 3 * hour, from: 8, to: 4 };
    const settled = { [settledTag]: encodeSettled({ atMs: now - 2 * hour, shardCount: 4 }) };
    const state = { ...drained, intent, tags: { [tagKeys.intent]: encodeIntent(intent), ...settled } };
    expect(plan({ reservedConcurrency: 8 }, state).lane).toEqual([tag('8 4'), set(8, 4)]);
    expect(plan({ reservedConcurrency: 9 }, state).lane).toEqual([]);
    expect(plan({ reservedConcurrency: 8 }, { ...state, tags: { ...state.tags, [tagKey]: '4' } }).lane).toEqual([]);
  });

  it('lowers a reservation without a tag of exactly shards x lambdas per shard, as the reference leaves it', () => {
    const { lane } = plan({ reservedConcurrency: 8, executionsPerShard: 2 }, drained, {}, 2);
    expect(lane).toEqual([tag('8 4'), set(8, 4)]);
  });

  it.each<[string, Partial<StreamState>, Partial<StreamSettings>, boolean]>([
    ['waits while UPDATING, since the parents are being read', { ...drained, status: 'UPDATING' }, {}, false],
    ['waits where the iterator age could not be read', { iteratorAge: undefined }, {}, false],
    ['waits where no iterator age was seen', { iteratorAge: { seen: false } }, {}, false],
    ['lowers when readers are past the last resharding', drained, {}, true],
    ['does not wait for an ignored iterator age', { iteratorAge: undefined }, { iteratorAge: 'ignore' }, true],
    ['waits while UPDATING although the age is ignored', { status: 'UPDATING' }, { iteratorAge: 'ignore' }, false],
  ])('%s', (_why, state, settings, lowered) => {
    const { lane, findings } = plan({ reservedConcurrency: 8 }, { ...ours, ...state }, settings);
    expect(lane).toEqual(lowered ? [set(8, 4)] : []);
    if (!lowered) {
      expect(findings).toEqual([
        { kind: 'concurrency-waits-for-drain', functionName: 'orders-processor', reserved: 8, wanted: 4 },
      ]);
    }
  });

  describe('after a scaling from 8 to 4', () => {
    const settledAgo = (ms: number | undefined, shardCount = 4): Partial<StreamState> => {
      const intent = { atMs: now - 2 * hour, from: 8, to: 4 };
      const settled = ms === undefined ? {} : { [settledTag]: encodeSettled({ atMs: now - ms, shardCount }) };
      return { intent, tags: { ...ours.tags, [tagKeys.intent]: encodeIntent(intent), ...settled } };
    };
    const age = (ageMs: number) => ({ iteratorAge: { seen: true, atMs: now, ageMs } }) as const;

    it.each<[string, Partial<StreamState>, Partial<StreamSettings>, boolean]>([
      ['lowers when readers are up to date', { ...settledAgo(hour), ...age(0) }, {}, true],
      ['waits for readers that are at the end of the resharding', { ...settledAgo(hour), ...age(hour) }, {}, false],
      ['lowers when readers are past the end of the resharding', { ...settledAgo(hour), ...age(hour - 1) }, {}, true],
      [
        'waits while nobody has seen the end of the resharding, however long ago it began',
        { ...settledAgo(undefined), ...age(0) },
        {},
        false,
      ],
      [
        'waits when the end that was seen is that of an earlier resharding',
        { ...settledAgo(3 * hour), ...age(0) },
        {},
        false,
      ],
      ['waits when the shard count has changed since', { ...settledAgo(hour, 8), ...age(0) }, {}, false],
      [
        'waits ten minutes where the iterator age is ignored',
        settledAgo(10 * minute),
        { iteratorAge: 'ignore' },
        false,
      ],
      [
        'lowers after ten minutes where the iterator age is ignored',
        settledAgo(10 * minute + 1),
        { iteratorAge: 'ignore' },
        true,
      ],
    ])('%s', (_why, state, settings, lowered) => {
      expect(plan({ reservedConcurrency: 8 }, state, settings).lane).toEqual(lowered ? [set(8, 4)] : []);
    });
  });

  it('waits until readers are past the moment at which a resharding by hand was found', () => {
    const byHand = sampleState({ openShardCount: 2, tags: { [tagKey]: '4' } });
    const readers = { iteratorAge: { seen: true, atMs: now, ageMs: 25 * minute } } as const;
    expect(plan({ reservedConcurrency: 4 }, { ...byHand, ...readers }, {}, 2).lane).toEqual([]);
    const tags = { ...byHand.tags, [settledTag]: encodeSettled({ atMs: now - 5 * minute, shardCount: 2 }) };
    expect(plan({ reservedConcurrency: 4 }, { ...byHand, ...readers, tags }, {}, 2).lane).toEqual([]);
    const upToDate = { iteratorAge: { seen: true, atMs: now, ageMs: 0 } } as const;
    expect(plan({ reservedConcurrency: 4 }, { ...byHand, ...upToDate, tags }, {}, 2).lane).not.toEqual([]);
  });
});

describe('a reservation that cannot be raised', () => {
  it.each<[string, Partial<StreamSettings>, string]>([
    ['stays with concurrencyFallback keep', { concurrencyFallback: 'keep' }, 'continue'],
    ['is removed with concurrencyFallback remove', { concurrencyFallback: 'remove' }, 'fall-back'],
  ])('%s', (_why, settings, onFailure) => {
    expect(plan({ reservedConcurrency: 2 }, {}, settings).lane.at(-1)).toEqual(set(2, 4, onFailure));
  });

  it('is not removed where none was reserved', () => {
    const { lane } = plan({ reservedConcurrency: undefined }, {}, { concurrencyFallback: 'remove' });
    expect(lane.at(-1)).toEqual(set(undefined, 4, 'continue'));
  });
});

describe('the concurrency tags of an intent', () => {
  it.each<[string, Partial<ConsumerState>, Record<string, string>, string]>([
    ['hold both values of a reservation that is ours by its size', { reservedConcurrency: 4 }, {}, '4 8'],
    ['hold both values of a reservation that is ours by its tag', { reservedConcurrency: 3 }, { [tagKey]: '3' }, '3 8'],
    ['hold only our value where somebody else set the present one', { reservedConcurrency: 3 }, {}, '8'],
    ['hold only our value where none is reserved', { reservedConcurrency: undefined }, {}, '8'],
    ['hold one value where it stays the same', { reservedConcurrency: 8 }, { [tagKey]: '8' }, '8'],
  ])('%s', (_why, consumer, tags, value) => {
    const state = { ...base, tags, consumers: [sampleConsumer(consumer)] };
    expect(concurrencyTags(state, 8)).toEqual({ [tagKey]: value });
  });

  it('exist for every consumer', () => {
    const consumers = [
      sampleConsumer(),
      sampleConsumer({ functionName: 'audit', executionsPerShard: 2, reservedConcurrency: 8 }),
    ];
    expect(concurrencyTags({ ...base, consumers }, 8)).toEqual({
      [tagKey]: '4 8',
      [`${tagKeys.concurrency}audit`]: '8 16',
    });
  });
});
