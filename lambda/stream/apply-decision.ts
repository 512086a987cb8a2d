/** A decision about one stream becomes deeds: a scaling, what a hold leaves to put right, or, in dry run, words. */

import type { ScalingDecision } from '../../core/decision/decision.ts';
import { asksForShards, considerShards, type ShardLoads } from '../../core/decision/hot-shard.ts';
import { isConverged, planConvergence } from '../../core/plan/convergence.ts';
import { describeDryRun } from '../../core/report/dry-run.ts';
import type { EffectOutcome, ScalingReport } from '../../core/report/scaling-report.ts';
import type { StreamSettings } from '../../core/settings/stream-settings.ts';
import type { StreamState } from '../../core/stream/stream-state.ts';
import type { ScalerContext } from '../context.ts';
import { carryOut } from './effect-runner.ts';
import { carryOutScaling } from './scaling-run.ts';

export interface Act {
  readonly outcome: ScalingReport['outcome'];
  readonly decision: ScalingDecision;
  readonly findings?: ScalingReport['findings'];
  readonly effects?: readonly EffectOutcome[];
}

export interface Subject {
  readonly state: StreamState;
  readonly settings: StreamSettings;
  readonly nowMs: number;
}

export async function act(decided: ScalingDecision, subject: Subject, context: ScalerContext): Promise<Act> {
  const { state, settings, nowMs } = subject;
  const decision = await considerHotShard(decided, subject, context);
  if (context.deployment.dryRun) {
    return decision.kind === 'scale'
      ? describeDryRun(decision, state, settings, nowMs)
      : { outcome: 'held', decision, findings: planConvergence(state, settings, nowMs).findings };
  }
  if (decision.kind === 'hold') return await converge(decision, subject, context);
  return await carryOutScaling({ decision, ...subject }, context);
}

/** Only a scale-up of a stream that publishes its traffic by shard asks for more than was read. */
async function considerHotShard(
  decision: ScalingDecision,
  { state, settings }: Subject,
  { ports, clock }: ScalerContext,
): Promise<ScalingDecision> {
  if (decision.kind !== 'scale' || !asksForShards(decision, state, settings)) return decision;
  const periodSeconds = settings.periodMinutes * 60;
  const loads = await ports.streams.shardLoads(state.streamName, periodSeconds, clock.nowMs());
  const known: ShardLoads = loads.ok
    ? { kind: 'loads', shards: loads.value, periodSeconds }
    : { kind: 'unknown', code: loads.failure.code };
  return considerShards(decision, known, settings);
}

async function converge(
  decision: ScalingDecision,
  { state, settings, nowMs }: Subject,
  { ports }: ScalerContext,
): Promise<Act> {
  const plan = planConvergence(state, settings, nowMs);
  if (isConverged(plan)) return { outcome: 'held', decision, findings: plan.findings };
  const effects = await carryOut([...plan.alarmLanes, ...plan.concurrencyLanes], state.streamName, ports);
  return { outcome: 'held', decision, findings: plan.findings, effects };
}
