/** What the deployed reconciler knows of one stream. */
import type { StreamExplanation } from '../../core/report/explanation.ts';
import type { ExplainAnswer } from '../../lambda/triggers/explain.ts';
import { FindingError } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import { findDeployed, requestExplanations } from './reconciler.ts';

export interface ExplainedStream {
  readonly explanation: StreamExplanation;
  /** Calls that failed: what rests on them is unknown. */
  readonly failures: ExplainAnswer['failures'];
}

/** @throws FindingError for a stream that does not exist or cannot be read */
export async function explainStream(stream: string, session: Session): Promise<ExplainedStream> {
  const access = await session.access();
  const progress = session.startProgress('asking the reconciler');
  try {
    const { reconciler } = await findDeployed(access, session.stack);
    const [answer] = await requestExplanations(access, reconciler, { ask: 'explain', streams: [stream] });
    if (answer?.ok) return answer;
    const failures = answer?.failures ?? [];
    if (failures.some(({ code }) => code.startsWith('ResourceNotFound'))) throw noSuchStream(stream);
    throw new FindingError(`"${stream}" could not be read, try again. ${describeFailures(failures)}`);
  } finally {
    progress.end();
  }
}

export function describeFailures(failures: ExplainAnswer['failures']): string {
  return failures.map(({ call, code, message }) => `${call}: ${code} ${message}`).join('; ');
}

export function noSuchStream(stream: string): FindingError {
  return new FindingError(
    `"${stream}": there is no such stream in this region; \`status\` lists those that are managed`,
  );
}
