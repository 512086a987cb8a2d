/** `status`: asks the reconcilers of one or more regions, and prints their fleets as one table or as JSON. */
import type { AwsAccess } from '../aws/access.ts';
import { describeAwsError } from '../aws/describe-error.ts';
import { FindingError, type Verdict } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import { findDeployed, requestExplanations } from './reconciler.ts';
import { needsAttention, renderStatus, statusRow } from './status.ts';
import { readUtilization } from './utilization.ts';

export async function showStatus(streams: readonly string[], session: Session): Promise<Verdict> {
  const { format } = session;
  const accesses = await session.accesses();
  const progress = session.startProgress('asking the reconciler');
  const fleets = await Promise.allSettled(accesses.map((access) => readFleet(access, streams, session))).finally(
    progress.end,
  );
  const read = fleets.flatMap((fleet) => (fleet.status === 'fulfilled' ? [fleet.value] : []));
  const failures = fleets.flatMap((fleet, index) =>
    fleet.status === 'rejected' ? [{ region: accesses[index]?.region, error: fleet.reason }] : [],
  );
  const [first] = failures;
  // With one region its error is the answer; with several, the others still count.
  if (first && failures.length === accesses.length) throw first.error;
  const rows = read.flatMap((fleet) => fleet.rows);
  const layout = { columns: session.columns, showsRegion: accesses.length > 1 };
  session.answer(format === 'json' ? JSON.stringify(rows, null, 2) : renderStatus(rows, layout));
  for (const { region, error } of failures) session.complain(`${region}: ${describe(error)}`);
  return failures.length > 0 || read.some(({ verdict }) => verdict === 'finding') ? 'finding' : 'fine';
}

async function readFleet(access: AwsAccess, streams: readonly string[], { stack }: Session) {
  const { reconciler } = await findDeployed(access, stack);
  const request = { ask: 'explain' as const, ...(streams.length > 0 ? { streams } : {}) };
  const answers = await requestExplanations(access, reconciler, request);
  const readable = answers.flatMap((answer) => (answer.ok ? [answer.explanation] : []));
  const utilization = await readUtilization(access, readable, Date.now());
  return {
    rows: answers.map((answer) => statusRow(access.region ?? null, answer, utilization)),
    verdict: answers.some(needsAttention) ? 'finding' : 'fine',
  };
}

function describe(error: unknown): string {
  if (error instanceof FindingError) return error.message;
  const described = describeAwsError(error);
  if (described === undefined) throw error;
  return described.message;
}
