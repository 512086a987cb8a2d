import { describe, expect, it } from 'vitest';
import type { ScaleDecision } from '../../../core/decision/decision.ts';
import { considerShards, needsShardLoads, type ShardLoad, type ShardLoads } from '../../../core/decision/hot-shard.ts';
import { planScaling } from '../../../core/plan/scaling-plan.ts';
import { noticeOf } from '../../../core/report/notice.ts';
import { encodeLedger, tagKeys } from '../../../core/stream/stream-tags.ts';
import { minute, now, sampleSettings, sampleState } from '../samples.ts';

const periodSeconds = 300;
const keySpace = 2n ** 128n;

/** Shards of even ranges, each with its utilization by records. */
function loadsOf(...utilizations: readonly number[]): ShardLoads & { readonly kind: 'loads' } {
  const count = BigInt(utilizations.length);
  const shards = utilizations.map(
    (utilization, index): ShardLoad => ({
      shardId: `shard-${index}`,
      firstHashKey: String((keySpace * BigInt(index)) / count),
      lastHashKey: String((keySpace * BigInt(index + 1)) / count - 1n),
      bytes: 0,
      records: utilization * 1_000 * periodSeconds,
    }),
  );
  return { kind: 'loads', shards, periodSeconds };
}

const decision: ScaleDecision = {
  kind: 'scale',
  direction: 'up',
  openShardCount: 2,
  targetShardCount: 4,
  because: { rule: 15 },
};

describe('before a scale-up, one shard', () => {
  it.each<[string, readonly number[], boolean]>([
    ['that takes twice what the others do, who need no more shards', [1, 0.5], true],
    ['that is only just full', [0.75, 0.1], true],
    ['of many, while the rest is idle', [0.8, 0.1, 0.1, 0.1], true],
    ['that is merely the fullest: all of them need room', [1, 0.9], false],
    ['just short of twice the others', [0.98, 0.5], false],
    ['that is busier than others, and has room left itself', [0.6, 0.1], false],
    ['beside others that would have fired the alarm without it', [1, 0.8, 0.8, 0.8], false],
    ['that is the only one', [1], false],
  ])('%s', (_why, utilizations, hot) => {
    const { because } = considerShards(decision, loadsOf(...utilizations), { settings: sampleSettings() });
    expect(because.hotShard).toBe(hot ? 'shard-0' : undefined);
  });

  it('beside others that are at a low threshold themselves', () => {
    const settings = sampleSettings({ scaleUpThreshold: 0.4, scaleDownThreshold: 0.1 });
    expect(considerShards(decision, loadsOf(1, 0.4), { settings })).toEqual(decision);
    expect(considerShards(decision, loadsOf(1, 0.39), { settings }).because.hotShard).toBe('shard-0');
  });

  it('with a policy that looks at demand, which has its alarm where no shard stays for long', () => {
    const settings = sampleSettings({ policy: 'target' });
    expect(considerShards(decision, loadsOf(0.9, 0.4), { settings }).because.hotShard).toBe('shard-0');
    expect(considerShards(decision, loadsOf(0.7, 0.1), { settings })).toEqual(decision);
  });

  it('is told with its figures, and the scaling stays as it was', () => {
    const told = considerShards(decision, loadsOf(0.4, 0.95), { settings: sampleSettings() });
    expect(told).toEqual({
      ...decision,
      because: { rule: 15, hotShard: 'shard-1', hotShardUtilization: 0.95, otherShardsUtilization: 0.4 },
    });
  });

  it('is split in the middle of its range where that is the setting', () => {
    const split = considerShards(decision, loadsOf(1, 0.3), { settings: sampleSettings({ hotShard: 'split' }) });
    expect(split).toMatchObject({
      targetShardCount: 3,
      split: { shardId: 'shard-0', startingHashKey: String(keySpace / 4n), otherwiseTarget: 4 },
    });
    const second = considerShards(decision, loadsOf(0.3, 1), { settings: sampleSettings({ hotShard: 'split' }) });
    expect(second.split).toMatchObject({ shardId: 'shard-1', startingHashKey: String((keySpace / 4n) * 3n) });
  });

  it.each([
    ['7', undefined],
    ['8', undefined],
    ['9', '8'],
  ])('whose range is 7 to %s is split at %s: where there is nothing between both ends, it is told', (last, middle) => {
    const loads = loadsOf(1, 0.3);
    const narrow = loads.shards.map((shard) => ({ ...shard, firstHashKey: '7', lastHashKey: last }));
    const told = considerShards(
      decision,
      { ...loads, shards: narrow },
      { settings: sampleSettings({ hotShard: 'split' }) },
    );
    expect(told.because.hotShard).toBe('shard-0');
    expect(told.split?.startingHashKey).toBe(middle);
    expect(told.targetShardCount).toBe(middle === undefined ? 4 : 3);
  });

  it('that could not be looked at keeps nothing from scaling', () => {
    const told = considerShards(decision, { kind: 'unknown', code: 'AccessDenied' }, { settings: sampleSettings() });
    expect(told).toEqual({ ...decision, because: { rule: 15, hotShard: 'unknown, AccessDenied' } });
  });

  it('counts by bytes as well as by records', () => {
    const loads = loadsOf(0, 0);
    const [first, second] = loads.shards;
    if (!first || !second) throw new Error('two shards');
    const heavy = { ...loads, shards: [{ ...first, bytes: 1_048_576 * periodSeconds }, second] };
    expect(considerShards(decision, heavy, { settings: sampleSettings() }).because).toMatchObject({
      hotShardUtilization: 1,
    });
  });
});

