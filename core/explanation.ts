/**
 * "Why does it not scale?", answered rule by rule: every rule is asked, also those that the deciding one makes idle, so that
 * nobody mends one reason only to meet the next.
 */
import { type Direction, readJudgedShardCount } from './alarm-definition.ts';
import { awsFacts } from './aws-facts.ts';
import { type ConvergencePlan, planConvergence } from './convergence.ts';
import { enforceBounds } from './enforcement.ts';
import type { StreamSettings } from './knobs.ts';
import { asIfFired } from './rearming.ts';
import type { Fault } from './result.ts';
import {
  decideScaling,
  type HoldDecision,
  holdContradiction,
  holdingRules,
  type ScalingDecision,
} from './scaling-decision.ts';
import { planScaling, type ScalingPlan } from './scaling-plan.ts';
import { lastScaledAtMs, type StreamState } from './stream-state.ts';

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
  readonly dryRun: boolean;
  readonly nowMs: number;
}

export function explainStream(input: ExplanationInput): StreamExplanation {
  const { state, settings, tagFaults, contradictions, dryRun, nowMs } = input;
  const used = state.ledger.length;
  const oldest = state.ledger[used - settings.dailyQuota];
  return {
    streamName: state.streamName,
    status: state.status,
    mode: state.mode,
    openShardCount: state.openShardCount,
    minShards: settings.minShards,
    maxShards: settings.maxShards,
    dryRun,
    lastScaledAtMs: lastScaledAtMs(state, nowMs),
    callsLeft: Math.max(0, settings.dailyQuota - used),
    nextSlotAtMs: oldest === undefined ? undefined : oldest + awsFacts.updateShardCountWindow.value,
    up: explainDirection('up', input),
    down: explainDirection('down', input),
    enforcement: enforceBounds(state, settings),
    drift: planConvergence(state, settings, nowMs),
    faults: [...tagFaults, ...contradictions],
  };
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
  const decisionInput = { alarm: asIfFired(fired, direction, firing), state: firing, settings, nowMs };
  const contradicted = contradictions.length > 0 ? holdContradiction(contradictions) : undefined;
  const decision = contradicted ?? decideScaling(decisionInput);
  return {
    direction,
    alarmName: live.alarmName,
    alarmState: live.state,
    judgedShardCount: readJudgedShardCount(live.definition.metrics),
    threshold: live.definition.threshold,
    rules: [
      { rule: 3, demands: "the stream's tags can stand together", held: contradicted },
      ...holdingRules.map(({ rule, demands, hold }) => ({ rule, demands, held: hold(decisionInput) })),
    ],
    decision,
    plan: decision.kind === 'scale' ? planScaling(decision, firing, settings, nowMs) : undefined,
  };
}
