/**
 * May the stream be scaled, and to how many shards? The rules are asked in the order of their numbers, and the first one
 * that holds decides. hold-reasons.ts lists them. The truth table of test/core/decision/decide.test.ts has rows for each,
 * and each row says why.
 *
 * An alarm says a direction and is judged by the rules about alarms. A load policy proposes a shard count and is judged by
 * the rule about load. Whatever either proposes is then judged by the same rules.
 */
import type { StreamFacts } from '../stream/stream-facts.ts';
import { intendedShardCount } from '../stream/stream-state.ts';
import { boundTarget } from './bounds.ts';
import { type HoldDecision, hold, type Operands, type ScaleDecision, type ScalingDecision } from './decision.ts';
import { doubling } from './doubling.ts';
import { holdReasons, scalingRule } from './hold-reasons.ts';
import {
  alarmRules,
  type FiredAlarm,
  isOutOfCalls,
  type LoadProposal,
  loadRules,
  type Proposal,
  proposalRules,
  type Rule,
  streamRules,
  toHundredths,
} from './rules.ts';

export function decideFromAlarm(alarm: FiredAlarm, facts: StreamFacts): ScalingDecision {
  const proposal = proposeFromAlarm(alarm, facts);
  const held =
    firstHold(streamRules, alarm, facts) ??
    firstHold(alarmRules, alarm, facts) ??
    firstHold(proposalRules, proposal, facts);
  if (held) return held;
  const { settings } = facts;
  return scale(proposal, facts, {
    alarmName: alarm.alarmName,
    judgedShardCount: alarm.judgedShardCount,
    threshold: proposal.direction === 'up' ? settings.scaleUpThreshold : settings.scaleDownThreshold,
    stateChangedAtMs: alarm.stateChangedAtMs,
  });
}

export function decideFromLoad(load: LoadProposal, facts: StreamFacts): ScalingDecision {
  const held = firstHold(streamRules, load, facts) ?? firstHold(loadRules, load, facts);
  if (held) return held;
  const proposal = proposeFromLoad(load, facts);
  if (!proposal) return hold('stream-updating', { openShardCount: facts.state.openShardCount });
  const evidence = { offeredShards: toHundredths(load.offeredShards), policyWants: load.wantedShardCount };
  const waits = firstHold(proposalRules, proposal, facts);
  return waits ? withLoad(waits, proposal, load) : scale(proposal, facts, evidence);
}

/** A rule and its own answer. */
export interface RuleVerdict {
  readonly rule: number;
  readonly requires: string;
  /** Undefined: the rule lets the proposal pass. */
  readonly held: HoldDecision | undefined;
}

/** What every rule says to an alarm, also the rules after the one that decides. */
export function judgeAlarm(alarm: FiredAlarm, facts: StreamFacts): readonly RuleVerdict[] {
  return [
    ...judge(streamRules, alarm, facts),
    ...judge(alarmRules, alarm, facts),
    ...judge(proposalRules, proposeFromAlarm(alarm, facts), facts),
  ];
}

/** What every rule says to a load policy. A policy that wants the open shards proposes nothing to the last group of rules. */
export function judgeLoad(load: LoadProposal, facts: StreamFacts): readonly RuleVerdict[] {
  const met = judge(loadRules, load, facts);
  const isMet = met.some(({ held }) => held);
  const proposal = isMet ? undefined : proposeFromLoad(load, facts);
  const judged = proposalRules.map((rule) => {
    const held = proposal && rule.hold(proposal, facts);
    return { ...verdictOf(rule), held: held && proposal && withLoad(held, proposal, load) };
  });
  return [...judge(streamRules, load, facts), ...met, ...judged];
}

function judge<T>(rules: readonly Rule<T>[], what: T, facts: StreamFacts): readonly RuleVerdict[] {
  return rules.map((rule) => ({ ...verdictOf(rule), held: rule.hold(what, facts) }));
}

function verdictOf({ reasons: [reason], requires }: Pick<Rule<never>, 'reasons' | 'requires'>) {
  return { rule: holdReasons[reason].rule, requires };
}

function firstHold<T>(rules: readonly Rule<T>[], what: T, facts: StreamFacts): HoldDecision | undefined {
  for (const rule of rules) {
    const held = rule.hold(what, facts);
    if (held) return held;
  }
  return undefined;
}

/** An alarm says no more than a direction: twice the shards, or half of them. */
function proposeFromAlarm({ direction }: FiredAlarm, { state, settings }: StreamFacts): Proposal {
  const request = { direction, openShardCount: state.openShardCount };
  return { direction, targetShardCount: boundTarget(doubling(request), request, settings), way: 'call' };
}

/** Undefined while steps under way must lead further before the count can be asked for. */
function proposeFromLoad(load: LoadProposal, facts: StreamFacts): Proposal | undefined {
  const openShardCount = intendedShardCount(facts.state);
  const wanted = isOutOfCalls(load, facts) ? Math.ceil(load.offeredShards) : load.wantedShardCount;
  const direction = wanted > openShardCount ? 'up' : 'down';
  const targetShardCount = boundTarget(wanted, { direction, openShardCount }, facts.settings);
  const way = load.wayTo && targetShardCount !== openShardCount ? load.wayTo(targetShardCount) : 'call';
  return way && { direction, targetShardCount, way };
}

function withLoad(held: HoldDecision, { direction }: Proposal, { offeredShards }: LoadProposal): HoldDecision {
  return { ...held, because: { ...held.because, direction, offeredShards: toHundredths(offeredShards) } };
}

function scale({ direction, targetShardCount, way }: Proposal, facts: StreamFacts, evidence: Operands): ScaleDecision {
  const { state, settings } = facts;
  return {
    kind: 'scale',
    direction,
    openShardCount: state.openShardCount,
    targetShardCount,
    ...(way === 'steps' ? { way } : {}),
    because: {
      rule: scalingRule,
      policy: settings.policy,
      ...evidence,
      callsInLastDay: state.ledger.length,
      dailyQuota: settings.dailyQuota,
    },
  };
}
