/** Holds must end: each reason, and whether the reconciler re-arms an alarm that it holds. */
import { describe, expect, it } from 'vitest';
import { judgeAlarmsInAlarm, unansweredAfterMs } from '../../../core/plan/rearming.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import type { AlarmState, StreamState } from '../../../core/stream/stream-state.ts';
import { encodeIntent, encodeLedger, tagKeys } from '../../../core/stream/stream-tags.ts';
import { formatAlarmTime } from '../../../core/time.ts';
import { firing, freshAge, hour, minute, now, sampleAlarmState, sampleSettings, sampleState } from '../samples.ts';

const longAgo = now - unansweredAfterMs;

function inAlarm(direction: 'up' | 'down', alarm: Partial<AlarmState> = {}, state: Partial<StreamState> = {}) {
  const live = firing(direction, { stateTransitionedAtMs: longAgo, ...alarm });
  const other = direction === 'up' ? 'down' : 'up';
  const alarms = { [direction]: live, [other]: sampleAlarmState(other) } as StreamState['alarms'];
  return sampleState({ iteratorAge: freshAge(0), ...state, alarms });
}

function judge(state: StreamState, settings: Partial<StreamSettings> = {}, quietMs = unansweredAfterMs) {
  return judgeAlarmsInAlarm({ state, settings: sampleSettings(settings), nowMs: now }, quietMs);
}

describe('an alarm in ALARM that nothing holds', () => {
  it('is re-armed after ten minutes, since its notification was lost', () => {
    expect(judge(inAlarm('up'))).toEqual([
      {
        direction: 'up',
        alarmName: 'orders-scale-up',
        decision: expect.objectContaining({ kind: 'scale', targetShardCount: 8 }),
        rearm: {
          kind: 'rearm-alarm',
          alarmName: 'orders-scale-up',
          why: 'nothing-holds-it',
          onFailure: 'continue',
        },
      },
    ]);
  });

  it('is left alone for ten minutes, since an answer may be under way', () => {
    const [alarm] = judge(inAlarm('up', { stateTransitionedAtMs: longAgo + 1 }));
    expect(alarm).toMatchObject({ decision: { kind: 'scale' }, rearm: undefined });
  });

  it('is re-armed at once after a deployment', () => {
    const [alarm] = judge(inAlarm('up', { stateTransitionedAtMs: now - 1 }), {}, 0);
    expect(alarm?.rearm).toBeDefined();
  });
});

describe('the re-arming of an alarm that is held', () => {
  const cases: readonly [string, StreamState, Partial<StreamSettings>, boolean][] = [
    [
      'stale-alarm: re-arms it, to fire with a newer time or not at all',
      inAlarm('up', { tags: { LastScaledTimestamp: formatAlarmTime(longAgo) } }),
      {},
      true,
    ],
    ['on-demand-stream: leaves it', inAlarm('up', {}, { mode: 'ON_DEMAND' }), {}, false],
    ['stream-updating: leaves it', inAlarm('up', {}, { status: 'UPDATING' }), {}, false],
    ['alarm-drift: leaves it to converge, which rewrites it', inAlarm('up', {}, { openShardCount: 8 }), {}, false],
    [
      'cooldown: leaves it until the cooldown is over',
      inAlarm('down', {}, { tags: { [tagKeys.ledger]: encodeLedger([now - 59 * minute]) } }),
      {},
      false,
    ],
    [
      'cooldown over: re-arms it',
      inAlarm('down', {}, { tags: { [tagKeys.ledger]: encodeLedger([now - 60 * minute]) } }),
      {},
      true,
    ],
    ['at-maximum: leaves it', inAlarm('up'), { maxShards: 4 }, false],
    ['at-minimum: leaves it', inAlarm('down'), { minShards: 4 }, false],
    [
      'daily-quota: leaves it',
      inAlarm('up', {}, { tags: { [tagKeys.ledger]: encodeLedger([now - hour]) } }),
      { dailyQuota: 1, dailyQuotaReserve: 0 },
      false,
    ],
    ['consumer-behind: leaves it', inAlarm('down', {}, { iteratorAge: freshAge(hour) }), {}, false],
    ['iterator-age-unknown: leaves it', inAlarm('down', {}, { iteratorAge: undefined }), {}, false],
  ];

  it.each(cases)('%s', (why, state, settings, rearmed) => {
    const [alarm] = judge(state, settings);
    const reason = alarm?.decision.kind === 'hold' ? alarm.decision.reason : 'scale';
    expect(why).toMatch(reason === 'scale' ? 'over' : new RegExp(`^${reason}:`));
    expect(alarm?.rearm !== undefined).toBe(rearmed);
  });
});

describe('the alarms in ALARM of a stream', () => {
  it('are those that fired by their present definition', () => {
    expect(judge(sampleState())).toEqual([]);
    expect(judge(inAlarm('up', { configuredAtMs: longAgo }))).toEqual([]);
    expect(judge(inAlarm('up', { configuredAtMs: longAgo - 1 }))).toHaveLength(1);
    expect(judge(sampleState({ alarms: { up: undefined, down: undefined } }))).toEqual([]);
  });

  it('may be both, each with its own decision', () => {
    const both = sampleState({
      iteratorAge: freshAge(0),
      alarms: {
        up: firing('up', { stateTransitionedAtMs: longAgo }),
        down: firing('down', { stateTransitionedAtMs: longAgo }),
      },
    });
    expect(judge(both).map(({ direction, decision }) => [direction, decision.kind])).toEqual([
      ['up', 'scale'],
      ['down', 'scale'],
    ]);
  });

  it('are re-armed where the function died before its call', () => {
    const tags = {
      [tagKeys.intent]: encodeIntent({ atMs: now - 11 * minute, from: 4, to: 2 }),
      [tagKeys.ledger]: encodeLedger([now - 11 * minute]),
    };
    expect(judge(inAlarm('down', {}, { tags }))[0]?.rearm).toBeDefined();
  });
});
