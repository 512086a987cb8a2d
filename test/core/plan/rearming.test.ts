/** Holds must end: each reason, and whether the reconciler frees an alarm that stands on it. */
import { describe, expect, it } from 'vitest';
import { judgeAlarmsInAlarm, unansweredAfterMs } from '../../../core/plan/rearming.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import type { AlarmState, StreamState } from '../../../core/stream/stream-state.ts';
import { encodeIntent, encodeLedger, tagKeys } from '../../../core/stream/stream-tags.ts';
import { formatAlarmTime } from '../../../core/time.ts';
import { firing, freshAge, hour, minute, now, sampleAlarmState, sampleSettings, sampleState } from '../samples.ts';

const longAgo = now - unansweredAfterMs;

function standing(direction: 'up' | 'down', alarm: Partial<AlarmState> = {}, state: Partial<StreamState> = {}) {
  const live = firing(direction, { stateTransitionedAtMs: longAgo, ...alarm });
  const other = direction === 'up' ? 'down' : 'up';
  const alarms = { [direction]: live, [other]: sampleAlarmState(other) } as StreamState['alarms'];
  return sampleState({ iteratorAge: freshAge(0), ...state, alarms });
}

function judge(state: StreamState, settings: Partial<StreamSettings> = {}, quietMs = unansweredAfterMs) {
  return judgeAlarmsInAlarm({ state, settings: sampleSettings(settings), nowMs: now }, quietMs);
}

describe('an alarm that nothing holds', () => {
  it('is freed after ten minutes: its delivery was lost', () => {
    expect(judge(standing('up'))).toEqual([
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

  it('is left until then: an answer may be under way', () => {
    const [alarm] = judge(standing('up', { stateTransitionedAtMs: longAgo + 1 }));
    expect(alarm).toMatchObject({ decision: { kind: 'scale' }, rearm: undefined });
  });

  it('is freed at once after a deploy', () => {
    const [alarm] = judge(standing('up', { stateTransitionedAtMs: now - 1 }), {}, 0);
    expect(alarm?.rearm).toBeDefined();
  });
});

describe('which holds are freed', () => {
  const cases: readonly [string, StreamState, Partial<StreamSettings>, boolean][] = [
    [
      'stale-alarm: re-armed it fires with a newer time, or not at all',
      standing('up', { tags: { LastScaledTimestamp: formatAlarmTime(longAgo) } }),
      {},
      true,
    ],
    ['on-demand-stream: stands', standing('up', {}, { mode: 'ON_DEMAND' }), {}, false],
    ['stream-updating: stands', standing('up', {}, { status: 'UPDATING' }), {}, false],
    ['alarm-drift: converge rewrites and re-arms it, not this', standing('up', {}, { openShardCount: 8 }), {}, false],
    [
      'cooldown: stands until it is over',
      standing('down', {}, { tags: { [tagKeys.ledger]: encodeLedger([now - 59 * minute]) } }),
      {},
      false,
    ],
    [
      'cooldown over: freed',
      standing('down', {}, { tags: { [tagKeys.ledger]: encodeLedger([now - 60 * minute]) } }),
      {},
      true,
    ],
    ['at-maximum: stands', standing('up'), { maxShards: 4 }, false],
    ['at-minimum: stands', standing('down'), { minShards: 4 }, false],
    [
      'daily-quota: stands',
      standing('up', {}, { tags: { [tagKeys.ledger]: encodeLedger([now - hour]) } }),
      { dailyQuota: 1, dailyQuotaReserve: 0 },
      false,
    ],
    ['consumer-behind: stands', standing('down', {}, { iteratorAge: freshAge(hour) }), {}, false],
    ['iterator-age-unknown: stands', standing('down', {}, { iteratorAge: undefined }), {}, false],
  ];

  it.each(cases)('%s', (why, state, settings, freed) => {
    const [alarm] = judge(state, settings);
    const reason = alarm?.decision.kind === 'hold' ? alarm.decision.reason : 'scale';
    expect(why).toMatch(reason === 'scale' ? 'over' : new RegExp(`^${reason}:`));
    expect(alarm?.rearm !== undefined).toBe(freed);
  });
});

describe('which alarms stand', () => {
  it('are those in ALARM by the math that stands', () => {
    expect(judge(sampleState())).toEqual([]);
    expect(judge(standing('up', { configuredAtMs: longAgo }))).toEqual([]);
    expect(judge(standing('up', { configuredAtMs: longAgo - 1 }))).toHaveLength(1);
    expect(judge(sampleState({ alarms: { up: undefined, down: undefined } }))).toEqual([]);
  });

  it('are both, each with its own decision', () => {
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

  it('judge a scaling whose function died before the call as free', () => {
    const tags = {
      [tagKeys.intent]: encodeIntent({ atMs: now - 11 * minute, from: 4, to: 2 }),
      [tagKeys.ledger]: encodeLedger([now - 11 * minute]),
    };
    expect(judge(standing('down', {}, { tags }))[0]?.rearm).toBeDefined();
  });
});
