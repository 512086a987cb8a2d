/** What a policy that looks at demand wants of a stream now, judged by the rules. */

import { decideFromLoad, type LoadDecisionInput } from '../../core/decision/decide.ts';
import type { HoldDecision, ScalingDecision } from '../../core/decision/decision.ts';
import { type PolicyExplanation, policyInput } from '../../core/load/load-policy.ts';
import type { LoadPolicyName } from '../../core/settings/stream-settings.ts';
import { intentTookEffect, scalingIsUnderWay } from '../../core/stream/stream-state.ts';
import type { ScalerContext } from '../context.ts';
import type { Answer } from '../ports.ts';
import type { StreamFacts } from './apply-decision.ts';
import type { LoadReading } from './load-cache.ts';

export type LoadDrivenFacts = StreamFacts & { readonly settings: { readonly policy: LoadPolicyName } };

export function readLoad(
  { state, settings, nowMs }: LoadDrivenFacts,
  { demand, ports }: Pick<ScalerContext, 'demand' | 'ports'>,
): Promise<Answer<LoadReading>> {
  return demand.read(state.streamName, settings.policy, nowMs, ports.metrics);
}

/** Undefined where nothing is known of the stream's traffic: unknown is not 0. */
export function decideFromReading(subject: LoadDrivenFacts, reading: LoadReading): ScalingDecision | undefined {
  const input = decisionInput(subject, reading);
  return input && (holdForOtherScaling(subject) ?? decideFromLoad(input));
}

export function explainLoad(subject: LoadDrivenFacts, reading: LoadReading): PolicyExplanation | undefined {
  const input = inputOf(subject, reading);
  return input && reading.policy.explain(input);
}

function decisionInput(subject: LoadDrivenFacts, reading: LoadReading): LoadDecisionInput | undefined {
  const input = inputOf(subject, reading);
  if (!input) return undefined;
  return { ...subject, wantedShardCount: reading.policy.choose(input), offeredShards: input.load.at(input.minute) };
}

function inputOf({ state, settings, nowMs }: LoadDrivenFacts, { history }: LoadReading) {
  const { openShardCount, ledger, intent } = state;
  return history && policyInput(history, { openShardCount, ledger, intent, dailyQuota: settings.dailyQuota }, nowMs);
}

/** No alarm's time tells this look from the one before it; the intent that another invocation has just written does. */
function holdForOtherScaling({ state, nowMs }: LoadDrivenFacts): HoldDecision | undefined {
  if (!state.intent || !scalingIsUnderWay(state, nowMs) || intentTookEffect(state)) return undefined;
  return { kind: 'hold', reason: 'stream-updating', because: { rule: 4, intentAtMs: state.intent.atMs } };
}
