/**
 * The truth table: every rule that judges an alarm has its rows here, each with its reason. Whoever changes a row changes
 * what operators were promised, and says why in the commit.
 */
import { describe, expect, it } from 'vitest';
import type { ScalingAlarm } from '../../../core/alarm/alarm-notification.ts';
import { decideFromAlarm } from '../../../core/decision/decide.ts';
import type { ScalingDecision } from '../../../core/decision/decision.ts';
import { type HoldReason, holdReasons, scalingRule } from '../../../core/decision/hold-reasons.ts';
import { applyMessageRules, rejectAlarm } from '../../../core/decision/message-rules.ts';
import { alarmRules, proposalRules, streamRules } from '../../../core/decision/rules.ts';
import type { Fault } from '../../../core/result.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { encodeSettled, settledTag } from '../../../core/stream/settled-shards.ts';
import type { StreamState } from '../../../core/stream/stream-state.ts';
import { encodeIntent, encodeLedger, refusedUntilTag, tagKeys } from '../../../core/stream/stream-tags.ts';
import { formatAlarmTime, formatBasicTime } from '../../../core/time.ts';
import {
  day,
  firedAt,
  firing,
  firingState,
  freshAge,
  hour,
  minute,
  now,
  sampleAlarm,
  sampleAlarmState,
  sampleSettings,
  sampleState,
  second,
} from '../samples.ts';

interface Row {
  readonly why: string;
  readonly alarm?: Partial<ScalingAlarm>;
  readonly state: StreamState;
  readonly contradictions?: readonly Fault[];
  readonly settings?: Partial<StreamSettings>;
  /** Expected: a hold's reason, or the target shard count. */
  readonly expected: HoldReason | number;
  readonly retryAtMs?: number;
}

const up = (given: Parameters<typeof firingState>[1] = {}) => firingState('up', given);
const down = (given: Parameters<typeof firingState>[1] = {}) => firingState('down', given);
const downAlarm = sampleAlarm('down');
const contradiction: Fault = {
  field: 'autoscaling/min-shards',
  value: '9',
  problem: 'is above autoscaling/max-shards 3',
  remedy: 'lower it or raise the maximum',
};

/** The stream's tag with calls of these ages. */
function ledgerTags(...agesMs: readonly number[]) {
  const times = agesMs.map((age) => now - age).toSorted((a, b) => a - b);
  return { [tagKeys.ledger]: encodeLedger(times) };
}
const nineCalls = [20, 18, 16, 14, 12, 10, 8, 6, 4].map((hours) => hours * hour);

