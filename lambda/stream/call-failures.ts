/** Failures that several functions tell alike. */
import type { CallFailure } from '../ports.ts';

/** What no code of ours expected, told as the failure of one stream's turn: the others have theirs all the same. */
export function bugOf(call: string, error: unknown): CallFailure {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { call, kind: 'other', code: 'Bug', message, retryable: false };
}

/** Whether AWS knows the stream no longer. The tagging API may go on naming one that Kinesis has deleted. */
export function isStreamGone(failures: readonly CallFailure[]): boolean {
  return failures.every(({ kind }) => kind === 'gone');
}
