/** What a policy that looks at demand wants, judged by the rules: the rows of the truth table that know no alarm. */
import { describe, expect, it } from 'vitest';
import { decideFromLoad } from '../../../core/decision/decide.ts';
import type { HoldReason } from '../../../core/decision/hold-reasons.ts';
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
  { why: 'goes to what is wanted', wanted: 5, expected: 5 },
  { why: 'down as well', wanted: 3, expected: 3 },
  { why: 'never further than one call reaches', wanted: 20, expected: 8 },
  { why: 'nor below half', wanted: 1, expected: 2 },
  { why: 'never above the maximum', wanted: 8, settings: { maxShards: 6 }, expected: 6 },
  { why: 'never below the minimum', wanted: 2, settings: { minShards: 3 }, expected: 3 },
  {
    why: '4: an on-demand stream is AWS’s to scale',
    wanted: 8,
    state: { mode: 'ON_DEMAND' },
    expected: 'on-demand-stream',
  },
  { why: '4 also where nothing is wanted', wanted: 4, state: { mode: 'ON_DEMAND' }, expected: 'on-demand-stream' },
  { why: '5: another resharding is under way', wanted: 8, state: { status: 'UPDATING' }, expected: 'stream-updating' },
  {
    why: '10: cooldowns hold where they are set',
    wanted: 8,
    state: { tags: calls(1) },
    settings: { scaleUpCooldownMinutes: 61 },
    expected: 'cooldown',
  },
  {
    why: '10: there is none by default, the policy waits by itself',
    wanted: 3,
    state: { tags: { [tagKeys.ledger]: encodeLedger([now - minute]) } },
    expected: 3,
  },
  { why: '11: at the maximum', wanted: 8, settings: { maxShards: 4 }, expected: 'at-maximum' },
  { why: '11: at the minimum', wanted: 2, settings: { minShards: 4 }, expected: 'at-minimum' },
  { why: '9: what is there is what is wanted', wanted: 4, expected: 'demand-met' },
  {
    why: '9 before 13: nothing is wanted of a spent quota',
    wanted: 4,
    state: { tags: calls(10) },
    offered: 4,
    expected: 'demand-met',
  },
  {
    why: '13, not 9: a policy that has no call left asks for nothing, and more is offered than the shards take',
    wanted: 4,
    state: { tags: calls(10) },
    offered: 4.1,
    expected: 'daily-quota',
  },
  {
    why: '11: nor is there anything to call for at the maximum',
    wanted: 4,
    state: { tags: calls(10) },
    settings: { maxShards: 4 },
    offered: 4.1,
    expected: 'at-maximum',
  },
  { why: '13: the day’s calls are spent', wanted: 8, state: { tags: calls(10) }, expected: 'daily-quota' },
  { why: '13: the last call is for going up', wanted: 8, state: { tags: calls(9) }, expected: 8 },
  { why: '13: going down leaves two', wanted: 2, state: { tags: calls(8) }, expected: 'daily-quota' },
  { why: '13: the third last may go down', wanted: 2, state: { tags: calls(7) }, expected: 2 },
  { why: '14: a consumer is behind', wanted: 2, state: { iteratorAge: freshAge(hour) }, expected: 'consumer-behind' },
  { why: '14 holds no scale-up', wanted: 8, state: { iteratorAge: freshAge(hour) }, expected: 8 },
  {
    why: '14: what was not read is not 0',
    wanted: 2,
    state: { iteratorAge: undefined },
    expected: 'iterator-age-unknown',
  },
];

it.each(rows)('$why', ({ wanted, state, settings, offered, expected }) => {
  const decision = decide(wanted, state, settings, offered);
  expect(decision.kind === 'scale' ? decision.targetShardCount : decision.reason).toBe(expected);
});

describe('the evidence', () => {
  it('of a scaling is what was offered, what the policy wanted, and the calls', () => {
    expect(decide(20)).toEqual({
      kind: 'scale',
      direction: 'up',
      openShardCount: 4,
      targetShardCount: 8,
      because: { rule: 15, policy: 'target', offeredShards: 4.99, policyWants: 20, callsInLastDay: 0, dailyQuota: 10 },
    });
  });

  it('of any other hold is which way it would have gone, and why', () => {
    expect(decide(8, {}, { maxShards: 4 })).toMatchObject({
      because: { rule: 11, maxShards: 4, direction: 'up', offeredShards: 4.99 },
    });
  });

  it('of a hold for nothing to do is what was offered', () => {
    expect(decide(4)).toMatchObject({ because: { rule: 9, openShardCount: 4, offeredShards: 4.99 } });
  });
});