/** By the first reason of each rule. `demand-met` judges no alarm: decide-from-load.test.ts has its rows. */
const table: Readonly<Partial<Record<HoldReason | 'scale', readonly Row[]>>> = {
  'contradictory-settings': [
    {
      why: 'any choice between tags that contradict each other would be a guess',
      state: up(),
      contradictions: [contradiction],
      expected: 'contradictory-settings',
    },
    { why: 'tags that do not contradict each other hold nothing', state: up(), contradictions: [], expected: 8 },
  ],
  'on-demand-stream': [
    {
      why: 'an on-demand stream refuses UpdateShardCount; AWS scales it itself',
      state: up({ mode: 'ON_DEMAND' }),
      expected: 'on-demand-stream',
    },
  ],
  'stream-updating': [
    {
      why: 'AWS refuses UpdateShardCount while the stream is UPDATING, and the open count is on its way',
      state: up({ status: 'UPDATING' }),
      expected: 'stream-updating',
    },
    {
      why: 'a stream that is being created has no shards to judge',
      state: up({ status: 'CREATING' }),
      expected: 'stream-updating',
    },
    {
      why: 'a stream that is being deleted must be left alone',
      state: up({ status: 'DELETING' }),
      expected: 'stream-updating',
    },
  ],
  superseded: [
    {
      why: 'the message is late, the alarm has recovered since',
      state: sampleState(),
      expected: 'superseded',
    },
    {
      why: 'somebody has re-armed the alarm since, INSUFFICIENT_DATA is not ALARM',
      state: up({ alarm: { state: 'INSUFFICIENT_DATA' } }),
      expected: 'superseded',
    },
    {
      why: 'the alarm fired again later, and the later message decides',
      state: up({ alarm: { stateTransitionedAtMs: firedAt + second + 1 } }),
      expected: 'superseded',
    },
    {
      why: 'two clocks of CloudWatch may differ by a second',
      state: up({ alarm: { stateTransitionedAtMs: firedAt + second } }),
      expected: 8,
    },
    {
      why: 'CloudWatch has no such alarm, so the message is forged or the alarm is gone',
      state: sampleState({ alarms: { up: undefined, down: sampleAlarmState('down') } }),
      expected: 'superseded',
    },
    {
      why: 'another alarm on this stream is not the one that fired',
      state: up({ alarm: { alarmName: 'other-scale-up' } }),
      expected: 'superseded',
    },
    {
      why: 'only the sibling is in ALARM, not the alarm that the message names',
      state: down(),
      expected: 'superseded',
    },
  ],
  'stale-alarm': [
    {
      why: 'the alarm fired before the last scaling, which was the answer to it',
      state: up({ alarm: { tags: { LastScaledTimestamp: formatAlarmTime(firedAt + 1) } } }),
      expected: 'stale-alarm',
    },
    {
      why: 'an alarm of the same millisecond as the last scaling was answered by it',
      state: up({ alarm: { tags: { LastScaledTimestamp: formatAlarmTime(firedAt) } } }),
      expected: 'stale-alarm',
    },
    {
      why: 'an alarm that fired after the last scaling was not answered yet',
      state: up({ alarm: { tags: { LastScaledTimestamp: formatAlarmTime(firedAt - 1) } } }),
      expected: 8,
    },
    {
      why: 'the sibling’s tag counts as well, since one of the two writes may have failed',
      state: sampleState({
        alarms: {
          up: firing('up'),
          down: sampleAlarmState('down', { tags: { LastScaledTimestamp: formatAlarmTime(firedAt) } }),
        },
      }),
      expected: 'stale-alarm',
    },
    {
      why: 'a LastScaledTimestamp that is no time does not mean "never"',
      state: up({ alarm: { tags: { LastScaledTimestamp: 'yesterday' } } }),
      expected: 'stale-alarm',
    },
    {
      why: 'a LastScaledTimestamp without a zone may be anybody’s local time',
      state: up({ alarm: { tags: { LastScaledTimestamp: '2026-03-02T09:00:00' } } }),
      expected: 'stale-alarm',
    },
    {
      why: 'a LastScaledTimestamp in the future was written by a wrong clock',
      state: up({ alarm: { tags: { LastScaledTimestamp: formatAlarmTime(now + minute + 1) } } }),
      expected: 'stale-alarm',
    },
    {
      why: 'an empty LastScaledTimestamp means that nothing was ever scaled',
      state: up({ alarm: { tags: { LastScaledTimestamp: '' } } }),
      expected: 8,
    },
  ],
  'alarm-drift': [
    {
      why: 'the alarm judged by fewer shards than are open',
      alarm: { judgedShardCount: 2 },
      state: up(),
      expected: 'alarm-drift',
    },
    {
      why: 'the alarm judged by more shards than are open',
      alarm: { judgedShardCount: 8 },
      state: up(),
      expected: 'alarm-drift',
    },
    {
      why: 'the alarm does not say by which shard count it judged',
      alarm: { judgedShardCount: undefined },
      state: up(),
      expected: 'alarm-drift',
    },
  ],
  cooldown: [
    {
      why: 'within an hour of a scaling the same quiet afternoon must not halve the stream again',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(59 * minute) }),
      expected: 'cooldown',
      retryAtMs: now + minute,
    },
    {
      why: 'the cooldown is over to the millisecond',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(hour) }),
      expected: 2,
    },
    {
      why: 'the alarm’s tag starts the cooldown as the ledger does, and a deployment that was taken over has only the tag',
      alarm: downAlarm,
      state: down({ alarm: { tags: { LastScaledTimestamp: formatAlarmTime(now - 30 * minute) } } }),
      expected: 'cooldown',
      retryAtMs: now + 30 * minute,
    },
    {
      why: 'the cooldown begins at the later of tag and ledger',
      alarm: downAlarm,
      state: down({
        tags: ledgerTags(10 * minute),
        alarm: { tags: { LastScaledTimestamp: formatAlarmTime(now - 50 * minute) } },
      }),
      expected: 'cooldown',
      retryAtMs: now + 50 * minute,
    },
    { why: 'scale-up has no cooldown unless one is set', state: up({ tags: ledgerTags(minute) }), expected: 8 },
    {
      why: 'scaleUpCooldownMinutes holds a scale-up',
      state: up({ tags: ledgerTags(4 * minute) }),
      settings: { scaleUpCooldownMinutes: 5 },
      expected: 'cooldown',
      retryAtMs: now + minute,
    },
    { why: 'a stream that was never scaled has no cooldown', alarm: downAlarm, state: down(), expected: 2 },
    {
      why: 'somebody has just resharded by hand, and halving the stream would undo that at the price of a call',
      alarm: { ...downAlarm, judgedShardCount: 8 },
      state: down({ openShardCount: 8, tags: { [settledTag]: encodeSettled({ atMs: now - hour, shardCount: 4 }) } }),
      expected: 'cooldown',
      retryAtMs: now + hour,
    },
    {
      why: 'an intent whose call was never made scaled nothing, so its retry must not wait',
      state: up({
        tags: {
          ...ledgerTags(minute),
          [tagKeys.intent]: encodeIntent({ atMs: now - minute, from: 4, to: 8 }),
        },
      }),
      settings: { scaleUpCooldownMinutes: 30 },
      expected: 8,
    },
  ],
  'at-minimum': [
    { why: 'a stream at its maximum must not grow', state: up(), settings: { maxShards: 4 }, expected: 'at-maximum' },
    {
      why: 'a stream above a maximum that was lowered must not grow',
      state: up(),
      settings: { maxShards: 3 },
      expected: 'at-maximum',
    },
    {
      why: 'a step that the maximum allows in part is cut, not refused',
      state: up(),
      settings: { maxShards: 5 },
      expected: 5,
    },
    {
      why: 'a stream at its minimum must not shrink',
      alarm: downAlarm,
      state: down(),
      settings: { minShards: 4 },
      expected: 'at-minimum',
    },
    {
      why: 'a stream below a minimum that was raised must not shrink',
      alarm: downAlarm,
      state: down(),
      settings: { minShards: 5 },
      expected: 'at-minimum',
    },
    {
      why: 'a step that the minimum allows in part is cut, not refused',
      alarm: downAlarm,
      state: down(),
      settings: { minShards: 3 },
      expected: 3,
    },
    {
      why: 'one shard cannot be halved',
      alarm: { ...downAlarm, judgedShardCount: 1 },
      state: down({ openShardCount: 1 }),
      expected: 'at-minimum',
    },
  ],
  'account-shard-limit': [
    {
      why: 'AWS has just refused a scale-up for the shards of the account, and would refuse each try anew',
      state: up({ tags: { [refusedUntilTag]: `${formatBasicTime(now + minute)} account-shard-limit` } }),
      expected: 'account-shard-limit',
      retryAtMs: now + minute,
    },
    {
      why: 'a refusal for the shards of the account does not keep shards that nobody needs',
      alarm: downAlarm,
      state: down({ tags: { [refusedUntilTag]: `${formatBasicTime(now + minute)} account-shard-limit` } }),
      expected: 2,
    },
  ],
  'daily-quota': [
    {
      why: 'AWS refused a call that the ledger would have allowed, so others have spent it',
      state: up({ tags: { [refusedUntilTag]: formatBasicTime(now + 10 * minute) } }),
      expected: 'daily-quota',
      retryAtMs: now + 10 * minute,
    },
    {
      why: 'a call may be tried again when the pause after a refusal is over',
      state: up({ tags: { [refusedUntilTag]: formatBasicTime(now) } }),
      expected: 8,
    },
    {
      why: 'a pause of several hours was written by a wrong clock and is ignored',
      state: up({ tags: { [refusedUntilTag]: formatBasicTime(now + 5 * hour) } }),
      expected: 8,
    },
    {
      why: 'AWS takes ten calls in a day',
      state: up({ tags: ledgerTags(23 * hour, ...nineCalls) }),
      expected: 'daily-quota',
      retryAtMs: now + hour,
    },
    { why: 'the tenth call of the day is allowed', state: up({ tags: ledgerTags(...nineCalls) }), expected: 8 },
    {
      why: 'a call that is more than a day old no longer counts',
      state: up({ tags: ledgerTags(day + second, ...nineCalls) }),
      expected: 8,
    },
    {
      why: 'a scale-down leaves three calls for scale-ups, since too many shards cost money and too few lose records',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(...nineCalls.slice(0, 7)) }),
      expected: 'daily-quota',
      retryAtMs: now + 4 * hour,
    },
    {
      why: 'a scale-down may spend calls beyond the reserve',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(...nineCalls.slice(0, 6)) }),
      expected: 2,
    },
    {
      why: 'where the reserve is spent too, several calls must grow a day old before a scale-down',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(...nineCalls) }),
      expected: 'daily-quota',
      retryAtMs: now + (24 - 16) * hour,
    },
    {
      why: 'dailyQuota allows an eleventh call where AWS has raised the quota',
      state: up({ tags: ledgerTags(23 * hour, ...nineCalls) }),
      settings: { dailyQuota: 11 },
      expected: 8,
    },
    {
      why: 'an intent whose call was never made spent no call of the quota',
      state: up({
        tags: {
          ...ledgerTags(minute, ...nineCalls),
          [tagKeys.intent]: encodeIntent({ atMs: now - minute, from: 4, to: 8 }),
        },
      }),
      expected: 8,
    },
  ],
  'metrics-silent': [
    {
      why: 'a busy stream without datapoints for an hour, which nobody reads, may be an outage of metrics',
      alarm: downAlarm,
      state: down({ iteratorAge: { seen: false, traffic: { newestAtMs: now - hour } } }),
      expected: 'metrics-silent',
      retryAtMs: now + 5 * hour,
    },
    {
      why: 'readers that still poll are a witness: the stream is idle',
      alarm: downAlarm,
      state: down({ iteratorAge: { ...freshAge(0), traffic: { newestAtMs: now - hour } } }),
      expected: 2,
    },
    {
      why: 'a quarter of an hour is no silence: datapoints come late',
      alarm: downAlarm,
      state: down({ iteratorAge: { seen: false, traffic: { newestAtMs: now - 15 * minute } } }),
      expected: 2,
    },
    {
      why: 'after six hours of silence one step is taken',
      alarm: downAlarm,
      state: down({ iteratorAge: { seen: false, traffic: { newestAtMs: now - 6 * hour } } }),
      expected: 2,
    },
    {
      why: 'and the next one only a day later: the silence of a second day is no outage',
      alarm: downAlarm,
      state: down({
        tags: ledgerTags(23 * hour),
        iteratorAge: { seen: false, traffic: { newestAtMs: undefined } },
      }),
      expected: 'metrics-silent',
      retryAtMs: now + hour,
    },
    {
      why: 'no scale-up waits for datapoints',
      state: up({ iteratorAge: { seen: false, traffic: { newestAtMs: now - hour } } }),
      expected: 8,
    },
  ],
  'consumer-behind': [
    {
      why: 'a consumer that is half an hour behind needs the shards to catch up',
      alarm: downAlarm,
      state: down({ iteratorAge: freshAge(30 * minute) }),
      expected: 'consumer-behind',
    },
    {
      why: 'a consumer just below the limit does not hold a scale-down',
      alarm: downAlarm,
      state: down({ iteratorAge: freshAge(30 * minute - 1) }),
      expected: 2,
    },
    {
      why: 'iteratorAgeLimitMinutes sets the limit',
      alarm: downAlarm,
      state: down({ iteratorAge: freshAge(10 * minute) }),
      settings: { iteratorAgeLimitMinutes: 10 },
      expected: 'consumer-behind',
    },
    {
      why: 'where the iterator age is required, a missing one is unknown and not zero: dead consumers publish none',
      alarm: downAlarm,
      state: down({ iteratorAge: { seen: false } }),
      settings: { iteratorAge: 'required' },
      expected: 'iterator-age-unknown',
    },
    {
      why: 'with auto, a declared consumer makes the iterator age required',
      alarm: downAlarm,
      state: down({ iteratorAge: { seen: false } }),
      settings: {
        consumers: [
          { functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:orders-processor', lambdasPerShard: 1 },
        ],
      },
      expected: 'iterator-age-unknown',
    },
    {
      why: 'with auto, a stream that nobody is known to read may shrink',
      alarm: downAlarm,
      state: down({ iteratorAge: { seen: false } }),
      expected: 2,
    },
    {
      why: 'with auto, an iterator age that was seen today and is missing now means dead readers',
      alarm: downAlarm,
      state: down({ iteratorAge: { seen: true, atMs: now - 15 * minute - 1, ageMs: 0 } }),
      expected: 'iterator-age-unknown',
    },
    {
      why: 'CloudWatch publishes late, so an iterator age of a quarter of an hour ago still counts',
      alarm: downAlarm,
      state: down({ iteratorAge: { seen: true, atMs: now - 15 * minute, ageMs: 0 } }),
      expected: 2,
    },
    {
      why: 'an iterator age that could not be read is unknown',
      alarm: downAlarm,
      state: down({ iteratorAge: undefined }),
      expected: 'iterator-age-unknown',
    },
    {
      why: 'with ignore, no iterator age holds a scale-down: enhanced fan-out publishes none',
      alarm: downAlarm,
      state: down({ iteratorAge: freshAge(day) }),
      settings: { iteratorAge: 'ignore' },
      expected: 2,
    },
    {
      why: 'a scale-up never waits for consumers, which need more shards',
      state: up({ iteratorAge: freshAge(day) }),
      settings: { iteratorAge: 'required' },
      expected: 8,
    },
  ],
  scale: [
    { why: 'a scale-up alarm doubles four shards', state: up(), expected: 8 },
    { why: 'a scale-down alarm halves four shards', alarm: downAlarm, state: down(), expected: 2 },
    {
      why: 'half of three shards is two, since AWS refuses less than half',
      alarm: { ...downAlarm, judgedShardCount: 3 },
      state: down({ openShardCount: 3 }),
      expected: 2,
    },
    {
      why: 'one stream may have 10,000 shards',
      alarm: { judgedShardCount: 6_000 },
      state: up({ openShardCount: 6_000 }),
      expected: 10_000,
    },
  ],
};

