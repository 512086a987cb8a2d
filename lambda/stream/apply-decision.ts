/** A decision about one stream becomes deeds: a scaling, what a hold leaves to put right, or, in dry run, words. */

import type { ScalingDecision } from '../../core/decision/decision.ts';
import { considerShards, needsShardLoads, type ShardLoads } from '../../core/decision/hot-shard.ts';
import { isConverged, planConvergence } from '../../core/plan/convergence.ts';
import { describeDryRun } from '../../core/report/dry-run.ts';
import type { EffectOutcome, ScalingReport } from '../../core/report/scaling-report.ts';
import type { StreamSettings } from '../../core/settings/stream-settings.ts';
import type { StreamState } from '../../core/stream/stream-state.ts';
import type { ScalerContext } from '../context.ts';
import { runEffects } from './effect-runner.ts';
import { runScaling } from './scaling-run.ts';

export interface StreamOutcome {
  readonly outcome: ScalingReport['outcome'];
  readonly decision: ScalingDecision;
  readonly findings?: ScalingReport['findings'];
  readonly effects?: readonly EffectOutcome[];
}

export interface StreamFacts {
  readonly state: StreamState;
  readonly settings: StreamSettings;
  readonly nowMs: number;
}

export async function applyDecision(
  decided: ScalingDecision,
  subject: StreamFacts,
  context: ScalerContext,
): Promise<StreamOutcome> {
  const { state, settings, nowMs } = subject;
  const decision = await considerHotShard(decided, subject, context);
  if (context.deployment.dryRun) {
    return decision.kind === 'scale'
      ? describeDryRun(decision, state, settings, nowMs)
      : { outcome: 'held', decision, findings: planConvergence(state, settings, nowMs).findings };
  }
  if (decision.kind === 'hold') return await converge(decision, subject, context);
  return await runScaling({ decision, ...subject }, context);
}

/** Only a scale-up of a stream that publishes its traffic by shard asks for more than was read. */
async function considerHotShard(
  decision: ScalingDecision,
  { state, settings }: StreamFacts,
  { ports, clock }: ScalerContext,
): Promise<ScalingDecision> {
  if (decision.kind !== 'scale' || !needsShardLoads(decision, state, settings)) return decision;
  const periodSeconds = settings.periodMinutes * 60;
  const loads = await ports.streams.shardLoads(state.streamName, periodSeconds, clock.nowMs());
  const known: ShardLoads = loads.ok
    ? { kind: 'loads', shards: loads.value, periodSeconds }
    : { kind: 'unknown', code: loads.failure.code };
  return considerShards(decision, known, settings);
}

async function converge(
  decision: ScalingDecision,
  { state, settings, nowMs }: StreamFacts,
  { ports }: ScalerContext,
): Promise<StreamOutcome> {
  const plan = planConvergence(state, settings, nowMs);
  if (isConverged(plan)) return { outcome: 'held', decision, findings: plan.findings };
  const effects = await runEffects([...plan.alarmLanes, ...plan.concurrencyLanes], state.streamName, ports);
  return { outcome: 'held', decision, findings: plan.findings, effects };
}
