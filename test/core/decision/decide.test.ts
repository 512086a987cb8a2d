/**
 * The truth table: every rule of core/decision/decide.ts a row, or several, each with its reason. A row that has to be
 * changed is a change of what operators are promised; say why in the commit.
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

/** Calls at these ages, as the stream's tag tells them. */
function ledgerTags(...agesMs: readonly number[]) {
  const times = agesMs.map((age) => now - age).toSorted((a, b) => a - b);
  return { [tagKeys.ledger]: encodeLedger(times) };
}
const nineCalls = [20, 18, 16, 14, 12, 10, 8, 6, 4].map((hours) => hours * hour);

/** By the number of the rule in hold-reasons.ts. Rule 9 judges no alarm: decide-from-load.test.ts has its rows. */
const table: Readonly<Record<number, readonly Row[]>> = {
  3: [
    {
      why: 'tags that cannot stand together leave a choice that would be a guess',
      state: up(),
      contradictions: [contradiction],
      expected: 'contradictory-settings',
    },
    { why: 'tags that agree hold nothing', state: up(), contradictions: [], expected: 8 },
  ],
  4: [
    {
      why: 'an on-demand stream refuses UpdateShardCount; AWS scales it itself',
      state: up({ mode: 'ON_DEMAND' }),
      expected: 'on-demand-stream',
    },
  ],
  5: [
    {
      why: 'UpdateShardCount while UPDATING is refused, and the open count is in between',
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
  6: [
    {
      why: 'the alarm has recovered since: the message is late',
      state: sampleState(),
      expected: 'superseded',
    },
    {
      why: 'INSUFFICIENT_DATA is not ALARM either: somebody re-armed it',
      state: up({ alarm: { state: 'INSUFFICIENT_DATA' } }),
      expected: 'superseded',
    },
    {
      why: 'the alarm fired again later: that message decides, not this one',
      state: up({ alarm: { stateTransitionedAtMs: firedAt + second + 1 } }),
      expected: 'superseded',
    },
    {
      why: 'a second between two clocks of CloudWatch is no contradiction',
      state: up({ alarm: { stateTransitionedAtMs: firedAt + second } }),
      expected: 8,
    },
    {
      why: 'CloudWatch has no such alarm: the message is forged, or the alarm is gone',
      state: sampleState({ alarms: { up: undefined, down: sampleAlarmState('down') } }),
      expected: 'superseded',
    },
    {
      why: 'an alarm of another name that watches this stream is not the one that fired',
      state: up({ alarm: { alarmName: 'other-scale-up' } }),
      expected: 'superseded',
    },
    {
      why: 'the sibling in ALARM is no leave for this one',
      state: down(),
      expected: 'superseded',
    },
  ],
  7: [
    {
      why: 'it fired before the last scaling: that scaling was the answer to it',
      state: up({ alarm: { tags: { LastScaledTimestamp: formatAlarmTime(firedAt + 1) } } }),
      expected: 'stale-alarm',
    },
    {
      why: 'at the same millisecond it is the alarm that was answered',
      state: up({ alarm: { tags: { LastScaledTimestamp: formatAlarmTime(firedAt) } } }),
      expected: 'stale-alarm',
    },
    {
      why: 'it fired after the last scaling: new news',
      state: up({ alarm: { tags: { LastScaledTimestamp: formatAlarmTime(firedAt - 1) } } }),
      expected: 8,
    },
    {
      why: 'the sibling’s tag counts as well: one of two writes may have failed',
      state: sampleState({
        alarms: {
          up: firing('up'),
          down: sampleAlarmState('down', { tags: { LastScaledTimestamp: formatAlarmTime(firedAt) } }),
        },
      }),
      expected: 'stale-alarm',
    },
    {
      why: 'a tag that is no time is not "never": that would allow a scaling',
      state: up({ alarm: { tags: { LastScaledTimestamp: 'yesterday' } } }),
      expected: 'stale-alarm',
    },
    {
      why: 'a time without a zone may be anybody’s local time',
      state: up({ alarm: { tags: { LastScaledTimestamp: '2026-03-02T09:00:00' } } }),
      expected: 'stale-alarm',
    },
    {
      why: 'no scaling is recorded in the future: a clock was wrong',
      state: up({ alarm: { tags: { LastScaledTimestamp: formatAlarmTime(now + minute + 1) } } }),
      expected: 'stale-alarm',
    },
    {
      why: 'the first scaling ever: an empty tag is none',
      state: up({ alarm: { tags: { LastScaledTimestamp: '' } } }),
      expected: 8,
    },
  ],
  8: [
    {
      why: 'it judged by fewer shards than there are',
      alarm: { judgedShardCount: 2 },
      state: up(),
      expected: 'alarm-drift',
    },
    {
      why: 'it judged by more shards than there are',
      alarm: { judgedShardCount: 8 },
      state: up(),
      expected: 'alarm-drift',
    },
    {
      why: 'it does not say what it judged by: void, not trusted',
      alarm: { judgedShardCount: undefined },
      state: up(),
      expected: 'alarm-drift',
    },
  ],
  10: [
    {
      why: 'an hour after a scaling the same quiet afternoon must not halve again',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(59 * minute) }),
      expected: 'cooldown',
      retryAtMs: now + minute,
    },
    {
      why: 'over to the millisecond: no longer held',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(hour) }),
      expected: 2,
    },
    {
      why: 'the alarm’s tag starts the cooldown as well as the ledger: an adopted deployment has only that',
      alarm: downAlarm,
      state: down({ alarm: { tags: { LastScaledTimestamp: formatAlarmTime(now - 30 * minute) } } }),
      expected: 'cooldown',
      retryAtMs: now + 30 * minute,
    },
    {
      why: 'the later of tag and ledger counts',
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
      why: 'scale-up’s own cooldown',
      state: up({ tags: ledgerTags(4 * minute) }),
      settings: { scaleUpCooldownMinutes: 5 },
      expected: 'cooldown',
      retryAtMs: now + minute,
    },
    { why: 'nothing ever scaled: nothing to cool down from', alarm: downAlarm, state: down(), expected: 2 },
    {
      why: 'somebody has just resharded by hand: halving it again would undo their work at the price of a call',
      alarm: { ...downAlarm, judgedShardCount: 8 },
      state: down({ openShardCount: 8, tags: { [settledTag]: encodeSettled({ atMs: now - hour, shardCount: 4 }) } }),
      expected: 'cooldown',
      retryAtMs: now + hour,
    },
    {
      why: 'an intent whose call was never made scaled nothing: its retry must not wait',
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
  11: [
    { why: 'at the maximum', state: up(), settings: { maxShards: 4 }, expected: 'at-maximum' },
    {
      why: 'above a maximum that was lowered: no further up',
      state: up(),
      settings: { maxShards: 3 },
      expected: 'at-maximum',
    },
    {
      why: 'a step that is possible in part is clamped, not refused',
      state: up(),
      settings: { maxShards: 5 },
      expected: 5,
    },
    { why: 'at the minimum', alarm: downAlarm, state: down(), settings: { minShards: 4 }, expected: 'at-minimum' },
    {
      why: 'below a minimum that was raised: no further down',
      alarm: downAlarm,
      state: down(),
      settings: { minShards: 5 },
      expected: 'at-minimum',
    },
    {
      why: 'down to the minimum and no further',
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
  12: [
    {
      why: 'AWS refused it for the shards of the account: each try would be refused anew',
      state: up({ tags: { [refusedUntilTag]: `${formatBasicTime(now + minute)} account-shard-limit` } }),
      expected: 'account-shard-limit',
      retryAtMs: now + minute,
    },
    {
      why: 'a refusal for the shards of the account is no reason to keep shards that nobody needs',
      alarm: downAlarm,
      state: down({ tags: { [refusedUntilTag]: `${formatBasicTime(now + minute)} account-shard-limit` } }),
      expected: 2,
    },
  ],
  13: [
    {
      why: 'AWS refused a call that the ledger had left: others have spent it, and each try would be refused anew',
      state: up({ tags: { [refusedUntilTag]: formatBasicTime(now + 10 * minute) } }),
      expected: 'daily-quota',
      retryAtMs: now + 10 * minute,
    },
    {
      why: 'when the pause is over it may be tried again',
      state: up({ tags: { [refusedUntilTag]: formatBasicTime(now) } }),
      expected: 8,
    },
    {
      why: 'a pause that claims to last for hours was written by a clock that was wrong',
      state: up({ tags: { [refusedUntilTag]: formatBasicTime(now + 5 * hour) } }),
      expected: 8,
    },
    {
      why: 'ten calls in a day is all that AWS takes',
      state: up({ tags: ledgerTags(23 * hour, ...nineCalls) }),
      expected: 'daily-quota',
      retryAtMs: now + hour,
    },
    { why: 'the tenth call is still allowed', state: up({ tags: ledgerTags(...nineCalls) }), expected: 8 },
    {
      why: 'a call that is more than a day old is free again',
      state: up({ tags: ledgerTags(day + second, ...nineCalls) }),
      expected: 8,
    },
    {
      why: 'scale-down leaves three calls for scale-up: shards too many cost money, too few lose records',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(...nineCalls.slice(0, 7)) }),
      expected: 'daily-quota',
      retryAtMs: now + 4 * hour,
    },
    {
      why: 'scale-down above the reserve',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(...nineCalls.slice(0, 6)) }),
      expected: 2,
    },
    {
      why: 'with more calls than usable, enough of them must be a day old',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(...nineCalls) }),
      expected: 'daily-quota',
      retryAtMs: now + (24 - 16) * hour,
    },
    {
      why: 'a quota that AWS has raised',
      state: up({ tags: ledgerTags(23 * hour, ...nineCalls) }),
      settings: { dailyQuota: 11 },
      expected: 8,
    },
    {
      why: 'an intent whose call was never made spent nothing',
      state: up({
        tags: {
          ...ledgerTags(minute, ...nineCalls),
          [tagKeys.intent]: encodeIntent({ atMs: now - minute, from: 4, to: 8 }),
        },
      }),
      expected: 8,
    },
  ],
  14: [
    {
      why: 'a consumer half an hour behind needs the shards to catch up',
      alarm: downAlarm,
      state: down({ iteratorAge: freshAge(30 * minute) }),
      expected: 'consumer-behind',
    },
    {
      why: 'a consumer just below the limit',
      alarm: downAlarm,
      state: down({ iteratorAge: freshAge(30 * minute - 1) }),
      expected: 2,
    },
    {
      why: 'the limit is a setting',
      alarm: downAlarm,
      state: down({ iteratorAge: freshAge(10 * minute) }),
      settings: { iteratorAgeLimitMinutes: 10 },
      expected: 'consumer-behind',
    },
    {
      why: 'dead consumers publish nothing: missing is unknown, not zero, where it is required',
      alarm: downAlarm,
      state: down({ iteratorAge: { seen: false } }),
      settings: { iteratorAge: 'required' },
      expected: 'iterator-age-unknown',
    },
    {
      why: 'auto: a declared consumer makes it required',
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
      why: 'auto: nobody declared and none ever seen: a stream that nobody reads may shrink',
      alarm: downAlarm,
      state: down({ iteratorAge: { seen: false } }),
      expected: 2,
    },
    {
      why: 'auto: it was seen today and has fallen silent: the readers died',
      alarm: downAlarm,
      state: down({ iteratorAge: { seen: true, atMs: now - 15 * minute - 1, ageMs: 0 } }),
      expected: 'iterator-age-unknown',
    },
    {
      why: 'CloudWatch publishes late: a quarter of an hour is not silence',
      alarm: downAlarm,
      state: down({ iteratorAge: { seen: true, atMs: now - 15 * minute, ageMs: 0 } }),
      expected: 2,
    },
    {
      why: 'it could not be read: unknown',
      alarm: downAlarm,
      state: down({ iteratorAge: undefined }),
      expected: 'iterator-age-unknown',
    },
    {
      why: 'ignore: enhanced fan-out has no iterator age, and the user said so',
      alarm: downAlarm,
      state: down({ iteratorAge: freshAge(day) }),
      settings: { iteratorAge: 'ignore' },
      expected: 2,
    },
    {
      why: 'scale-up never waits for consumers: more shards are what they need',
      state: up({ iteratorAge: freshAge(day) }),
      settings: { iteratorAge: 'required' },
      expected: 8,
    },
  ],
  15: [
    { why: 'double', state: up(), expected: 8 },
    { why: 'halve', alarm: downAlarm, state: down(), expected: 2 },
    {
      why: 'half of three is two: one would be below half, which AWS refuses',
      alarm: { ...downAlarm, judgedShardCount: 3 },
      state: down({ openShardCount: 3 }),
      expected: 2,
    },
    {
      why: 'never past the shards that one stream may have',
      alarm: { judgedShardCount: 6_000 },
      state: up({ openShardCount: 6_000 }),
      expected: 10_000,
    },
  ],
};