/** A row reads as a sentence: the decision, and why. */
function titled<R extends { readonly why: string; readonly expected: HoldReason | number | undefined }>(
  rows: readonly R[],
): readonly [title: string, row: R][] {
  return rows.map((row) => [`${describeExpected(row.expected)}: ${row.why}`, row]);
}

function describeExpected(expected: HoldReason | number | undefined): string {
  if (expected === undefined) return 'goes on to the stream’s state';
  return typeof expected === 'number' ? `scales to ${expected} shards` : `holds as ${expected}`;
}

function decide(row: Pick<Row, 'alarm' | 'state' | 'contradictions' | 'settings'>): ScalingDecision {
  const { alarm, state, contradictions = [] } = row;
  const facts = { state, contradictions, settings: sampleSettings(row.settings), nowMs: now };
  return decideFromAlarm(sampleAlarm(alarm?.direction ?? 'up', alarm), facts);
}

it('the truth table has rows for every rule that judges an alarm', () => {
  const rules = [...streamRules, ...alarmRules, ...proposalRules].map(({ reasons: [reason] }) => reason);
  expect(Object.keys(table)).toEqual([...rules, 'scale']);
});

const numberOf = (key: string) => (key === 'scale' ? scalingRule : holdReasons[key as HoldReason].rule);

