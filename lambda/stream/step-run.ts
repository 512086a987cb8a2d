/**
 * Goes on with stepwise resharding: one SplitShard or MergeShards in each load check, while the stream is ACTIVE. The shards
 * say how far it has come, so that any load check can go on where another one stopped, and none needs to finish.
 */
import { lanesOf, planConvergence } from '../../core/plan/convergence.ts';
import { planNextStep } from '../../core/plan/next-step.ts';
import type { StreamFacts } from '../../core/stream/stream-facts.ts';
import { completeState, isStepping } from '../../core/stream/stream-state.ts';
import type { ScalerContext } from '../context.ts';
import { describeEffects, runEffects } from './effect-runner.ts';
import type { StreamOutcome } from './stream-report.ts';

/** Undefined where no steps are under way, or one of them is being taken just now. */
export async function takeNextStep(facts: StreamFacts, context: ScalerContext): Promise<StreamOutcome | undefined> {
  const { state, nowMs } = facts;
  if (!isStepping(state) || state.status !== 'ACTIVE') return undefined;
  const lane = planNextStep(state, state.intent);
  if (context.deployment.dryRun) return { outcome: 'planned', effects: describeEffects([lane]) };
  const effects = await runEffects([lane], state.streamName, context.ports);
  const isFailed = effects.some(({ failure }) => failure !== undefined && failure.kind !== 'busy');
  if (isFailed) return { outcome: 'failed', effects };
  const [last] = lane;
  if (last?.kind !== 'tag-stream') return { outcome: 'agrees', effects };
  // The last step is done: what follows the shard count may follow it now.
  const done = completeState({ ...state, tags: { ...state.tags, ...last.tags } }, nowMs);
  const plan = planConvergence({ ...facts, state: done });
  const after = await runEffects(lanesOf(plan), state.streamName, context.ports);
  return { outcome: 'converged', findings: plan.findings, effects: [...effects, ...after] };
}