describe('the shards are asked for', () => {
  const published = { publishesByShard: true };
  const asks = (over: Partial<ScaleDecision>, state = published, hotShard: 'tell' | 'ignore' = 'tell') =>
    needsShardLoads({ ...decision, ...over }, { state: state, settings: { hotShard } });

  it('before a scale-up of a stream that publishes by shard, and at no other time', () => {
    expect(asks({})).toBe(true);
    expect(asks({ direction: 'down' })).toBe(false);
    expect(asks({ openShardCount: 1 })).toBe(false);
    expect(asks({}, { publishesByShard: false })).toBe(false);
    expect(asks({}, published, 'ignore')).toBe(false);
    expect(
      needsShardLoads(
        { kind: 'hold', reason: 'cooldown', because: { rule: 10 } },
        { state: published, settings: { hotShard: 'tell' } },
      ),
    ).toBe(false);
  });
});

describe('the plan of a split', () => {
  const split = considerShards(decision, loadsOf(1, 0.3), { settings: sampleSettings({ hotShard: 'split' }) });
  const state = sampleState({ openShardCount: 2, tags: { [tagKeys.ledger]: encodeLedger([now - minute]) } });
  const { steps, intent } = planScaling(split, { state, settings: sampleSettings(), nowMs: now });

  it('is one call for one shard, and everything follows the count to come', () => {
    expect(intent).toMatchObject({ from: 2, to: 3 });
    expect(steps[1]).toEqual([
      [
        {
          kind: 'split-shard',
          shardId: 'shard-0',
          startingHashKey: String(keySpace / 4n),
          from: 2,
          to: 3,
          onFailure: 'abort',
        },
      ],
    ]);
    const written = (steps[2] ?? [])
      .flat()
      .flatMap((effect) => (effect.kind === 'put-alarm' ? [effect.definition] : []));
    const judged = written.map(({ metrics }) => metrics.find(({ id }) => id === 's1'));
    expect(judged).toMatchObject([{ expression: '3' }, { expression: '3' }]);
  });

  it('spends no call of the day', () => {
    const [[[tagging] = []] = []] = steps;
    expect(tagging).toMatchObject({ tags: { [tagKeys.ledger]: encodeLedger([now - minute]) } });
  });
});

it('a notice says that one shard is hot', () => {
  const subject = (scaled: ScaleDecision) =>
    noticeOf({
      source: 'alarm',
      at: '2026-03-02T09:15:45.000Z',
      streamName: 'orders',
      dryRun: false,
      outcome: 'scaled',
      decision: scaled,
      findings: [],
      effects: [],
      failures: [],
      needsRetry: false,
    })?.subject;
  const settings = sampleSettings({ hotShard: 'split' });
  expect(subject(decision)).toBe('orders: scaled up from 2 to 4 shards');
  expect(subject(considerShards(decision, loadsOf(1, 0.3), { settings: sampleSettings() }))).toBe(
    'orders: scaled up from 2 to 4 shards, but one shard is hot',
  );
  expect(subject(considerShards(decision, loadsOf(1, 0.3), { settings }))).toBe(
    'orders: scaled up from 2 to 3 shards, hot shard split',
  );
});
