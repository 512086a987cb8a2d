/**
 * Turns what the SDK throws into values. Only this folder knows AWS's error codes: everybody else goes by `failure.kind`, and
 * shows `failure.code` to people.
 */
import type { AwsFailure, FailureKind } from '../../core/report/scaling-report.ts';
import type { Answer } from '../ports.ts';

/** `Timeout`, `ConnectionReset` and `InternalFailure` are codes of ours, for what came without one. */
export const kindsOfCodes: ReadonlyMap<string, FailureKind> = new Map([
  ['Timeout', 'unanswered'],
  ['ConnectionReset', 'unanswered'],
  ['InternalFailure', 'unanswered'],
  ['ResourceInUseException', 'busy'],
  ['ResourceConflictException', 'busy'],
  ['LimitExceededException', 'limit'],
  ['LimitExceeded', 'limit'],
  ['ResourceNotFoundException', 'gone'],
  ['ResourceNotFound', 'gone'],
  ['Throttling', 'throttled'],
  ['ThrottlingException', 'throttled'],
  ['ThrottledException', 'throttled'],
  ['RequestLimitExceeded', 'throttled'],
  ['TooManyRequestsException', 'throttled'],
  ['ProvisionedThroughputExceededException', 'throttled'],
  ['AccessDeniedException', 'denied'],
  ['AccessDenied', 'denied'],
]);

/** AWS answered without what was asked for; the same call may work later. */
export class UnusableAnswer extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export async function call<T>(operation: string, send: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await send() };
  } catch (error) {
    return { ok: false, failure: { call: operation, ...describeError(error) } };
  }
}

const connectionCodes: ReadonlySet<string> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN']);
const timeoutNames: ReadonlySet<string> = new Set([
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
  'ETIMEDOUT',
]);

function describeError(error: unknown): AwsFailure {
  if (!(error instanceof Error)) throw error;
  if (error instanceof UnusableAnswer) {
    return { kind: 'other', code: error.code, message: error.message, retryable: true };
  }
  const { name, message } = error;
  const { code, $metadata } = error as Error & { code?: string; $metadata?: { httpStatusCode?: number } };
  // First the socket's own code: the SDK names a reset connection TimeoutError as well.
  if (code !== undefined && connectionCodes.has(code)) return failureOf('ConnectionReset', message);
  if (timeoutNames.has(name) || (code !== undefined && timeoutNames.has(code))) return failureOf('Timeout', message);
  const status = $metadata?.httpStatusCode;
  if (status !== undefined && status >= 500) return failureOf('InternalFailure', `${name}: ${message}`);
  // Without an answer from AWS this is no failed call but a bug of ours.
  if (status === undefined) throw error;
  return failureOf(name, message);
}

export function failureOf(code: string, message: string): AwsFailure {
  // CloudWatch refuses the second of two simultaneous writes to one alarm; that refusal has no code of its own.
  if (message.includes('A separate request to update this alarm is in progress')) {
    return { kind: 'busy', code, message, retryable: true };
  }
  const kind = kindsOfCodes.get(code) ?? 'other';
  return { kind, code, message, retryable: kind === 'unanswered' || kind === 'throttled' };
}
