/**
 * "Why does it not scale?", answered rule by rule: every rule is asked, also those that the deciding one makes idle, so that
 * nobody mends one reason only to meet the next.
 */
import { type Direction, readJudgedShardCount } from '../alarm/alarm-definition.ts';
import { awsFacts } from '../aws-facts.ts';
import { decideFromAlarm, decideFromLoad, holdingRules, loadRules } from '../decision/decide.ts';
import type { HoldDecision, ScalingDecision } from '../decision/decision.ts';
import { moveIntoBounds } from '../decision/out-of-bounds.ts';
import { type HoldingRule, holdContradiction } from '../decision/rules.ts';
import type { PolicyExplanation } from '../load/load-policy.ts';
import { type ConvergencePlan, planConvergence } from '../plan/convergence.ts';
import { asIfFired } from '../plan/rearming.ts';
import { planScaling, type ScalingPlan } from '../plan/scaling-plan.ts';
import type { Fault } from '../result.ts';
import type { PolicyName, StreamSettings } from '../settings/stream-settings.ts';
import { lastScaledAtMs, type StreamState } from '../stream/stream-state.ts';

export interface RuleVerdict {
  readonly rule: number;
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
  readonly rules: readonly RuleVerdict[];
  readonly decision: ScalingDecision | undefined;
  /** The effects of that decision, where it scales. */
  readonly plan: ScalingPlan | undefined;
}

/** Of a stream whose policy looks at demand: what a look now would find. */
export interface LoadExplanation {
  readonly policy: PolicyExplanation;
  readonly rules: readonly RuleVerdict[];
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
  /** With a policy that looks at demand: what the alarm would set off where demand cannot be read. */
  readonly up: DirectionExplanation;
  readonly down: DirectionExplanation;
  readonly enforcement: ScalingDecision | undefined;
  /** What the next reconcile would put right, unless the stream's tags contradict each other. */
  readonly drift: ConvergencePlan;
  /** Of the stream's tags: those that were passed over, and those that cannot stand together. */
  readonly faults: readonly Fault[];
}

export interface ExplanationInput {
  readonly state: StreamState;
  readonly settings: StreamSettings;
  /** Tags that were passed over: the deployment's value stands in. */
  readonly tagFaults: readonly Fault[];
  /** Tags that cannot stand together: they hold the stream. */
  readonly contradictions: readonly Fault[];
  /** What the policy goes by, where it looks at demand and some is known. */
  readonly demand?: PolicyExplanation | undefined;
  readonly dryRun: boolean;
  readonly nowMs: number;
}

export function explainStream(input: ExplanationInput): StreamExplanation {
  const { state, settings, tagFaults, contradictions, dryRun, nowMs } = input;
  const used = state.ledger.length;
  const oldest = state.ledger[used - settings.dailyQuota];
  // AWS knows of calls that the ledger does not.
  const spentByOthers = state.refusal?.reason === 'daily-quota' ? state.refusal : undefined;
  return {
    streamName: state.streamName,
    status: state.status,
    mode: state.mode,
    openShardCount: state.openShardCount,
    minShards: settings.minShards,
    maxShards: settings.maxShards,
    dryRun,
    lastScaledAtMs: lastScaledAtMs(state, nowMs),
    callsLeft: spentByOthers ? 0 : Math.max(0, settings.dailyQuota - used),
    nextSlotAtMs:
      spentByOthers?.untilMs ?? (oldest === undefined ? undefined : oldest + awsFacts.updateShardCountWindow.value),
    policy: settings.policy,
    demand: input.demand && explainLoad(input.demand, input),
    up: explainDirection('up', input),
    down: explainDirection('down', input),
    enforcement: moveIntoBounds(state, settings),
    drift: planConvergence(state, settings, nowMs),
    faults: [...tagFaults, ...contradictions],
  };
}

function explainLoad(
  policy: PolicyExplanation,
  { state, settings, contradictions, nowMs }: ExplanationInput,
): LoadExplanation {
  const { wantedShardCount, offeredShards } = policy;
  const decisionInput = { state, settings, nowMs, wantedShardCount, offeredShards };
  const contradicted = holdContradicted(contradictions);
  const decision = contradicted ?? decideFromLoad(decisionInput);
  return {
    policy,
    rules: judgeAll(loadRules, decisionInput, contradicted),
    decision,
    plan: decision.kind === 'scale' ? planScaling(decision, state, settings, nowMs) : undefined,
  };
}

function holdContradicted(contradictions: readonly Fault[]): HoldDecision | undefined {
  return contradictions.length > 0 ? holdContradiction(contradictions) : undefined;
}

function judgeAll<T>(
  rules: readonly HoldingRule<T>[],
  input: T,
  contradicted: HoldDecision | undefined,
): readonly RuleVerdict[] {
  return [
    { rule: 3, demands: "the stream's tags can stand together", held: contradicted },
    ...rules.map(({ rule, demands, hold }) => ({ rule, demands, held: hold(input) })),
  ];
}

function explainDirection(
  direction: Direction,
  { state, settings, contradictions, nowMs }: ExplanationInput,
): DirectionExplanation {
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
  const firing: StreamState = { ...state, alarms: { ...state.alarms, [direction]: fired } };
  const decisionInput = { alarm: asIfFired(fired, direction), state: firing, settings, nowMs };
  const contradicted = holdContradicted(contradictions);
  const decision = contradicted ?? decideFromAlarm(decisionInput);
  return {
    direction,
    alarmName: live.alarmName,
    alarmState: live.state,
    judgedShardCount: readJudgedShardCount(live.definition.metrics),
    threshold: live.definition.threshold,
    rules: judgeAll(holdingRules, decisionInput, contradicted),
    decision,
    plan: decision.kind === 'scale' ? planScaling(decision, firing, settings, nowMs) : undefined,
  };
}
