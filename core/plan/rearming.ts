/**
 * Holds must end. An alarm that stays in ALARM is silent for ever, for CloudWatch acts on state changes only. The reconciler
 * asks of each such alarm what the function would decide if it fired now, and re-arms it when nothing holds it any more:
 * the reason ended, or the delivery was lost.
 */
import { type Direction, readJudgedShardCount } from '../alarm/alarm-definition.ts';
import { decideFromAlarm } from '../decision/decide.ts';
import type { ScalingDecision } from '../decision/decision.ts';
import type { FiredAlarm } from '../decision/rules.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import type { AlarmState } from '../stream/stream-state.ts';
import type { RearmAlarm } from './effects.ts';

/** An answer takes seconds; an alarm in ALARM for so long was not answered, or its hold is over. */
export const unansweredAfterMs = 10 * 60_000;

/** How often the reconciler looks, unless a deployment says otherwise. */
export const defaultReconcileMinutes = 5;

export interface AlarmInAlarm {
  readonly direction: Direction;
  readonly alarmName: string;
  /** What would be decided if it fired now. */
  readonly decision: ScalingDecision;
  readonly rearm: RearmAlarm | undefined;
}

/**
 * Every alarm in ALARM that judged by the math that stands, with what holds it.
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

/** A stale alarm is freed too: re-armed, it fires with a time after the last scaling, or not at all. */
function isFree(decision: ScalingDecision): boolean {
  return decision.kind === 'scale' || decision.reason === 'stale-alarm';
}

/** What a live alarm would be judged by, had it sent its notification now. */
export function asIfFired(live: AlarmState, direction: Direction): FiredAlarm {
  return {
    alarmName: live.alarmName,
    direction,
    stateChangedAtMs: live.stateTransitionedAtMs,
    judgedShardCount: readJudgedShardCount(live.definition.metrics),
  };
}
