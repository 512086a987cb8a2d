import { describe, expect, it } from 'vitest';
import { planConvergence } from '../../../core/plan/convergence.ts';
import { planRepair } from '../../../core/plan/repair-plan.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import type { StreamState } from '../../../core/stream/stream-state.ts';
import { hour, minute, now, sampleAlarmState, sampleDefinition, sampleSettings, sampleState } from '../samples.ts';

const inAlarm = (direction: 'up' | 'down') =>
  sampleAlarmState(direction, { state: 'ALARM', stateTransitionedAtMs: now - hour });

function plan(state: Partial<StreamState>, settings: Partial<StreamSettings> = {}) {
  return planRepair({ state: sampleState(state), settings: sampleSettings(settings), nowMs: now }, 10 * minute);
}
const kindsOf = ({ alarmLanes }: ReturnType<typeof plan>) => alarmLanes.map((lane) => lane.map(({ kind }) => kind));

describe('the plan of a repair', () => {
  it('is the plan of converge where no alarm is in ALARM', () => {
    const state = sampleState({ openShardCount: 8, alarms: { up: sampleAlarmState('up'), down: undefined } });
    const facts = { state, settings: sampleSettings(), nowMs: now };
    expect(planRepair(facts, 0)).toEqual({ ...planConvergence(facts), shown: undefined });
  });

  it('re-arms an alarm that nothing holds in a lane of its own, where nothing else is written to it', () => {
    expect(kindsOf(plan({ alarms: { up: inAlarm('up'), down: sampleAlarmState('down') } }))).toEqual([['rearm-alarm']]);
  });

  it('re-arms an alarm that is rewritten at the end of its lane, never beside another write to it', () => {
    const up = { ...inAlarm('up'), tags: { LastScaledTimestamp: 'garbled' } };
    const down = { ...sampleAlarmState('down'), definition: sampleDefinition('down', 2) };
    const { alarmLanes } = plan({ alarms: { up, down } });
    expect(alarmLanes.map((lane) => lane.map((effect) => ('alarmName' in effect ? effect.alarmName : '')))).toEqual([
      ['orders-scale-up', 'orders-scale-up'],
      ['orders-scale-down'],
    ]);
    expect(alarmLanes.map((lane) => lane.map(({ kind }) => kind))).toEqual([
      ['tag-alarm', 'rearm-alarm'],
      ['put-alarm'],
    ]);
  });

  it('re-arms an alarm only once where converge re-arms it already', () => {
    const up = { ...inAlarm('up'), definition: sampleDefinition('up', 2) };
    expect(kindsOf(plan({ alarms: { up, down: sampleAlarmState('down') } }))).toEqual([['put-alarm', 'rearm-alarm']]);
  });

  it('shows the one that would scale of two alarms in ALARM', () => {
    const both = { up: inAlarm('up'), down: inAlarm('down') };
    expect(plan({ alarms: both }, { maxShards: 4, iteratorAge: 'ignore' }).shown).toMatchObject({
      alarmName: 'orders-scale-down',
      decision: { kind: 'scale' },
    });
    expect(plan({ alarms: both }, { maxShards: 4, minShards: 4, iteratorAge: 'ignore' }).shown).toMatchObject({
      alarmName: 'orders-scale-up',
      decision: { reason: 'at-maximum' },
    });
  });

  it('shows the alarm of a load-driven stream only where it is held', () => {
    const alarms = { up: inAlarm('up'), down: undefined };
    expect(plan({ alarms }, { policy: 'target' }).shown).toBeUndefined();
    expect(plan({ alarms }, { policy: 'target', maxShards: 4 }).shown).toMatchObject({
      decision: { reason: 'at-maximum' },
    });
  });

  it('creates a missing alarm only where it is given how', () => {
    const facts = {
      state: sampleState({ alarms: { up: undefined, down: undefined } }),
      settings: sampleSettings(),
      nowMs: now,
    };
    expect(kindsOf(planRepair(facts, 0))).toEqual([]);
    const newAlarm = { topicArn: 'arn:aws:sns:eu-west-1:123456789012:scaling', tags: {} };
    expect(kindsOf(planRepair(facts, 0, newAlarm))).toEqual([['create-alarm'], ['create-alarm']]);
  });
});