/** A row reads as a sentence: what comes of it, and why. */
function titled<R extends { readonly why: string; readonly expected: HoldReason | number | undefined }>(
  rows: readonly R[],
): readonly [title: string, row: R][] {
  return rows.map((row) => [`${row.expected ?? 'go on'}: ${row.why}`, row]);
}

function decide(row: Pick<Row, 'alarm' | 'state' | 'contradictions' | 'settings'>): ScalingDecision {
  const { alarm, state, contradictions = [] } = row;
  const facts = { state, contradictions, settings: sampleSettings(row.settings), nowMs: now };
  return decideFromAlarm(sampleAlarm(alarm?.direction ?? 'up', alarm), facts);
}

it('has a row for every rule that judges an alarm', () => {
  const rules = [...streamRules, ...alarmRules, ...proposalRules].map(
    ({ reasons: [reason] }) => holdReasons[reason].rule,
  );
  expect(Object.keys(table).map(Number)).toEqual([...rules, scalingRule]);
});

describe.each(Object.entries(table))('rule %s', (number, rows) => {
  it.each(titled(rows))('%s', (_title, row) => {
    const decision = decide(row);
    if (typeof row.expected === 'number') {
      expect(decision).toMatchObject({ kind: 'scale', targetShardCount: row.expected, because: { rule: 15 } });
      return;
    }
    expect(decision).toMatchObject({ kind: 'hold', reason: row.expected, because: { rule: Number(number) } });
    expect(decision.kind === 'hold' ? decision.retryAtMs : undefined).toBe(row.retryAtMs);
  });
});

