/** What the policy of a load-driven stream proposes now, judged by the rules. */
import { decideFromLoad } from '../../core/decision/decide.ts';
import { type HoldDecision, hold, type ScalingDecision } from '../../core/decision/decision.ts';
import type { LoadProposal } from '../../core/decision/rules.ts';
import { type LoadPolicyInput, type PolicyExplanation, policyInput } from '../../core/load/load-policy.ts';
import { limitsOf, reshardingTimes, servingShardCount } from '../../core/load/resharding-times.ts';
import { chooseWay } from '../../core/load/resharding-way.ts';
import { withFirstStep } from '../../core/plan/next-step.ts';
import type { LoadPolicyName } from '../../core/settings/stream-settings.ts';
import type { StreamFacts } from '../../core/stream/stream-facts.ts';
import { intentTookEffect, isStepping, scalingIsUnderWay } from '../../core/stream/stream-state.ts';
import type { ScalerContext } from '../context.ts';
import type { Answer } from '../ports.ts';
import type { LoadReading } from './load-cache.ts';

export type LoadDrivenFacts = StreamFacts & { readonly settings: { readonly policy: LoadPolicyName } };

export function readLoad(
  { state, settings, nowMs }: LoadDrivenFacts,
  { loadCache, ports }: Pick<ScalerContext, 'loadCache' | 'ports'>,
): Promise<Answer<LoadReading>> {
  return loadCache.read(state.streamName, settings.policy, nowMs, ports.metrics, limitsOf(settings));
}

/** Undefined where nothing is known of the stream's traffic: unknown is not 0. */
export function decideFromReading(facts: LoadDrivenFacts, reading: LoadReading): ScalingDecision | undefined {
  const input = inputOf(facts, reading);
  if (!input) return undefined;
  const offeredShards = input.load.at(input.minute);
  const proposal = { wantedShardCount: reading.policy.choose(input), offeredShards, ...waysOf(facts, input) };
  return holdForOtherScaling(facts) ?? withStep(decideFromLoad(proposal, facts), facts);
}

function waysOf({ settings }: LoadDrivenFacts, input: LoadPolicyInput): Pick<LoadProposal, 'wayTo'> {
  return settings.resharding === 'stepwise' ? { wayTo: (shardCount) => chooseWay(input, shardCount) } : {};
}

/** Without the shards, which are read before anything is done, the decision is without its first step. */
function withStep(decision: ScalingDecision, { state: { shards, openShardCount } }: StreamFacts): ScalingDecision {
  if (decision.kind !== 'scale' || decision.way !== 'steps' || !shards) return decision;
  return withFirstStep(decision, shards) ?? hold('demand-met', { openShardCount });
}

export function explainLoad(facts: LoadDrivenFacts, reading: LoadReading): PolicyExplanation | undefined {
  const input = inputOf(facts, reading);
  return input && reading.policy.explain(input);
}

function inputOf({ state, settings, nowMs }: LoadDrivenFacts, { history }: LoadReading) {
  const { ledger, refusal, intent, openShardCount, shards } = state;
  const known = { openShardCount, shards };
  const past = {
    openShardCount: isStepping(state) ? state.intent.to : servingShardCount(known),
    ledger,
    refusal,
    intent,
    dailyQuota: settings.dailyQuota,
    resharding: reshardingTimes(known, limitsOf(settings)),
  };
  return history && policyInput(history, past, nowMs);
}

/** No alarm's time tells two load checks apart; the intent that another invocation has just written does. */
function holdForOtherScaling({ state, nowMs }: LoadDrivenFacts): HoldDecision | undefined {
  if (!state.intent || !scalingIsUnderWay(state, nowMs) || intentTookEffect(state)) return undefined;
  return hold('stream-updating', { intentAtMs: state.intent.atMs });
}
