/** The answer to "why does it not scale?": what would be decided if the alarm fired now, and every rule's own verdict. */
import { describe, expect, it } from 'vitest';
import { targetDefaults } from '../../../core/load/target.ts';
import { type ExplanationInput, explainStream } from '../../../core/report/explanation.ts';
import type { Fault } from '../../../core/result.ts';
import { encodeLedger, encodeRefusal, tagKeys } from '../../../core/stream/stream-tags.ts';
import { formatAlarmTime } from '../../../core/time.ts';
import { day, freshAge, hour, minute, now, sampleAlarmState, sampleSettings, sampleState } from '../samples.ts';

function explain(input: Partial<ExplanationInput> = {}) {
  return explainStream({
    state: sampleState({ iteratorAge: freshAge(0) }),
    settings: sampleSettings({ minShards: 2, maxShards: 64 }),
    tagFaults: [],
    contradictions: [],
    dryRun: false,
    nowMs: now,
    ...input,
  });
}

function called(...agoMs: readonly number[]) {
  const tags = { [tagKeys.ledger]: encodeLedger(agoMs.map((ms) => now - ms)) };
  return explain({ state: sampleState({ tags, iteratorAge: freshAge(0) }) });
}

/** Numbers of the rules that hold, whether or not an earlier one decides. */
function holding({ rules }: ReturnType<typeof explain>['up']): readonly number[] {
  return rules.filter(({ held }) => held).map(({ rule }) => rule);
}

const fault = (field: string): Fault => ({ field, value: '"two"', problem: 'is no number', remedy: 'give one' });

describe('a stream', () => {
  it('is told as it is, with its bounds and its faults', () => {
    const [faulty, contradiction] = [fault('autoscaling/period-minutes'), fault('autoscaling/min-shards')];
    const told = explain({ dryRun: true, tagFaults: [faulty], contradictions: [contradiction] });
    expect(told).toMatchObject({
      streamName: 'orders',
      status: 'ACTIVE',
      mode: 'PROVISIONED',
      openShardCount: 4,
      minShards: 2,
      maxShards: 64,
      dryRun: true,
      lastScaledAtMs: undefined,
      enforcement: undefined,
      drift: { findings: [] },
      faults: [faulty, contradiction],
    });
  });

  it('outside its bounds is told with the step that brings it back', () => {
    expect(explain({ settings: sampleSettings({ minShards: 6 }) }).enforcement).toMatchObject({
      kind: 'scale',
      targetShardCount: 6,
    });
  });

  it('is told with what is out of line', () => {
    const alarms = { up: sampleAlarmState('up'), down: undefined };
    expect(explain({ state: sampleState({ alarms }) }).drift.findings).toContainEqual({
      kind: 'alarm-missing',
      direction: 'down',
    });
  });
});

describe('the calls of the day', () => {
  it('are what the quota leaves', () => {
    const told = called(hour, 2 * hour, 25 * hour);
    expect(told).toMatchObject({ callsLeft: 8, nextSlotAtMs: undefined, lastScaledAtMs: now - hour });
  });

  it('are spent until the oldest that counts is a day old', () => {
    const ten = Array.from({ length: 10 }, (_, call) => (10 - call) * hour);
    expect(called(...ten)).toMatchObject({ callsLeft: 0, nextSlotAtMs: now - 10 * hour + day });
    // One more than the quota: somebody resharded by hand as well, so two must pass before a call is free.
    expect(called(11 * hour, ...ten)).toMatchObject({ callsLeft: 0, nextSlotAtMs: now - 10 * hour + day });
  });

  it('has no call left while AWS refuses them, whatever the ledger says', () => {
    const tags = encodeRefusal('daily-quota', {}, now - minute);
    expect(explain({ state: sampleState({ tags }) })).toMatchObject({ callsLeft: 0, nextSlotAtMs: now + 3 * minute });
    const ofShards = encodeRefusal('account-shard-limit', {}, now - minute);
    expect(explain({ state: sampleState({ tags: ofShards }) })).toMatchObject({ callsLeft: 10 });
  });
});

