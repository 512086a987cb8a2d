/** `explain`. */
import type { Verdict } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import { renderExplanation } from './explain.ts';
import { explainStream } from './explained-stream.ts';
import { needsAttention } from './status.ts';

export async function showExplanation(stream: string, session: Session): Promise<Verdict> {
  const { explanation, failures } = await explainStream(stream, session);
  session.answer(
    session.format === 'json'
      ? JSON.stringify({ ...explanation, failures }, null, 2)
      : renderExplanation(explanation, failures, session.columns),
  );
  return needsAttention({ ok: true, streamName: stream, explanation, failures }) ? 'finding' : 'fine';
}
