/** The answer to "why does it not scale?": what would be decided if the alarm fired now, and every rule's own answer. */
import { describe, expect, it } from 'vitest';
import { type HoldReason, holdReasons } from '../../../core/decision/hold-reasons.ts';
import { alarmRules, loadRules, proposalRules, type Rule, streamRules } from '../../../core/decision/rules.ts';
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

/** The reasons of all rules that hold, also of those after the one that decides. */
function holding({ rules }: ReturnType<typeof explain>['up']): readonly HoldReason[] {
  return rules.flatMap(({ held }) => (held ? [held.reason] : []));
}

const numbersOf = (rules: readonly Pick<Rule<never>, 'reasons'>[]) =>
  rules.map(({ reasons: [reason] }) => holdReasons[reason].rule);

const fault = (field: string): Fault => ({ field, value: '"two"', problem: 'is no number', remedy: 'give one' });

describe('the explanation of a stream', () => {
  it('shows status, bounds, dry run and the faults of its tags', () => {
    const [faulty, contradiction] = [fault('autoscaling/period-minutes'), fault('autoscaling/min-shards')];
    const explained = explain({ dryRun: true, tagFaults: [faulty], contradictions: [contradiction] });
    expect(explained).toMatchObject({
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

  it('shows the step that brings a stream outside its bounds back', () => {
    expect(explain({ settings: sampleSettings({ minShards: 6 }) }).enforcement).toMatchObject({
      kind: 'scale',
      targetShardCount: 6,
    });
  });

  it('shows what the next reconcile would repair', () => {
    const alarms = { up: sampleAlarmState('up'), down: undefined };
    expect(explain({ state: sampleState({ alarms }) }).drift.findings).toContainEqual({
      kind: 'alarm-missing',
      direction: 'down',
    });
  });
});

describe('the explanation of the day’s calls', () => {
  it('counts the calls that the quota leaves, without those that are older than a day', () => {
    const explained = called(hour, 2 * hour, 25 * hour);
    expect(explained).toMatchObject({ callsLeft: 8, nextSlotAtMs: undefined, lastScaledAtMs: now - hour });
  });

  it('says when the next call is free once all calls are spent', () => {
    const ten = Array.from({ length: 10 }, (_, call) => (10 - call) * hour);
    expect(called(...ten)).toMatchObject({ callsLeft: 0, nextSlotAtMs: now - 10 * hour + day });
    // One more than the quota: somebody resharded by hand as well, so two must pass before a call is free.
    expect(called(11 * hour, ...ten)).toMatchObject({ callsLeft: 0, nextSlotAtMs: now - 10 * hour + day });
  });

  it('says that no call is left while AWS refuses them, whatever the ledger says', () => {
    const tags = encodeRefusal('daily-quota', {}, now - minute);
    expect(explain({ state: sampleState({ tags }) })).toMatchObject({ callsLeft: 0, nextSlotAtMs: now + 3 * minute });
    const ofShards = encodeRefusal('account-shard-limit', {}, now - minute);
    expect(explain({ state: sampleState({ tags: ofShards }) })).toMatchObject({ callsLeft: 10 });
  });
});

describe('the explanation of an alarm', () => {
  it('judges an alarm in OK as if it fired this moment', () => {
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
    expect(up.rules.map(({ rule }) => rule)).toEqual(numbersOf([...streamRules, ...alarmRules, ...proposalRules]));
    expect(holding(up)).toEqual([]);
  });

  it('does not call an alarm stale that fired before the last scaling: it would fire anew', () => {
    const tags = { LastScaledTimestamp: formatAlarmTime(now - 2 * hour) };
    const alarms = {
      up: sampleAlarmState('up', { state: 'ALARM', stateTransitionedAtMs: now - 3 * hour, tags }),
      down: sampleAlarmState('down'),
    };
    expect(holding(explain({ state: sampleState({ alarms }) }).up)).toEqual([]);
  });

  it('takes the time of the last scaling from the other alarm’s tag as well', () => {
    const tags = { LastScaledTimestamp: formatAlarmTime(now - 59 * minute) };
    const alarms = { up: sampleAlarmState('up', { tags }), down: sampleAlarmState('down') };
    const { down } = explain({ state: sampleState({ alarms, iteratorAge: freshAge(0) }) });
    expect(down).toMatchObject({
      decision: { kind: 'hold', reason: 'cooldown', retryAtMs: now + minute },
      plan: undefined,
    });
  });

  it('lists every rule that holds, also those after the one that decides', () => {
    const state = sampleState({
      status: 'UPDATING',
      tags: { [tagKeys.ledger]: encodeLedger([now - minute]) },
      iteratorAge: freshAge(hour),
    });
    const settings = sampleSettings({ minShards: 4, dailyQuota: 1, dailyQuotaReserve: 0 });
    const { down } = explain({ state, settings });
    expect(holding(down)).toEqual(['stream-updating', 'cooldown', 'at-minimum', 'daily-quota', 'consumer-behind']);
    expect(down.decision).toMatchObject({ kind: 'hold', reason: 'stream-updating' });
  });

  it('holds for tags that contradict each other, whatever the other rules say', () => {
    const contradictions = [fault('autoscaling/min-shards')];
    const { up } = explain({ contradictions });
    expect(up).toMatchObject({
      decision: { kind: 'hold', reason: 'contradictory-settings', because: { faults: contradictions } },
      plan: undefined,
    });
    const demands = "the stream's tags do not contradict each other";
    expect(up.rules[0]).toMatchObject({ rule: 3, demands, held: up.decision });
    // A tag that cannot be read holds nothing: the deployment's value stays in force.
    expect(explain({ tagFaults: contradictions }).up.decision).toMatchObject({ kind: 'scale' });
  });

  it('says nothing about an alarm that is missing', () => {
    const alarms = { up: undefined, down: sampleAlarmState('down') };
    const { up, down } = explain({ state: sampleState({ alarms, iteratorAge: freshAge(0) }) });
    expect(up).toEqual({ direction: 'up', rules: [] });
    expect(down.decision).toMatchObject({ kind: 'scale' });
  });
});

describe('the explanation of a load policy', () => {
  const policy = { wantedShardCount: 6, offeredShards: 4.8, callsLeft: 10, settings: targetDefaults };
  const loadDriven = (input: Partial<ExplanationInput> = {}) =>
    explain({ settings: sampleSettings({ policy: 'target', minShards: 2, maxShards: 64 }), load: policy, ...input });

  it('shows what a load check would decide now, by the rules that need no alarm', () => {
    const { policy: name, demand } = loadDriven();
    expect(name).toBe('target');
    expect(demand?.policy).toEqual(policy);
    expect(demand?.rules.map(({ rule }) => rule)).toEqual(numbersOf([...streamRules, ...loadRules, ...proposalRules]));
    expect(demand?.decision).toMatchObject({ kind: 'scale', targetShardCount: 6, because: { offeredShards: 4.8 } });
    expect(demand?.plan?.intent).toEqual({ atMs: now, from: 4, to: 6 });
  });

  it('shows the rule that holds the load check', () => {
    const state = sampleState({ tags: { [tagKeys.ledger]: encodeLedger([now - minute]) } });
    const settings = sampleSettings({ policy: 'target', scaleUpCooldownMinutes: 5 });
    expect(loadDriven({ state, settings }).demand).toMatchObject({
      decision: { kind: 'hold', reason: 'cooldown' },
      plan: undefined,
    });
    const contradictions = [fault('autoscaling/min-shards')];
    expect(loadDriven({ contradictions }).demand).toMatchObject({
      decision: { kind: 'hold', reason: 'contradictory-settings' },
      rules: expect.arrayContaining([
        expect.objectContaining({ rule: 3, held: expect.objectContaining({ reason: 'contradictory-settings' }) }),
      ]),
      plan: undefined,
    });
  });

  it('says nothing about the load where it is unknown, nor with the policy doubling', () => {
    expect(loadDriven({ load: undefined }).demand).toBeUndefined();
    expect(explain()).toMatchObject({ policy: 'doubling', demand: undefined });
  });
});

it('the plan of an explanation has the intent and rewrites both alarms', () => {
  const { plan } = explain().up;
  expect(plan?.intent).toEqual({ atMs: now, from: 4, to: 8 });
  const written = plan?.steps.flat(2).flatMap((effect) => (effect.kind === 'put-alarm' ? [effect.alarmName] : []));
  expect(written).toEqual(['orders-scale-up', 'orders-scale-down']);
});
