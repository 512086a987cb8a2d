/** `plan`. */
import type { ScalingDecision } from '../../core/decision/decision.ts';
import type { Verdict } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import { describeFailures, type ExplainedStream, explainStream } from './explained-stream.ts';
import { renderPlan } from './plan.ts';

export async function showPlan(stream: string, session: Session): Promise<Verdict> {
  const explained = await explainStream(stream, session);
  const planned = plansOf(explained);
  if (session.format === 'json') {
    session.answer(JSON.stringify(Object.fromEntries(planned.map(({ by, plan }) => [by, plan ?? null])), null, 2));
  } else {
    for (const { title, plan, held } of planned)
      session.answer(plan ? renderPlan(plan) : `${title}: nothing to do, ${held}`);
  }
  return explained.failures.length > 0 ? 'finding' : 'fine';
}

/** What each alarm would set off if it fired; with a load-driven policy, what a load check would do now. */
function plansOf({ explanation: { policy, demand: load, up, down }, failures }: ExplainedStream) {
  if (policy !== 'doubling') {
    const unknown = failures.length > 0 ? describeFailures(failures) : 'nothing is known of its traffic';
    // Scripts read the plan under the name `look`.
    return [{ by: 'look', title: 'Load check', plan: load?.plan, held: heldBy(load?.decision, unknown) }];
  }
  return [up, down].map(({ direction, plan, decision }) => ({
    by: direction,
    title: `Scale ${direction}`,
    plan,
    held: heldBy(decision, 'the alarm is missing'),
  }));
}

function heldBy(decision: ScalingDecision | undefined, otherwise: string): string {
  return decision?.kind === 'hold' ? decision.reason : otherwise;
}