describe.each(Object.entries(table).map(([key, rows]) => [numberOf(key), key, rows] as const))(
  'rule %d, %s',
  (rule, _key, rows) => {
    it.each(titled(rows))('%s', (_title, row) => {
      const decision = decide(row);
      if (typeof row.expected === 'number') {
        const because = { rule: scalingRule };
        expect(decision).toMatchObject({ kind: 'scale', targetShardCount: row.expected, because });
        return;
      }
      expect(decision).toMatchObject({ kind: 'hold', reason: row.expected, because: { rule } });
      expect(decision.kind === 'hold' ? decision.retryAtMs : undefined).toBe(row.retryAtMs);
    });
  },
);

describe('where two rules hold, the one with the lower number decides', () => {
  const stale = { tags: { LastScaledTimestamp: formatAlarmTime(firedAt) } };
  const behind = freshAge(day);
  const spent = ledgerTags(23 * hour, ...nineCalls);
  const cases: readonly (Row & { readonly over: HoldReason })[] = [
    {
      why: 'a stream on its way to on-demand mode is on-demand already',
      state: up({ mode: 'ON_DEMAND', status: 'UPDATING' }),
      expected: 'on-demand-stream',
      over: 'stream-updating',
    },
    {
      why: 'while UPDATING the open count is on its way, so nothing else can be judged',
      state: up({ status: 'UPDATING', alarm: { state: 'OK' } }),
      expected: 'stream-updating',
      over: 'superseded',
    },
    {
      why: 'an alarm that has recovered is void at any age',
      state: up({ alarm: { state: 'OK', ...stale } }),
      expected: 'superseded',
      over: 'stale-alarm',
    },
    {
      why: 'an alarm from before the last scaling has the old count as a matter of course',
      alarm: { judgedShardCount: 2 },
      state: up({ alarm: stale }),
      expected: 'stale-alarm',
      over: 'alarm-drift',
    },
    {
      why: 'a drifted alarm is repaired at once and not after the cooldown',
      alarm: { ...downAlarm, judgedShardCount: 8 },
      state: down({ tags: ledgerTags(minute) }),
      expected: 'alarm-drift',
      over: 'cooldown',
    },
    {
      why: 'the cooldown ends by itself, and the bound may have moved by then',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(minute) }),
      settings: { minShards: 4 },
      expected: 'cooldown',
      over: 'at-minimum',
    },
    {
      why: 'at the maximum no call of the quota would help',
      state: up({ tags: spent }),
      settings: { maxShards: 4 },
      expected: 'at-maximum',
      over: 'daily-quota',
    },
    {
      why: 'the end of a spent quota is known, the end of a consumer’s lag is not',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(...nineCalls), iteratorAge: behind }),
      expected: 'daily-quota',
      over: 'consumer-behind',
    },
  ];

  it.each(cases)('$expected decides over $over: $why', (row) => {
    expect(decide(row)).toMatchObject({ kind: 'hold', reason: row.expected });
  });
});