describe('precedence: of two rules that apply the lower number decides', () => {
  const stale = { tags: { LastScaledTimestamp: formatAlarmTime(firedAt) } };
  const behind = freshAge(day);
  const spent = ledgerTags(23 * hour, ...nineCalls);
  const cases: readonly (Row & { readonly over: HoldReason })[] = [
    {
      why: 'an on-demand switch under way is told as what it will be',
      state: up({ mode: 'ON_DEMAND', status: 'UPDATING' }),
      expected: 'on-demand-stream',
      over: 'stream-updating',
    },
    {
      why: 'while UPDATING nothing else is worth judging: counts are in between',
      state: up({ status: 'UPDATING', alarm: { state: 'OK' } }),
      expected: 'stream-updating',
      over: 'superseded',
    },
    {
      why: 'a recovered alarm is void, whatever its age',
      state: up({ alarm: { state: 'OK', ...stale } }),
      expected: 'superseded',
      over: 'stale-alarm',
    },
    {
      why: 'an alarm from before the last scaling has the old count, of course: stale says it better',
      alarm: { judgedShardCount: 2 },
      state: up({ alarm: stale }),
      expected: 'stale-alarm',
      over: 'alarm-drift',
    },
    {
      why: 'a void judgement is put right at once, not kept until the cooldown is over',
      alarm: { ...downAlarm, judgedShardCount: 8 },
      state: down({ tags: ledgerTags(minute) }),
      expected: 'alarm-drift',
      over: 'cooldown',
    },
    {
      why: 'the cooldown ends by itself; the bound may have moved by then',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(minute) }),
      settings: { minShards: 4 },
      expected: 'cooldown',
      over: 'at-minimum',
    },
    {
      why: 'at the maximum no quota would help',
      state: up({ tags: spent }),
      settings: { maxShards: 4 },
      expected: 'at-maximum',
      over: 'daily-quota',
    },
    {
      why: 'a quota has an end that can be named, a consumer’s lag has none',
      alarm: downAlarm,
      state: down({ tags: ledgerTags(...nineCalls), iteratorAge: behind }),
      expected: 'daily-quota',
      over: 'consumer-behind',
    },
  ];

  it.each(titled(cases))('%s', (_title, row) => {
    expect(decide(row)).toMatchObject({ kind: 'hold', reason: row.expected });
  });
});

