/** Failures of calls, as several runs meet them. */
import type { Answer, CallFailure } from '../ports.ts';

export function failuresOf(answers: readonly Answer<unknown>[]): readonly CallFailure[] {
  return answers.flatMap((answer) => (answer.ok ? [] : [answer.failure]));
}

/** Turns an unexpected exception into a failure of this one stream, so that the others are still processed. */
export function bugOf(call: string, error: unknown): CallFailure {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { call, kind: 'other', code: 'Bug', message, retryable: false };
}

/** Whether AWS knows the stream no longer. The tagging API may go on naming one that Kinesis has deleted. */
export function isStreamGone(failures: readonly CallFailure[]): boolean {
  return failures.every(({ kind }) => kind === 'gone');
}
