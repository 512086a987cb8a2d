/** What a load policy wants, judged by the rules: the rows of the truth table without an alarm. */
import { describe, expect, it } from 'vitest';
import { decideFromLoad } from '../../../core/decision/decide.ts';
import { type HoldReason, holdReasons, scalingRule } from '../../../core/decision/hold-reasons.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { encodeLedger, tagKeys } from '../../../core/stream/stream-tags.ts';
import { freshAge, hour, minute, now, sampleSettings, sampleState } from '../samples.ts';

type State = Parameters<typeof sampleState>[0];

const calls = (count: number) => ({
  [tagKeys.ledger]: encodeLedger(Array.from({ length: count }, (_, index) => now - (count - index) * hour)),
});

function decide(
  wantedShardCount: number,
  state: State = {},
  settings: Partial<StreamSettings> = {},
  offeredShards = 4.9876,
) {
  return decideFromLoad(
    { wantedShardCount, offeredShards },
    {
      state: sampleState({ iteratorAge: freshAge(0), ...state }),
      settings: sampleSettings({ policy: 'target', ...settings }),
      nowMs: now,
    },
  );
}

interface Row {
  readonly why: string;
  readonly wanted: number;
  readonly state?: State;
  readonly settings?: Partial<StreamSettings>;
  readonly offered?: number;
  /** Expected: a hold's reason, or the target shard count. */
  readonly expected: HoldReason | number;
}

const rows: readonly Row[] = [
  { why: 'scales up to the shard count that the policy wants', wanted: 5, expected: 5 },
  { why: 'scales down to the shard count that the policy wants', wanted: 3, expected: 3 },
  { why: 'scales up no further than twice the shards, the reach of one call', wanted: 20, expected: 8 },
  { why: 'scales down no further than half the shards, the reach of one call', wanted: 1, expected: 2 },
  { why: 'scales up to the maximum and no further', wanted: 8, settings: { maxShards: 6 }, expected: 6 },
  { why: 'scales down to the minimum and no further', wanted: 2, settings: { minShards: 3 }, expected: 3 },
  {
    why: 'leaves an on-demand stream to AWS',
    wanted: 8,
    state: { mode: 'ON_DEMAND' },
    expected: 'on-demand-stream',
  },
  {
    why: 'says that a stream is on-demand also where the policy wants the open shards',
    wanted: 4,
    state: { mode: 'ON_DEMAND' },
    expected: 'on-demand-stream',
  },
  {
    why: 'holds while another resharding is under way',
    wanted: 8,
    state: { status: 'UPDATING' },
    expected: 'stream-updating',
  },
  {
    why: 'holds a scale-up in a cooldown that somebody has set',
    wanted: 8,
    state: { tags: calls(1) },
    settings: { scaleUpCooldownMinutes: 61 },
    expected: 'cooldown',
  },
  {
    why: 'has no cooldown by default, since the policy waits by itself',
    wanted: 3,
    state: { tags: { [tagKeys.ledger]: encodeLedger([now - minute]) } },
    expected: 3,
  },
  { why: 'holds a scale-up at the maximum', wanted: 8, settings: { maxShards: 4 }, expected: 'at-maximum' },
  { why: 'holds a scale-down at the minimum', wanted: 2, settings: { minShards: 4 }, expected: 'at-minimum' },
  { why: 'holds where the policy wants the open shards', wanted: 4, expected: 'demand-met' },
  {
    why: 'does not blame a spent quota where the open shards take the load',
    wanted: 4,
    state: { tags: calls(10) },
    offered: 4,
    expected: 'demand-met',
  },
  {
    why: 'blames the spent quota where the policy wants nothing although the load exceeds the open shards',
    wanted: 4,
    state: { tags: calls(10) },
    offered: 4.1,
    expected: 'daily-quota',
  },
  {
    why: 'blames the maximum and not the spent quota where both hold a scale-up',
    wanted: 4,
    state: { tags: calls(10) },
    settings: { maxShards: 4 },
    offered: 4.1,
    expected: 'at-maximum',
  },
  {
    why: 'holds a scale-up when the day’s calls are spent',
    wanted: 8,
    state: { tags: calls(10) },
    expected: 'daily-quota',
  },
  { why: 'spends the last call of the day on a scale-up', wanted: 8, state: { tags: calls(9) }, expected: 8 },
  {
    why: 'holds a scale-down that would leave fewer than two calls',
    wanted: 2,
    state: { tags: calls(8) },
    expected: 'daily-quota',
  },
  { why: 'scales down where two calls remain afterwards', wanted: 2, state: { tags: calls(7) }, expected: 2 },
  {
    why: 'holds a scale-down while a consumer is behind',
    wanted: 2,
    state: { iteratorAge: freshAge(hour) },
    expected: 'consumer-behind',
  },
  {
    why: 'does not hold a scale-up while a consumer is behind',
    wanted: 8,
    state: { iteratorAge: freshAge(hour) },
    expected: 8,
  },
  {
    why: 'holds a scale-down where the iterator age could not be read, since unknown is not 0',
    wanted: 2,
    state: { iteratorAge: undefined },
    expected: 'iterator-age-unknown',
  },
];

it.each(rows)('$expected: $why', ({ wanted, state, settings, offered, expected }) => {
  const decision = decide(wanted, state, settings, offered);
  expect(decision.kind === 'scale' ? decision.targetShardCount : decision.reason).toBe(expected);
  expect(decision.because.rule).toBe(typeof expected === 'number' ? scalingRule : holdReasons[expected].rule);
});

describe('the evidence of a decision from load', () => {
  it('of a scaling is the offered load, the count that the policy wants, and the calls of the day', () => {
    expect(decide(20)).toEqual({
      kind: 'scale',
      direction: 'up',
      openShardCount: 4,
      targetShardCount: 8,
      because: {
        rule: scalingRule,
        policy: 'target',
        offeredShards: 4.99,
        policyWants: 20,
        callsInLastDay: 0,
        dailyQuota: 10,
      },
    });
  });

  it('of a hold names the direction that the policy wanted', () => {
    expect(decide(8, {}, { maxShards: 4 })).toMatchObject({
      because: { rule: 11, maxShards: 4, direction: 'up', offeredShards: 4.99 },
    });
  });

  it('of demand-met is the open shards and the offered load', () => {
    expect(decide(4)).toMatchObject({ because: { rule: 9, openShardCount: 4, offeredShards: 4.99 } });
  });
});
