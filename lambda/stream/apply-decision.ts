/** Turns a decision about one stream into effects: a scaling, the repairs beside a hold, or, in dry run, a description. */
import type { ScaleDecision, ScalingDecision } from '../../core/decision/decision.ts';
import { type ConvergencePlan, lanesOf, planConvergence } from '../../core/plan/convergence.ts';
import { describeDryRun } from '../../core/report/dry-run.ts';
import type { StreamFacts } from '../../core/stream/stream-facts.ts';
import type { ScalerContext } from '../context.ts';
import { describeEffects, runEffects } from './effect-runner.ts';
import { runScaling } from './scaling-run.ts';
import type { StreamOutcome } from './stream-report.ts';

/** @param drift what the reconciler found to repair, also where the decision is to scale. */
export async function applyDecision(
  decision: ScalingDecision,
  facts: StreamFacts,
  context: ScalerContext,
  drift?: ConvergencePlan,
): Promise<StreamOutcome> {
  if (context.deployment.dryRun) return describe(decision, facts, drift);
  if (decision.kind === 'scale') return await scale(decision, facts, context, drift);
  const plan = drift ?? planConvergence(facts);
  const effects = await runEffects(lanesOf(plan), facts.state.streamName, context.ports);
  return { outcome: 'held', decision, findings: plan.findings, effects };
}

function describe(decision: ScalingDecision, facts: StreamFacts, drift: ConvergencePlan | undefined): StreamOutcome {
  if (decision.kind === 'scale') return { ...describeDryRun(decision, facts), findings: drift?.findings ?? [] };
  if (!drift) return { outcome: 'held', decision, findings: planConvergence(facts).findings };
  return { outcome: 'planned', decision, findings: drift.findings, effects: describeEffects(lanesOf(drift)) };
}

/**
 * What drifted comes first: the call may be refused for a day, and alarms would judge by a wrong count for so long. Consumers
 * go with the call, which knows what they need; a refused call leaves the old count, and consumers that were too few for it.
 */
async function scale(
  decision: ScaleDecision,
  facts: StreamFacts,
  context: ScalerContext,
  drift: ConvergencePlan | undefined,
): Promise<StreamOutcome> {
  if (!drift) return await runScaling(decision, facts, context);
  const { findings, streamLanes, alarmLanes, concurrencyLanes } = drift;
  const run = (lanes: typeof alarmLanes) => runEffects(lanes, facts.state.streamName, context.ports);
  const before = await run([...streamLanes, ...alarmLanes]);
  const scaling = await runScaling(decision, facts, context);
  const after = scaling.outcome === 'scaled' ? [] : await run(concurrencyLanes);
  return { ...scaling, findings, effects: [...before, ...scaling.effects, ...after] };
}
