/** `explain`. */
import type { Verdict } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import { renderExplanation } from './explain.ts';
import { explainStream } from './explained-stream.ts';
import { findingsOf } from './status.ts';

export async function showExplanation(stream: string, session: Session): Promise<Verdict> {
  const explained = await explainStream(stream, session);
  const { explanation, failures } = explained;
  session.answer(
    session.format === 'json'
      ? JSON.stringify({ ...explanation, failures }, null, 2)
      : renderExplanation(explanation, failures, session.columns),
  );
  return findingsOf(explained).length > 0 ? 'finding' : 'fine';
}
