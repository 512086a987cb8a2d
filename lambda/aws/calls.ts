/** Turns what the SDK throws into values: the error code, and whether the same call may work later unchanged. */
import type { Answer, CallFailure } from '../ports.ts';

/** No answer came, so nobody knows whether the call was carried out. */
export const unansweredCodes: ReadonlySet<string> = new Set(['Timeout', 'ConnectionReset', 'InternalFailure']);

/** AWS answered, and not what was asked for; the same call may work later. */
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

const throttlingCodes: ReadonlySet<string> = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
]);
const connectionCodes: ReadonlySet<string> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN']);
const timeoutNames: ReadonlySet<string> = new Set([
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
  'ETIMEDOUT',
]);

function describeError(error: unknown): Omit<CallFailure, 'call'> {
  if (!(error instanceof Error)) throw error;
  if (error instanceof UnusableAnswer) return { code: error.code, message: error.message, retryable: true };
  const { name, message } = error;
  const { code, $metadata } = error as Error & { code?: string; $metadata?: { httpStatusCode?: number } };
  // First the socket's own code: the SDK names a reset connection TimeoutError as well.
  if (code !== undefined && connectionCodes.has(code)) return { code: 'ConnectionReset', message, retryable: true };
  if (timeoutNames.has(name) || (code !== undefined && timeoutNames.has(code)))
    return { code: 'Timeout', message, retryable: true };
  const status = $metadata?.httpStatusCode;
  if (status !== undefined && status >= 500)
    return { code: 'InternalFailure', message: `${name}: ${message}`, retryable: true };
  // Without an answer from AWS this is no failed call but a bug of ours.
  if (status === undefined) throw error;
  return { code: name, message, retryable: throttlingCodes.has(name) || isConcurrentWrite(message) };
}

/** CloudWatch's answer to two writes to one alarm at the same time; it comes with no code of its own. */
function isConcurrentWrite(message: string): boolean {
  return message.includes('A separate request to update this alarm is in progress');
}
