/** What the policy of a load-driven stream proposes now, judged by the rules. */
import { decideFromLoad } from '../../core/decision/decide.ts';
import { type HoldDecision, hold, type ScalingDecision } from '../../core/decision/decision.ts';
import { type PolicyExplanation, policyInput } from '../../core/load/load-policy.ts';
import type { LoadPolicyName } from '../../core/settings/stream-settings.ts';
import type { StreamFacts } from '../../core/stream/stream-facts.ts';
import { intentTookEffect, scalingIsUnderWay } from '../../core/stream/stream-state.ts';
import type { ScalerContext } from '../context.ts';
import type { Answer } from '../ports.ts';
import type { LoadReading } from './load-cache.ts';

export type LoadDrivenFacts = StreamFacts & { readonly settings: { readonly policy: LoadPolicyName } };

export function readLoad(
  { state, settings, nowMs }: LoadDrivenFacts,
  { loadCache, ports }: Pick<ScalerContext, 'loadCache' | 'ports'>,
): Promise<Answer<LoadReading>> {
  return loadCache.read(state.streamName, settings.policy, nowMs, ports.metrics);
}

/** Undefined where nothing is known of the stream's traffic: unknown is not 0. */
export function decideFromReading(facts: LoadDrivenFacts, reading: LoadReading): ScalingDecision | undefined {
  const input = inputOf(facts, reading);
  if (!input) return undefined;
  const proposal = { wantedShardCount: reading.policy.choose(input), offeredShards: input.load.at(input.minute) };
  return holdForOtherScaling(facts) ?? decideFromLoad(proposal, facts);
}

export function explainLoad(facts: LoadDrivenFacts, reading: LoadReading): PolicyExplanation | undefined {
  const input = inputOf(facts, reading);
  return input && reading.policy.explain(input);
}

function inputOf({ state, settings, nowMs }: LoadDrivenFacts, { history }: LoadReading) {
  const { openShardCount, ledger, refusal, intent } = state;
  const past = { openShardCount, ledger, refusal, intent, dailyQuota: settings.dailyQuota };
  return history && policyInput(history, past, nowMs);
}

/** No alarm's time tells two load checks apart; the intent that another invocation has just written does. */
function holdForOtherScaling({ state, nowMs }: LoadDrivenFacts): HoldDecision | undefined {
  if (!state.intent || !scalingIsUnderWay(state, nowMs) || intentTookEffect(state)) return undefined;
  return hold('stream-updating', { intentAtMs: state.intent.atMs });
}