describe('an alarm', () => {
  it('is judged as if it fired this moment: at rest it would be held by its state alone', () => {
    const { up, down } = explain();
    expect(up).toMatchObject({
      direction: 'up',
      alarmName: 'orders-scale-up',
      alarmState: 'OK',
      judgedShardCount: 4,
      threshold: 0.75,
      decision: { kind: 'scale', direction: 'up', targetShardCount: 8 },
    });
    expect(down).toMatchObject({
      alarmName: 'orders-scale-down',
      decision: { kind: 'scale', direction: 'down', targetShardCount: 2 },
    });
    expect(up.rules.map(({ rule }) => rule)).toEqual([3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14]);
    expect(holding(up)).toEqual([]);
  });

  it('that fired before the last scaling is not stale: it would fire anew', () => {
    const tags = { LastScaledTimestamp: formatAlarmTime(now - 2 * hour) };
    const alarms = {
      up: sampleAlarmState('up', { state: 'ALARM', stateTransitionedAtMs: now - 3 * hour, tags }),
      down: sampleAlarmState('down'),
    };
    expect(holding(explain({ state: sampleState({ alarms }) }).up)).toEqual([]);
  });

  it('waits for what the other alarm says as well: the time of the last scaling', () => {
    const tags = { LastScaledTimestamp: formatAlarmTime(now - 59 * minute) };
    const alarms = { up: sampleAlarmState('up', { tags }), down: sampleAlarmState('down') };
    const { down } = explain({ state: sampleState({ alarms, iteratorAge: freshAge(0) }) });
    expect(down).toMatchObject({
      decision: { kind: 'hold', reason: 'cooldown', retryAtMs: now + minute },
      plan: undefined,
    });
  });

  it('is told of every rule that holds, so that nobody mends one only to meet the next', () => {
    const state = sampleState({
      status: 'UPDATING',
      tags: { [tagKeys.ledger]: encodeLedger([now - minute]) },
      iteratorAge: freshAge(hour),
    });
    const settings = sampleSettings({ minShards: 4, dailyQuota: 1, dailyQuotaReserve: 0 });
    const { down } = explain({ state, settings });
    expect(holding(down)).toEqual([5, 10, 11, 13, 14]);
    expect(down.decision).toMatchObject({ kind: 'hold', reason: 'stream-updating' });
  });

  it('of a stream whose tags cannot stand together is held by them, whatever the other rules say', () => {
    const contradictions = [fault('autoscaling/min-shards')];
    const { up } = explain({ contradictions });
    expect(up).toMatchObject({
      decision: { kind: 'hold', reason: 'contradictory-settings', because: { faults: contradictions } },
      plan: undefined,
    });
    expect(up.rules[0]).toMatchObject({ rule: 3, demands: "the stream's tags can stand together", held: up.decision });
    // A tag that cannot be read alone holds nothing: the deployment's value stands in.
    expect(explain({ tagFaults: contradictions }).up.decision).toMatchObject({ kind: 'scale' });
  });

  it('that is missing is told as missing, and nothing is guessed of it', () => {
    const alarms = { up: undefined, down: sampleAlarmState('down') };
    const { up, down } = explain({ state: sampleState({ alarms, iteratorAge: freshAge(0) }) });
    expect(up).toEqual({ direction: 'up', rules: [] });
    expect(down.decision).toMatchObject({ kind: 'scale' });
  });
});

describe('a policy that looks at demand', () => {
  const policy = { wantedShardCount: 6, offeredShards: 4.8, callsLeft: 10, settings: targetDefaults };
  const looking = (input: Partial<ExplanationInput> = {}) =>
    explain({ settings: sampleSettings({ policy: 'target', minShards: 2, maxShards: 64 }), demand: policy, ...input });

  it('is told with the look that it would take now, by the rules that are about no alarm', () => {
    const { policy: name, demand } = looking();
    expect(name).toBe('target');
    expect(demand?.policy).toEqual(policy);
    expect(demand?.rules.map(({ rule }) => rule)).toEqual([3, 4, 5, 9, 10, 11, 12, 13, 14]);
    expect(demand?.decision).toMatchObject({ kind: 'scale', targetShardCount: 6, because: { offeredShards: 4.8 } });
    expect(demand?.plan?.intent).toEqual({ atMs: now, from: 4, to: 6 });
  });

  it('is told with what holds it', () => {
    const state = sampleState({ tags: { [tagKeys.ledger]: encodeLedger([now - minute]) } });
    const settings = sampleSettings({ policy: 'target', scaleUpCooldownMinutes: 5 });
    expect(looking({ state, settings }).demand).toMatchObject({
      decision: { kind: 'hold', reason: 'cooldown' },
      plan: undefined,
    });
    const contradictions = [fault('autoscaling/min-shards')];
    expect(looking({ contradictions }).demand).toMatchObject({
      decision: { kind: 'hold', reason: 'contradictory-settings' },
      rules: [{ rule: 3, held: { reason: 'contradictory-settings' } }, {}, {}, {}, {}, {}, {}, {}, {}],
      plan: undefined,
    });
  });

  it('says nothing of demand where none is known, nor where the policy waits for alarms', () => {
    expect(looking({ demand: undefined }).demand).toBeUndefined();
    expect(explain()).toMatchObject({ policy: 'doubling', demand: undefined });
  });
});

it('the plan is what the scaling would do, to both alarms', () => {
  const { plan } = explain().up;
  expect(plan?.intent).toEqual({ atMs: now, from: 4, to: 8 });
  const written = plan?.steps.flat(2).flatMap((effect) => (effect.kind === 'put-alarm' ? [effect.alarmName] : []));
  expect(written).toEqual(['orders-scale-up', 'orders-scale-down']);
});
