/** Sends an explain request to the deployed reconciler and prints its answer as a table or as JSON. */
import type { ScalingDecision } from '../../core/decision/decision.ts';
import type { StreamExplanation } from '../../core/report/explanation.ts';
import type { ExplainAnswer } from '../../lambda/triggers/explain.ts';
import { UsageError } from '../usage-error.ts';
import { describeFailures, renderExplanation } from './explain.ts';
import { renderPlan } from './plan.ts';
import { type DeploymentChoice, findDeployed, noSuchStream, requestExplanations } from './reconciler.ts';
import { renderStatus, statusRow } from './status.ts';
import { readUtilization } from './utilization.ts';

export interface ShowOptions extends DeploymentChoice {
  readonly format: 'table' | 'json';
}

export async function showStatus(streams: readonly string[], options: ShowOptions): Promise<void> {
  const { reconciler } = await findDeployed(options);
  const answers = await requestExplanations(
    reconciler,
    streams.length > 0 ? { ask: 'explain', streams } : { ask: 'explain' },
  );
  const readable = answers.flatMap((answer) => (answer.ok ? [answer.explanation] : []));
  const utilization = await readUtilization(readable, Date.now());
  const rows = answers.map((answer) => statusRow(answer, utilization));
  console.log(options.format === 'json' ? JSON.stringify(rows, null, 2) : renderStatus(rows));
}

export async function showExplanation(stream: string, options: ShowOptions): Promise<void> {
  const { explanation, failures } = await explain(stream, options);
  console.log(
    options.format === 'json'
      ? JSON.stringify({ ...explanation, failures }, null, 2)
      : renderExplanation(explanation, failures),
  );
}

export async function showPlan(stream: string, options: ShowOptions): Promise<void> {
  const planned = plansOf(await explain(stream, options));
  if (options.format === 'json') {
    const plans = Object.fromEntries(planned.map(({ by, plan }) => [by, plan ?? null]));
    console.log(JSON.stringify(plans, null, 2));
    return;
  }
  for (const { title, plan, held } of planned)
    console.log(plan ? renderPlan(plan) : `${title}: nothing to do, ${held}`);
}

/** What each alarm would set off if it fired; with a load-driven policy, what a load check would do now. */
function plansOf({ explanation: { policy, demand: load, up, down }, failures }: Explained) {
  const heldBy = (decision: ScalingDecision | undefined, otherwise: string) =>
    decision?.kind === 'hold' ? decision.reason : otherwise;
  if (policy !== 'doubling') {
    const unknown = failures.length > 0 ? describeFailures(failures) : 'nothing is known of its traffic';
    const held = heldBy(load?.decision, unknown);
    return [{ by: 'look', title: 'Load check', plan: load?.plan, held }];
  }
  return [up, down].map(({ direction, plan, decision }) => ({
    by: direction,
    title: `Scale ${direction}`,
    plan,
    held: heldBy(decision, 'the alarm is missing'),
  }));
}

/** What is known of a stream, and what could not be read. */
interface Explained {
  readonly explanation: StreamExplanation;
  readonly failures: ExplainAnswer['failures'];
}

async function explain(stream: string, options: ShowOptions): Promise<Explained> {
  const { reconciler } = await findDeployed(options);
  const [answer] = await requestExplanations(reconciler, { ask: 'explain', streams: [stream] });
  if (answer?.ok) return answer;
  const failures = answer?.failures ?? [];
  if (failures.some(({ code }) => code.startsWith('ResourceNotFound'))) {
    throw noSuchStream(stream);
  }
  throw new UsageError(`"${stream}" could not be read, try again. ${describeFailures(failures)}`);
}
