/** A decision about one stream becomes deeds: a scaling, what a hold leaves to put right, or, in dry run, words. */

import type { ScalingDecision } from '../../core/decision/decision.ts';
import { considerShards, needsShardLoads, type ShardLoads } from '../../core/decision/hot-shard.ts';
import { isConverged, lanesOf, planConvergence } from '../../core/plan/convergence.ts';
import { describeDryRun } from '../../core/report/dry-run.ts';
import type { EffectOutcome, ScalingReport } from '../../core/report/scaling-report.ts';
import type { StreamFacts } from '../../core/stream/stream-facts.ts';
import type { ScalerContext } from '../context.ts';
import { runEffects } from './effect-runner.ts';
import { runScaling } from './scaling-run.ts';

export interface StreamOutcome {
  readonly outcome: ScalingReport['outcome'];
  readonly decision: ScalingDecision;
  readonly findings?: ScalingReport['findings'];
  readonly effects?: readonly EffectOutcome[];
}

export async function applyDecision(
  decided: ScalingDecision,
  facts: StreamFacts,
  context: ScalerContext,
): Promise<StreamOutcome> {
  const decision = await considerHotShard(decided, facts, context);
  if (context.deployment.dryRun) {
    return decision.kind === 'scale'
      ? describeDryRun(decision, facts)
      : { outcome: 'held', decision, findings: planConvergence(facts).findings };
  }
  if (decision.kind === 'hold') return await converge(decision, facts, context);
  return await runScaling(decision, facts, context);
}

/** Only a scale-up of a stream that publishes its traffic by shard asks for more than was read. */
async function considerHotShard(
  decision: ScalingDecision,
  facts: StreamFacts,
  { ports, clock }: ScalerContext,
): Promise<ScalingDecision> {
  if (decision.kind !== 'scale' || !needsShardLoads(decision, facts)) return decision;
  const { state, settings } = facts;
  const periodSeconds = settings.periodMinutes * 60;
  const loads = await ports.streams.shardLoads(state.streamName, periodSeconds, clock.nowMs());
  const known: ShardLoads = loads.ok
    ? { kind: 'loads', shards: loads.value, periodSeconds }
    : { kind: 'unknown', code: loads.failure.code };
  return considerShards(decision, known, facts);
}

async function converge(
  decision: ScalingDecision,
  facts: StreamFacts,
  { ports }: ScalerContext,
): Promise<StreamOutcome> {
  const plan = planConvergence(facts);
  if (isConverged(plan)) return { outcome: 'held', decision, findings: plan.findings };
  const effects = await runEffects(lanesOf(plan), facts.state.streamName, ports);
  return { outcome: 'held', decision, findings: plan.findings, effects };
}
