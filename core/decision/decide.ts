/**
 * May this alarm scale its stream, and to what? Numbered rules; the first that applies decides, so code order is
 * precedence. Each has a row in the truth table of test/core/decision/decide.test.ts that says why. The same rules, without
 * those that are about an alarm (5 to 7), judge what a policy wants that looks at demand (`decideFromLoad`).
 *
 *  1 not a scaling alarm of a managed stream of this account      rejected            (applyMessageRules, before any call)
 *  2 the notification is not of ALARM                             not-in-alarm        (applyMessageRules)
 *  3 the stream's own settings contradict each other              contradictory-settings
 *    the stream is on demand                                      on-demand-stream
 *  4 the stream is not ACTIVE                                     stream-updating
 *  5 the live alarm contradicts the message                       superseded
 *  6 the state change is not after the last scaling               stale-alarm
 *  7 the alarm judged by another shard count                      alarm-drift
 *  8 the cooldown is not over                                     cooldown
 *  9 at the minimum or maximum                                    at-minimum, at-maximum
 *    the policy asks for the shards that are open                 demand-met
 * 10 the day's calls are spent, or only the reserve is left       daily-quota
 *    AWS has just refused a call                                 daily-quota, account-shard-limit
 * 11 a consumer is behind, or nobody knows whether it is          consumer-behind, iterator-age-unknown
 * 12 scale (in dry run: say so, change nothing)                   dry-run
 *    one shard carries the load: say so, or split that one      (hot-shard.ts)
 *
 * Void judgements (5 to 7) come before reasons to wait (8 to 11): an alarm that no longer means anything must be put right
 * at once, not be kept for later.
 */

import type { StreamSettings } from '../settings/stream-settings.ts';
import type { StreamState } from '../stream/stream-state.ts';
import { boundTarget } from './bounds.ts';
import { type HoldDecision, hold, type ScalingDecision } from './decision.ts';
import { doubling } from './doubling.ts';
import {
  alarmRules,
  type DecisionInput,
  type HoldingRule,
  type Proposal,
  proposalRules,
  streamRules,
} from './rules.ts';

/** Rules 3 to 11 in their order, as an alarm meets them. */
export const holdingRules: readonly HoldingRule<DecisionInput>[] = [
  ...streamRules,
  ...alarmRules,
  ...proposalRules.map((rule) => ({ ...rule, hold: (input: DecisionInput) => rule.hold(proposalOf(input)) })),
];

/** Rules 3 to 12. */
export function decideFromAlarm(input: DecisionInput): ScalingDecision {
  const held = firstHold(holdingRules, input);
  if (held) return held;
  const { direction, wantedShardCount: targetShardCount } = proposalOf(input);
  return {
    kind: 'scale',
    direction,
    openShardCount: input.state.openShardCount,
    targetShardCount,
    because: {
      rule: 12,
      policy: input.settings.policy,
      alarmName: input.alarm.alarmName,
      judgedShardCount: input.alarm.judgedShardCount,
      threshold: direction === 'up' ? input.settings.scaleUpThreshold : input.settings.scaleDownThreshold,
      stateChangedAtMs: input.alarm.stateChangedAtMs,
      callsInLastDay: input.state.ledger.length,
      dailyQuota: input.settings.dailyQuota,
    },
  };
}

export interface LoadDecisionInput {
  /** What the policy wants; bounded here. */
  readonly wantedShardCount: number;
  /** What the policy goes by, in shards, throttled records included. */
  readonly offeredShards: number;
  readonly state: StreamState;
  readonly settings: StreamSettings;
  readonly nowMs: number;
}

/** Rules 3, 4 and 8 to 11 in their order, as the wish of a policy meets them. */
export const loadRules: readonly HoldingRule<LoadDecisionInput>[] = [
  ...streamRules,
  ...proposalRules.map((rule) => ({
    rule: rule.rule,
    demands: rule.rule === 9 ? 'the policy asks for another count, and the bounds leave room' : rule.demands,
    hold: (input: LoadDecisionInput) => holdLoadProposal(rule, input),
  })),
];

/** Rules 3, 4 and 8 to 12, for a policy that looks at demand: no alarm judged anything that could be stale or drifted. */
export function decideFromLoad(input: LoadDecisionInput): ScalingDecision {
  const held = firstHold(loadRules, input);
  if (held) return held;
  const { state, settings, offeredShards } = input;
  const { direction, wantedShardCount } = loadProposal(input);
  return {
    kind: 'scale',
    direction,
    openShardCount: state.openShardCount,
    targetShardCount: wantedShardCount,
    because: {
      rule: 12,
      policy: settings.policy,
      offeredShards: toHundredths(offeredShards),
      policyWants: input.wantedShardCount,
      callsInLastDay: state.ledger.length,
      dailyQuota: settings.dailyQuota,
    },
  };
}

function holdLoadProposal(rule: HoldingRule<Proposal>, input: LoadDecisionInput): HoldDecision | undefined {
  const { wantedShardCount, offeredShards, state } = input;
  const { openShardCount } = state;
  const offered = { offeredShards: toHundredths(offeredShards) };
  if (wantedShardCount === openShardCount && !isOutOfCalls(input)) {
    return rule.rule === 9 ? hold('demand-met', { rule: 9, openShardCount, ...offered }) : undefined;
  }
  const wish = loadProposal(input);
  const held = rule.hold(wish);
  return held && { ...held, because: { ...held.because, direction: wish.direction, ...offered } };
}

/** A policy asks for nothing once the day's calls are spent; that is no demand met. */
function isOutOfCalls({ offeredShards, state, settings }: LoadDecisionInput): boolean {
  return state.ledger.length >= settings.dailyQuota && offeredShards > state.openShardCount;
}

function loadProposal(input: LoadDecisionInput): Proposal {
  const { state, settings, nowMs } = input;
  const { openShardCount } = state;
  const wantedShardCount = isOutOfCalls(input) ? Math.ceil(input.offeredShards) : input.wantedShardCount;
  const direction = wantedShardCount > openShardCount ? 'up' : 'down';
  const bounded = boundTarget(wantedShardCount, { direction, openShardCount }, settings);
  return { direction, wantedShardCount: bounded, state, settings, nowMs };
}

function toHundredths(shards: number): number {
  return Math.round(shards * 100) / 100;
}

function firstHold<T>(rules: readonly HoldingRule<T>[], input: T): HoldDecision | undefined {
  for (const rule of rules) {
    const held = rule.hold(input);
    if (held) return held;
  }
  return undefined;
}

/** All that an alarm tells is a direction: twice the shards, or half of them. */
function proposalOf({ alarm: { direction }, state, settings, nowMs }: DecisionInput): Proposal {
  const request = { direction, openShardCount: state.openShardCount };
  return { direction, wantedShardCount: boundTarget(doubling(request), request, settings), state, settings, nowMs };
}