describe('evidence: the operands that the rule compared', () => {
  it('tells a cooldown by what was compared', () => {
    expect(decide({ alarm: downAlarm, state: down({ tags: ledgerTags(30 * minute) }) })).toEqual({
      kind: 'hold',
      reason: 'cooldown',
      because: { rule: 10, lastScaledAtMs: now - 30 * minute, cooldownMinutes: 60 },
      retryAtMs: now + 30 * minute,
    });
  });

  it('tells a quota by calls, quota and reserve', () => {
    const held = decide({ alarm: downAlarm, state: down({ tags: ledgerTags(...nineCalls) }) });
    expect(held.because).toEqual({ rule: 13, callsInLastDay: 9, dailyQuota: 10, reserve: 3 });
    const upwards = decide({ state: up({ tags: ledgerTags(23 * hour, ...nineCalls) }) });
    expect(upwards.because).toEqual({ rule: 13, callsInLastDay: 10, dailyQuota: 10, reserve: 0 });
  });

  it.each([
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
      { rule: 14, iteratorAgeMs: hour, limitMs: 30 * minute },
    ],
    [
      () => decide({ alarm: downAlarm, state: down({ iteratorAge: { seen: true, atMs: now - hour, ageMs: 0 } }) }),
      { rule: 14, lastSeenAtMs: now - hour },
    ],
    [() => decide({ alarm: downAlarm, state: down({ iteratorAge: undefined }) }), { rule: 14, iteratorAge: 'auto' }],
  ])('of rule %#', (decideRow, because) => {
    expect(decideRow().because).toEqual(because);
  });

  it('tells the threshold of the direction', () => {
    expect(decide({ alarm: downAlarm, state: down() }).because).toMatchObject({ rule: 15, threshold: 0.25 });
  });

  it('tells a scaling by policy, alarm and the calls of the day', () => {
    expect(decide({ state: up({ tags: ledgerTags(...nineCalls) }) })).toEqual({
      kind: 'scale',
      direction: 'up',
      openShardCount: 4,
      targetShardCount: 8,
      because: {
        rule: 15,
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

describe('rules 1 and 2, before any call', () => {
  const home = { accountId: '123456789012', region: 'eu-west-1' };
  const rows: readonly {
    why: string;
    alarm?: Partial<ScalingAlarm>;
    managed?: boolean;
    expected: HoldReason | undefined;
    field?: string;
  }[] = [
    { why: 'a managed stream’s alarm in ALARM goes on to the state', expected: undefined },
    {
      why: 'another account’s alarm is not ours, even if its stream has a name of ours',
      alarm: { accountId: '210987654321' },
      expected: 'rejected',
      field: 'AlarmArn',
    },
    {
      why: 'another region has another stream of that name',
      alarm: { region: 'us-east-1' },
      expected: 'rejected',
      field: 'AlarmArn',
    },
    {
      why: 'a message never names a stream into being managed',
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
      why: 'neither does INSUFFICIENT_DATA, which our own re-arming sends',
      alarm: { newState: 'INSUFFICIENT_DATA' },
      expected: 'not-in-alarm',
    },
    {
      why: 'rule 1 before 2: a stranger’s OK is a stranger’s',
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

  it('says what is wrong and the way out', () => {
    const foreign = applyMessageRules(sampleAlarm('up', { accountId: '210987654321' }), home, () => true);
    expect(foreign?.because.faults).toEqual([
      {
        field: 'AlarmArn',
        value: '"210987654321"',
        problem: 'is another account',
        remedy: 'this deployment scales streams of 123456789012',
      },
    ]);
    const far = applyMessageRules(sampleAlarm('up', { region: 'us-east-1' }), home, () => true);
    expect(far?.because.faults).toEqual([
      {
        field: 'AlarmArn',
        value: '"us-east-1"',
        problem: 'is another region',
        remedy: 'this deployment scales streams of eu-west-1',
      },
    ]);
    const stranger = applyMessageRules(sampleAlarm('up', { alarmName: 'a\nb-scale-up' }), home, () => false);
    expect(stranger?.because.faults).toEqual([
      {
        field: 'StreamName',
        value: '"orders"',
        problem: 'with alarm "a\\nb-scale-up" is not managed here',
        remedy: 'add the stream to the deployment, or unsubscribe its alarm',
      },
    ]);
  });

  it('carries every fault of a message that could not be read', () => {
    const faults = [{ field: 'Message', value: '"x"', problem: 'is not JSON', remedy: 'publish alarms only' }];
    expect(rejectAlarm(faults)).toEqual({ kind: 'hold', reason: 'rejected', because: { rule: 1, faults } });
  });
});
