/**
 * Answers "Why does it not scale?" rule by rule. Every rule is asked, also those after the one that decides, so that nobody
 * removes one reason only to meet the next.
 */
import { type Direction, readJudgedShardCount } from '../alarm/alarm-definition.ts';
import { callsLeft, nextCallAtMs } from '../decision/daily-quota.ts';
import { decideFromAlarm, decideFromLoad, judgeAlarm, judgeLoad, type RuleVerdict } from '../decision/decide.ts';
import type { HoldDecision, ScalingDecision } from '../decision/decision.ts';
import { moveIntoBounds } from '../decision/out-of-bounds.ts';
import type { PolicyExplanation } from '../load/load-policy.ts';
import { type ConvergencePlan, planConvergence } from '../plan/convergence.ts';
import { asIfFired } from '../plan/rearming.ts';
import { planScaling, type ScalingPlan } from '../plan/scaling-plan.ts';
import type { Fault } from '../result.ts';
import type { PolicyName } from '../settings/stream-settings.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import { lastScaledAtMs } from '../stream/stream-state.ts';

export interface RuleAnswer {
  readonly rule: number;
  /** What the rule requires. Scripts read the field under this name. */
  readonly demands: string;
  /** Undefined: the rule lets the proposal pass. */
  readonly held: HoldDecision | undefined;
}

export interface DirectionExplanation {
  readonly direction: Direction;
  readonly alarmName: string | undefined;
  readonly alarmState: string | undefined;
  readonly judgedShardCount: number | undefined;
  readonly threshold: number | undefined;
  /** What would be decided if the alarm fired now, rule by rule. */
  readonly rules: readonly RuleAnswer[];
  readonly decision: ScalingDecision | undefined;
  /** The effects of that decision, where it scales. */
  readonly plan: ScalingPlan | undefined;
}

/** What a load check of a load-driven stream would find now. */
export interface LoadExplanation {
  readonly policy: PolicyExplanation;
  readonly rules: readonly RuleAnswer[];
  readonly decision: ScalingDecision;
  readonly plan: ScalingPlan | undefined;
}

/** Scripts read this object as JSON: `nextSlotAtMs`, `demand` (the load) and `enforcement` keep their names. */
export interface StreamExplanation {
  readonly streamName: string;
  readonly status: string;
  readonly mode: string;
  readonly openShardCount: number;
  readonly minShards: number;
  readonly maxShards: number;
  readonly dryRun: boolean;
  readonly lastScaledAtMs: number | undefined;
  /** Calls of UpdateShardCount that today's quota leaves. */
  readonly callsLeft: number;
  /** When the next call is free. Undefined while one is left. */
  readonly nextSlotAtMs: number | undefined;
  readonly policy: PolicyName;
  /** What the load policy sees and wants. Undefined for `doubling`, and where the stream's traffic is unknown. */
  readonly demand: LoadExplanation | undefined;
  /** For a load-driven stream: what the alarm would cause where the load cannot be read. */
  readonly up: DirectionExplanation;
  readonly down: DirectionExplanation;
  /** The step that brings a stream outside its bounds back. Undefined within them. */
  readonly enforcement: ScalingDecision | undefined;
  /** What the next reconcile would repair, unless the stream's tags contradict each other. */
  readonly drift: ConvergencePlan;
  /** Tags of the stream that were ignored, and tags that contradict each other. */
  readonly faults: readonly Fault[];
}

export interface ExplanationInput extends StreamFacts {
  /** Tags that were ignored: the deployment's value stays in force. */
  readonly tagFaults: readonly Fault[];
  /** What the load policy sees. Absent for `doubling`, and where the stream's traffic is unknown. */
  readonly load?: PolicyExplanation | undefined;
  readonly dryRun: boolean;
}

export function explainStream(input: ExplanationInput): StreamExplanation {
  const { state, settings, tagFaults, contradictions = [], dryRun, nowMs } = input;
  return {
    streamName: state.streamName,
    status: state.status,
    mode: state.mode,
    openShardCount: state.openShardCount,
    minShards: settings.minShards,
    maxShards: settings.maxShards,
    dryRun,
    lastScaledAtMs: lastScaledAtMs(state, nowMs),
    callsLeft: callsLeft(state, settings.dailyQuota),
    nextSlotAtMs: nextCallAtMs(state, settings.dailyQuota),
    policy: settings.policy,
    demand: input.load && explainLoad(input.load, input),
    up: explainDirection('up', input),
    down: explainDirection('down', input),
    enforcement: moveIntoBounds(input),
    drift: planConvergence(input),
    faults: [...tagFaults, ...contradictions],
  };
}

function explainLoad(policy: PolicyExplanation, facts: StreamFacts): LoadExplanation {
  const decision = decideFromLoad(policy, facts);
  return { policy, rules: judgeLoad(policy, facts).map(toAnswer), decision, plan: planOf(decision, facts) };
}

function toAnswer({ rule, requires, held }: RuleVerdict): RuleAnswer {
  return { rule, demands: requires, held };
}

function planOf(decision: ScalingDecision, facts: StreamFacts): ScalingPlan | undefined {
  return decision.kind === 'scale' ? planScaling(decision, facts) : undefined;
}

function explainDirection(direction: Direction, facts: StreamFacts): DirectionExplanation {
  const { state, nowMs } = facts;
  const live = state.alarms[direction];
  if (!live) {
    return {
      direction,
      alarmName: undefined,
      alarmState: undefined,
      judgedShardCount: undefined,
      threshold: undefined,
      rules: [],
      decision: undefined,
      plan: undefined,
    };
  }
  // As if the alarm fired this moment. An alarm in OK would otherwise be held by its state alone.
  const fired = { ...live, state: 'ALARM' as const, stateTransitionedAtMs: nowMs };
  const firing = { ...facts, state: { ...state, alarms: { ...state.alarms, [direction]: fired } } };
  const alarm = asIfFired(fired, direction);
  const decision = decideFromAlarm(alarm, firing);
  return {
    direction,
    alarmName: live.alarmName,
    alarmState: live.state,
    judgedShardCount: readJudgedShardCount(live.definition.metrics),
    threshold: live.definition.threshold,
    rules: judgeAlarm(alarm, firing).map(toAnswer),
    decision,
    plan: planOf(decision, firing),
  };
}
