/**
 * Re-arming: holds must end. CloudWatch notifies of changes of state only, so an alarm that stays in ALARM stays silent. For
 * each such alarm the reconciler asks what would be decided if it fired now. It re-arms the alarm when nothing holds it: the
 * reason has ended, or its notification was lost.
 */
import { type Direction, readJudgedShardCount } from '../alarm/alarm-definition.ts';
import { decideFromAlarm } from '../decision/decide.ts';
import type { ScalingDecision } from '../decision/decision.ts';
import type { FiredAlarm } from '../decision/rules.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import type { AlarmState } from '../stream/stream-state.ts';
import { minuteMs } from '../time.ts';
import type { RearmAlarm } from './effects.ts';

/** An answer takes seconds. An alarm that has been in ALARM for so long was not answered, or its hold is over. */
export const unansweredAfterMs = 10 * minuteMs;

/** How often the reconciler runs, unless the deployment says otherwise. */
export const defaultReconcileMinutes = 5;

export interface AlarmInAlarm {
  readonly direction: Direction;
  readonly alarmName: string;
  /** What would be decided if it fired now. */
  readonly decision: ScalingDecision;
  readonly rearm: RearmAlarm | undefined;
}

/**
 * Every alarm in ALARM that fired by its present definition, and what would be decided of it now.
 * @param quietMs how long an alarm must have been in ALARM before it counts as unanswered.
 */
export function judgeAlarmsInAlarm(facts: StreamFacts, quietMs: number): readonly AlarmInAlarm[] {
  const { state, nowMs } = facts;
  return (['up', 'down'] as const).flatMap((direction) => {
    const live = state.alarms[direction];
    if (live?.state !== 'ALARM' || live.stateTransitionedAtMs <= live.configuredAtMs) return [];
    const decision = decideFromAlarm(asIfFired(live, direction), facts);
    const unanswered = nowMs - live.stateTransitionedAtMs >= quietMs;
    const { alarmName } = live;
    const rearm: RearmAlarm = { kind: 'rearm-alarm', alarmName, why: 'nothing-holds-it', onFailure: 'continue' };
    return [{ direction, alarmName, decision, rearm: unanswered && isFree(decision) ? rearm : undefined }];
  });
}

/** A stale alarm is re-armed too. It then fires with a time after the last scaling, or not at all. */
function isFree(decision: ScalingDecision): boolean {
  return decision.kind === 'scale' || decision.reason === 'stale-alarm';
}

/** The notification that a live alarm would send now. */
export function asIfFired(live: AlarmState, direction: Direction): FiredAlarm {
  return {
    alarmName: live.alarmName,
    direction,
    stateChangedAtMs: live.stateTransitionedAtMs,
    judgedShardCount: readJudgedShardCount(live.definition.metrics),
  };
}
