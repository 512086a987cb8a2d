import { describe, expect, it } from 'vitest';
import type { ScaleDecision } from '../../../core/decision/decision.ts';
import { scalingRule } from '../../../core/decision/hold-reasons.ts';
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
  because: { rule: scalingRule },
};

describe('before a scale-up', () => {
  it.each<[string, readonly number[]]>([
    ['takes twice what the others take, who have room', [1, 0.5]],
    ['has just reached the threshold', [0.75, 0.1]],
    ['carries the load while the rest is idle', [0.8, 0.1, 0.1, 0.1]],
  ])('a shard is hot that %s', (_why, utilizations) => {
    const { because } = considerShards(decision, loadsOf(...utilizations), { settings: sampleSettings() });
    expect(because.hotShard).toBe('shard-0');
  });

  it.each<[string, readonly number[]]>([
    ['is merely the fullest, while all of them need room', [1, 0.9]],
    ['takes just less than twice what the others take', [0.98, 0.5]],
    ['has room left itself', [0.6, 0.1]],
    ['is full beside others that would have fired the alarm without it', [1, 0.8, 0.8, 0.8]],
    ['is the only one', [1]],
  ])('a shard is not hot that %s', (_why, utilizations) => {
    const { because } = considerShards(decision, loadsOf(...utilizations), { settings: sampleSettings() });
    expect(because.hotShard).toBeUndefined();
  });

  it('a shard is not hot where the others reach a low threshold by themselves', () => {
    const settings = sampleSettings({ scaleUpThreshold: 0.4, scaleDownThreshold: 0.1 });
    expect(considerShards(decision, loadsOf(1, 0.4), { settings })).toEqual(decision);
    expect(considerShards(decision, loadsOf(1, 0.39), { settings }).because.hotShard).toBe('shard-0');
  });

  it('a shard of a load-driven stream is hot from 0.75 on, since its alarm’s threshold of 1 is never reached for long', () => {
    const settings = sampleSettings({ policy: 'target' });
    expect(considerShards(decision, loadsOf(0.9, 0.4), { settings }).because.hotShard).toBe('shard-0');
    expect(considerShards(decision, loadsOf(0.7, 0.1), { settings })).toEqual(decision);
  });

  it('the evidence names the hot shard with its figures, and the scaling stays as it was', () => {
    const considered = considerShards(decision, loadsOf(0.4, 0.95), { settings: sampleSettings() });
    expect(considered).toEqual({
      ...decision,
      because: { rule: scalingRule, hotShard: 'shard-1', hotShardUtilization: 0.95, otherShardsUtilization: 0.4 },
    });
  });

  it('with the setting split, the hot shard alone is split in the middle of its range', () => {
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
  ])(
    'a hot shard with the range 7 to %s is split at %s, and not at all where the range is too narrow',
    (last, middle) => {
      const loads = loadsOf(1, 0.3);
      const narrow = loads.shards.map((shard) => ({ ...shard, firstHashKey: '7', lastHashKey: last }));
      const considered = considerShards(
        decision,
        { ...loads, shards: narrow },
        { settings: sampleSettings({ hotShard: 'split' }) },
      );
      expect(considered.because.hotShard).toBe('shard-0');
      expect(considered.split?.startingHashKey).toBe(middle);
      expect(considered.targetShardCount).toBe(middle === undefined ? 4 : 3);
    },
  );

  it('shards that could not be read do not keep the stream from scaling', () => {
    const unknown = { kind: 'unknown', code: 'AccessDenied' } as const;
    const considered = considerShards(decision, unknown, { settings: sampleSettings() });
    expect(considered).toEqual({ ...decision, because: { rule: scalingRule, hotShard: 'unknown, AccessDenied' } });
  });

  it('a shard is hot by its bytes as well as by its records', () => {
    const loads = loadsOf(0, 0);
    const [first, second] = loads.shards;
    if (!first || !second) throw new Error('two shards');
    const heavy = { ...loads, shards: [{ ...first, bytes: 1_048_576 * periodSeconds }, second] };
    expect(considerShards(decision, heavy, { settings: sampleSettings() }).because).toMatchObject({
      hotShardUtilization: 1,
    });
  });
});

describe('the loads of the shards are read', () => {
  const published = { publishesByShard: true };
  const asks = (over: Partial<ScaleDecision>, state = published, hotShard: 'tell' | 'ignore' = 'tell') =>
    needsShardLoads({ ...decision, ...over }, { state: state, settings: { hotShard } });

  it('only before a scale-up of several shards that publish by shard, and not with the setting ignore', () => {
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

  it('has one SplitShard call, and both alarms follow the new count', () => {
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

  it('adds no call to the ledger', () => {
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