describe('the evidence of a decision', () => {
  it('of a cooldown is the last scaling, the minutes and the end', () => {
    expect(decide({ alarm: downAlarm, state: down({ tags: ledgerTags(30 * minute) }) })).toEqual({
      kind: 'hold',
      reason: 'cooldown',
      because: { rule: 10, lastScaledAtMs: now - 30 * minute, cooldownMinutes: 60 },
      retryAtMs: now + 30 * minute,
    });
  });

  it('of a spent quota is calls, quota and reserve', () => {
    const held = decide({ alarm: downAlarm, state: down({ tags: ledgerTags(...nineCalls) }) });
    expect(held.because).toEqual({ rule: 13, callsInLastDay: 9, dailyQuota: 10, reserve: 3 });
    const upwards = decide({ state: up({ tags: ledgerTags(23 * hour, ...nineCalls) }) });
    expect(upwards.because).toEqual({ rule: 13, callsInLastDay: 10, dailyQuota: 10, reserve: 0 });
  });

  const holds: readonly (readonly [() => ScalingDecision, object])[] = [
    [() => decide({ state: up({ mode: 'ON_DEMAND' }) }), { rule: 4, mode: 'ON_DEMAND' }],
    [
      () =>
        decide({
          state: up({ status: 'UPDATING', tags: { [tagKeys.intent]: encodeIntent({ atMs: now, from: 4, to: 8 }) } }),
        }),
      { rule: 5, status: 'UPDATING', openShardCount: 4, targetShardCount: 8 },
    ],
    [() => decide({ state: sampleState() }), { rule: 6, liveState: 'OK' }],
    [
      () => decide({ state: sampleState({ alarms: { up: undefined, down: undefined } }) }),
      { rule: 6, liveAlarm: 'missing' },
    ],
    [() => decide({ state: up({ alarm: { alarmName: 'other-scale-up' } }) }), { rule: 6, liveAlarm: 'other-scale-up' }],
    [
      () => decide({ state: up({ alarm: { stateTransitionedAtMs: now } }) }),
      { rule: 6, stateChangedAtMs: firedAt, liveTransitionAtMs: now },
    ],
    [
      () => decide({ state: up({ alarm: { tags: { LastScaledTimestamp: 'soon' } } }) }),
      { rule: 7, alarmName: 'orders-scale-up', lastScaledTimestamp: 'soon' },
    ],
    [
      () => decide({ state: up({ alarm: { tags: { LastScaledTimestamp: formatAlarmTime(firedAt) } } }) }),
      { rule: 7, stateChangedAtMs: firedAt, lastScaledAtMs: firedAt },
    ],
    [
      () => decide({ alarm: { judgedShardCount: 2 }, state: up() }),
      { rule: 8, judgedShardCount: 2, openShardCount: 4 },
    ],
    [() => decide({ state: up(), settings: { maxShards: 4 } }), { rule: 11, openShardCount: 4, maxShards: 4 }],
    [
      () => decide({ alarm: downAlarm, state: down(), settings: { minShards: 4 } }),
      { rule: 11, openShardCount: 4, minShards: 4 },
    ],
    [
      () => decide({ alarm: downAlarm, state: down({ iteratorAge: freshAge(hour) }) }),
      { rule: 15, iteratorAgeMs: hour, limitMs: 30 * minute },
    ],
    [
      () => decide({ alarm: downAlarm, state: down({ iteratorAge: { seen: true, atMs: now - hour, ageMs: 0 } }) }),
      { rule: 15, lastSeenAtMs: now - hour },
    ],
    [() => decide({ alarm: downAlarm, state: down({ iteratorAge: undefined }) }), { rule: 15, iteratorAge: 'auto' }],
  ];

  it.each(holds.map(([run, because]) => [because, run] as const))('of a hold is %j', (because, run) => {
    expect(run().because).toEqual(because);
  });

  it('of a scale-down has the threshold of the scale-down alarm', () => {
    expect(decide({ alarm: downAlarm, state: down() }).because).toMatchObject({ rule: scalingRule, threshold: 0.25 });
  });

  it('of a scaling is policy, alarm and the calls of the day', () => {
    expect(decide({ state: up({ tags: ledgerTags(...nineCalls) }) })).toEqual({
      kind: 'scale',
      direction: 'up',
      openShardCount: 4,
      targetShardCount: 8,
      because: {
        rule: scalingRule,
        policy: 'doubling',
        alarmName: 'orders-scale-up',
        stateChangedAtMs: firedAt,
        judgedShardCount: 4,
        threshold: 0.75,
        callsInLastDay: 9,
        dailyQuota: 10,
      },
    });
  });
});

