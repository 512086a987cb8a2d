/** What a policy that looks at demand wants of a stream now, judged by the rules. */

import { type DemandDecisionInput, decideByDemand } from '../../core/decision/decide.ts';
import type { HoldDecision, ScalingDecision } from '../../core/decision/decision.ts';
import { type PolicyExplanation, policyInput } from '../../core/load/load-policy.ts';
import type { DemandPolicyName } from '../../core/settings/stream-settings.ts';
import { intentTookEffect, scalingIsUnderWay } from '../../core/stream/stream-state.ts';
import type { ScalerContext } from '../context.ts';
import type { Answer } from '../ports.ts';
import type { Subject } from './apply-decision.ts';
import type { DemandReading } from './load-cache.ts';

export type DemandSubject = Subject & { readonly settings: { readonly policy: DemandPolicyName } };

export function readDemand(
  { state, settings, nowMs }: DemandSubject,
  { demand, ports }: Pick<ScalerContext, 'demand' | 'ports'>,
): Promise<Answer<DemandReading>> {
  return demand.read(state.streamName, settings.policy, nowMs, ports.metrics);
}

/** Undefined where nothing is known of the stream's traffic: unknown is not 0. */
export function decideOnDemand(subject: DemandSubject, reading: DemandReading): ScalingDecision | undefined {
  const input = decisionInput(subject, reading);
  return input && (holdForOtherScaling(subject) ?? decideByDemand(input));
}

export function explainDemand(subject: DemandSubject, reading: DemandReading): PolicyExplanation | undefined {
  const input = inputOf(subject, reading);
  return input && reading.policy.explain(input);
}

function decisionInput(subject: DemandSubject, reading: DemandReading): DemandDecisionInput | undefined {
  const input = inputOf(subject, reading);
  if (!input) return undefined;
  return { ...subject, wantedShardCount: reading.policy.choose(input), offeredShards: input.demand.at(input.minute) };
}

function inputOf({ state, settings, nowMs }: DemandSubject, { history }: DemandReading) {
  const { openShardCount, ledger, intent } = state;
  return history && policyInput(history, { openShardCount, ledger, intent, dailyQuota: settings.dailyQuota }, nowMs);
}

/** No alarm's time tells this look from the one before it; the intent that another invocation has just written does. */
function holdForOtherScaling({ state, nowMs }: DemandSubject): HoldDecision | undefined {
  if (!state.intent || !scalingIsUnderWay(state, nowMs) || intentTookEffect(state)) return undefined;
  return { kind: 'hold', reason: 'stream-updating', because: { rule: 4, intentAtMs: state.intent.atMs } };
}
