/**
 * "Why does it not scale?", answered rule by rule: every rule is asked, also those that the deciding one makes idle, so that
 * nobody mends one reason only to meet the next.
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
  /** Undefined: the rule lets pass. */
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

/** Of a load-driven stream: what a load check would find now. */
export interface LoadExplanation {
  readonly policy: PolicyExplanation;
  readonly rules: readonly RuleAnswer[];
  readonly decision: ScalingDecision;
  readonly plan: ScalingPlan | undefined;
}

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
  /** When the next call is free, while none is left; undefined otherwise. */
  readonly nextSlotAtMs: number | undefined;
  /** Name of the policy. */
  readonly policy: PolicyName;
  /** Undefined for a policy that waits for alarms, and where nothing is known of the stream's traffic. */
  readonly demand: LoadExplanation | undefined;
  /** For a load-driven stream: what the alarm would set off where the load cannot be read. */
  readonly up: DirectionExplanation;
  readonly down: DirectionExplanation;
  readonly enforcement: ScalingDecision | undefined;
  /** What the next reconcile would put right, unless the stream's tags contradict each other. */
  readonly drift: ConvergencePlan;
  /** Of the stream's tags: those that were passed over, and those that cannot stand together. */
  readonly faults: readonly Fault[];
}

export interface ExplanationInput extends StreamFacts {
  /** Tags that were passed over: the deployment's value stands in. */
  readonly tagFaults: readonly Fault[];
  /** What a load policy goes by; absent for `doubling`, and where nothing is known of the stream's load. */
  readonly demand?: PolicyExplanation | undefined;
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
    demand: input.demand && explainLoad(input.demand, input),
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
  // As if it fired this moment: an alarm that rests in OK would otherwise be held by its state alone.
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