describe('rules 1 and 2, before any call to AWS', () => {
  const home = { accountId: '123456789012', region: 'eu-west-1' };
  const rows: readonly {
    why: string;
    alarm?: Partial<ScalingAlarm>;
    managed?: boolean;
    expected: HoldReason | undefined;
    field?: string;
  }[] = [
    { why: 'the alarm of a managed stream is in ALARM', expected: undefined },
    {
      why: 'an alarm of another account is not ours, even if its stream has a name of ours',
      alarm: { accountId: '210987654321' },
      expected: 'rejected',
      field: 'AlarmArn',
    },
    {
      why: 'a stream of the same name in another region is another stream',
      alarm: { region: 'us-east-1' },
      expected: 'rejected',
      field: 'AlarmArn',
    },
    {
      why: 'a message cannot make the deployment manage a stream',
      managed: false,
      expected: 'rejected',
      field: 'StreamName',
    },
    {
      why: 'an OK notification must never scale',
      alarm: { newState: 'OK' },
      expected: 'not-in-alarm',
    },
    {
      why: 'an INSUFFICIENT_DATA notification, which our own re-arming causes, must never scale',
      alarm: { newState: 'INSUFFICIENT_DATA' },
      expected: 'not-in-alarm',
    },
    {
      why: 'rule 1 comes before rule 2, so an OK of a stream that is not ours is rejected',
      alarm: { newState: 'OK' },
      managed: false,
      expected: 'rejected',
      field: 'StreamName',
    },
  ];

  it.each(titled(rows))('%s', (_title, { alarm, managed = true, expected, field }) => {
    const held = applyMessageRules(sampleAlarm('up', alarm), home, () => managed);
    expect(held?.reason).toBe(expected);
    if (expected === 'rejected') {
      expect(held?.because).toMatchObject({ rule: 1, faults: [{ field }] });
    } else if (held) {
      expect(held.because).toEqual({ rule: 2, newState: alarm?.newState });
    }
  });

  it('a rejection names the field, the value and the remedy', () => {
    const ofOtherAccount = applyMessageRules(sampleAlarm('up', { accountId: '210987654321' }), home, () => true);
    expect(ofOtherAccount?.because.faults).toEqual([
      {
        field: 'AlarmArn',
        value: '"210987654321"',
        problem: 'is another account',
        remedy: 'this deployment scales streams of 123456789012',
      },
    ]);
    const ofOtherRegion = applyMessageRules(sampleAlarm('up', { region: 'us-east-1' }), home, () => true);
    expect(ofOtherRegion?.because.faults).toEqual([
      {
        field: 'AlarmArn',
        value: '"us-east-1"',
        problem: 'is another region',
        remedy: 'this deployment scales streams of eu-west-1',
      },
    ]);
    const notManaged = applyMessageRules(sampleAlarm('up', { alarmName: 'a\nb-scale-up' }), home, () => false);
    expect(notManaged?.because.faults).toEqual([
      {
        field: 'StreamName',
        value: '"orders"',
        problem: 'with alarm "a\\nb-scale-up" is not managed here',
        remedy: 'add the stream to the deployment, or unsubscribe its alarm',
      },
    ]);
  });

  it('a rejection carries every fault of a message that could not be read', () => {
    const faults = [{ field: 'Message', value: '"x"', problem: 'is not JSON', remedy: 'publish alarms only' }];
    expect(rejectAlarm(faults)).toEqual({ kind: 'hold', reason: 'rejected', because: { rule: 1, faults } });
  });
});
