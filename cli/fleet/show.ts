/** Asks, and prints as a table or as JSON. */
import type { StreamExplanation } from '../../core/explanation.ts';
import { UsageError } from '../usage-error.ts';
import { renderExplanation, renderPlan } from './explain.ts';
import { askReconciler, type DeploymentChoice, findDeployed } from './reconciler.ts';
import { renderStatus, statusRow } from './status.ts';
import { readUtilization } from './utilization.ts';

export interface ShowOptions extends DeploymentChoice {
  readonly format: 'table' | 'json';
}

export async function showStatus(streams: readonly string[], options: ShowOptions): Promise<void> {
  const { reconciler } = await findDeployed(options);
  const answers = await askReconciler(
    reconciler,
    streams.length > 0 ? { ask: 'explain', streams } : { ask: 'explain' },
  );
  const readable = answers.flatMap((answer) => (answer.ok ? [answer.explanation] : []));
  const utilization = await readUtilization(readable, Date.now());
  const rows = answers.map((answer) => statusRow(answer, utilization));
  console.log(options.format === 'json' ? JSON.stringify(rows, null, 2) : renderStatus(rows));
}

export async function showExplanation(stream: string, options: ShowOptions): Promise<void> {
  const explanation = await explain(stream, options);
  console.log(options.format === 'json' ? JSON.stringify(explanation, null, 2) : renderExplanation(explanation));
}

export async function showPlan(stream: string, options: ShowOptions): Promise<void> {
  const { up, down } = await explain(stream, options);
  if (options.format === 'json') {
    console.log(JSON.stringify({ up: up.plan ?? null, down: down.plan ?? null }, null, 2));
    return;
  }
  for (const { direction, plan, decision } of [up, down]) {
    const held = decision?.kind === 'hold' ? decision.reason : 'the alarm is missing';
    console.log(plan ? renderPlan(direction, plan) : `Scale ${direction}: nothing to do, ${held}`);
  }
}

async function explain(stream: string, options: ShowOptions): Promise<StreamExplanation> {
  const { reconciler } = await findDeployed(options);
  const [answer] = await askReconciler(reconciler, { ask: 'explain', streams: [stream] });
  if (answer?.ok) return answer.explanation;
  const failures = answer?.failures ?? [];
  if (failures.some(({ code }) => code.startsWith('ResourceNotFound'))) {
    throw new UsageError(
      `"${stream}": there is no such stream in this region; \`status\` lists those that are managed`,
    );
  }
  const calls = failures.map(({ call, code, message }) => `${call}: ${code} ${message}`);
  throw new UsageError(`"${stream}" could not be read, try again. ${calls.join('; ')}`);
}
