/**
 * What the reconciler has to repair at one stream: everything that no longer follows from its shard count, and alarms in
 * ALARM that nothing holds any more.
 */
import { isLoadDriven, type StreamSettings } from '../settings/stream-settings.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import type { NewAlarm } from './alarm-repair.ts';
import { type ConvergencePlan, planConvergence } from './convergence.ts';
import type { Lane, RearmAlarm } from './effects.ts';
import { type AlarmInAlarm, judgeAlarmsInAlarm } from './rearming.ts';

export interface RepairPlan extends ConvergencePlan {
  /** The alarm in ALARM that the report shows, with what would be decided if it fired now. Undefined where there is none. */
  readonly shown: AlarmInAlarm | undefined;
}

/**
 * @param quietMs how long an alarm must have been in ALARM before it counts as unanswered.
 * @param newAlarm how to create missing alarms. Undefined where the stack creates them.
 */
export function planRepair(facts: StreamFacts, quietMs: number, newAlarm?: NewAlarm): RepairPlan {
  const plan = planConvergence(facts, newAlarm);
  const judged = judgeAlarmsInAlarm(facts, quietMs);
  const rearms = judged.flatMap(({ rearm }) => rearm ?? []);
  return { ...plan, alarmLanes: joinRearms(plan.alarmLanes, rearms), shown: choose(judged, facts.settings) };
}

/** A re-arm joins the lane of its alarm, which may already have one: two writes to one alarm never run side by side. */
function joinRearms(lanes: readonly Lane[], rearms: readonly RearmAlarm[]): readonly Lane[] {
  const laneOf = (alarmName: string) =>
    lanes.find((lane) => lane.some((effect) => 'alarmName' in effect && effect.alarmName === alarmName));
  const joined = lanes.map((lane) => {
    const rearm = rearms.find(({ alarmName }) => laneOf(alarmName) === lane);
    return rearm && !lane.some(({ kind }) => kind === 'rearm-alarm') ? [...lane, rearm] : lane;
  });
  return [...joined, ...rearms.filter(({ alarmName }) => !laneOf(alarmName)).map((rearm) => [rearm])];
}

/**
 * Of two alarms in ALARM, the report shows the one that would scale, otherwise one that is held. The alarm of a load-driven
 * stream is shown only where it is held: it merely wakes the policy, so its own decision to scale says nothing.
 */
function choose(judged: readonly AlarmInAlarm[], settings: StreamSettings): AlarmInAlarm | undefined {
  const scaling = judged.find(({ decision }) => decision.kind === 'scale');
  const held = judged.find(({ decision }) => decision.kind === 'hold');
  return isLoadDriven(settings) ? held : (scaling ?? held);
}
