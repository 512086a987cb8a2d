/** `status`: asks the reconcilers of one or more regions, and prints their fleets as one table or as JSON. */
import type { AwsAccess } from '../aws/access.ts';
import { describeAwsError } from '../aws/describe-error.ts';
import { FindingError, type Verdict } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import { findDeployed, requestExplanations } from './reconciler.ts';
import { hasFinding, renderStatus, type StatusRow, statusRow } from './status.ts';
import { readUtilization } from './utilization.ts';

export async function showStatus(streams: readonly string[], session: Session): Promise<Verdict> {
  const { format } = session;
  const accesses = await session.accesses();
  const progress = session.startProgress('asking the reconciler');
  const answers = await Promise.allSettled(accesses.map((access) => rowsOf(access, streams, session))).finally(
    progress.end,
  );
  const rows = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const failures = answers.flatMap((answer, index) =>
    answer.status === 'rejected' ? [{ region: accesses[index]?.region, error: answer.reason }] : [],
  );
  const [first] = failures;
  // With one region its error is the answer; with several, the others still count.
  if (first && failures.length === accesses.length) throw first.error;
  session.answer(format === 'json' ? JSON.stringify(rows, null, 2) : renderStatus(rows, session.columns));
  for (const { region, error } of failures) session.complain(`${region}: ${describe(error)}`);
  return failures.length > 0 || rows.some(hasFinding) ? 'finding' : 'fine';
}

async function rowsOf(access: AwsAccess, streams: readonly string[], { stack }: Session): Promise<StatusRow[]> {
  const { reconciler } = await findDeployed(access, stack);
  const request = { ask: 'explain' as const, ...(streams.length > 0 ? { streams } : {}) };
  const answers = await requestExplanations(access, reconciler, request);
  const readable = answers.flatMap((answer) => (answer.ok ? [answer.explanation] : []));
  const utilization = await readUtilization(access, readable, Date.now());
  return answers.map((answer) => statusRow(access.region ?? null, answer, utilization));
}

function describe(error: unknown): string {
  if (error instanceof FindingError) return error.message;
  const described = describeAwsError(error);
  if (described === undefined) throw error;
  return described.message;
}
