import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../../../core/report/scaling-report.ts';
import { call } from '../../../lambda/aws/calls.ts';

function awsError(name: string, httpStatusCode?: number, message = 'AWS says so', code?: string): Error {
  const metadata = httpStatusCode === undefined ? {} : { $metadata: { httpStatusCode } };
  return Object.assign(new Error(message), { name, ...metadata, ...(code ? { code } : {}) });
}
const failing = (error: unknown) => call('kinesis:AddTagsToStream', () => Promise.reject(error));

describe('the kind and code of a failure', () => {
  it('are none where AWS answers', async () => {
    expect(await call('kinesis:AddTagsToStream', async () => 4)).toEqual({ ok: true, value: 4 });
  });

  it.each<[string, Error, string, FailureKind, boolean]>([
    ['throttled', awsError('ThrottlingException', 400), 'ThrottlingException', 'throttled', true],
    ['throttled by CloudWatch', awsError('Throttling', 400), 'Throttling', 'throttled', true],
    ['throttled by Lambda', awsError('TooManyRequestsException', 429), 'TooManyRequestsException', 'throttled', true],
    ['refused', awsError('AccessDeniedException', 400), 'AccessDeniedException', 'denied', false],
    ['the alarm quota, which is no throttling', awsError('LimitExceeded', 400), 'LimitExceeded', 'limit', false],
    ['the stream’s quota', awsError('LimitExceededException', 400), 'LimitExceededException', 'limit', false],
    ['another change under way', awsError('ResourceInUseException', 400), 'ResourceInUseException', 'busy', false],
    [
      'a stream that is not there',
      awsError('ResourceNotFoundException', 400),
      'ResourceNotFoundException',
      'gone',
      false,
    ],
    ['an alarm that is not there', awsError('ResourceNotFound', 404), 'ResourceNotFound', 'gone', false],
    [
      'a code that nobody has met',
      awsError('InvalidArgumentException', 400),
      'InvalidArgumentException',
      'other',
      false,
    ],
    [
      'two writes to one alarm, which has no code of its own',
      awsError('ValidationError', 400, 'A separate request to update this alarm is in progress'),
      'ValidationError',
      'busy',
      true,
    ],
    ['broken on their side', awsError('InternalFailure', 500), 'InternalFailure', 'unanswered', true],
    ['overloaded, under another name', awsError('ServiceUnavailable', 503), 'InternalFailure', 'unanswered', true],
    ['timed out here', awsError('TimeoutError'), 'Timeout', 'unanswered', true],
    ['timed out by the socket', awsError('Error', undefined, '', 'ETIMEDOUT'), 'Timeout', 'unanswered', true],
    ['cut off', awsError('Error', undefined, 'socket hang up', 'ECONNRESET'), 'ConnectionReset', 'unanswered', true],
    [
      'cut off, under the name that the SDK gives it',
      awsError('TimeoutError', undefined, '', 'ECONNRESET'),
      'ConnectionReset',
      'unanswered',
      true,
    ],
    ['never reached', awsError('Error', undefined, '', 'ENOTFOUND'), 'ConnectionReset', 'unanswered', true],
  ])('%s', async (_what, error, code, kind, retryable) => {
    expect(await failing(error)).toEqual({
      ok: false,
      failure: { call: 'kinesis:AddTagsToStream', kind, code, message: expect.any(String), retryable },
    });
  });

  it('keep AWS’s own name in the message where the service is broken', async () => {
    expect(await failing(awsError('ServiceUnavailable', 503))).toMatchObject({
      failure: { message: 'ServiceUnavailable: AWS says so' },
    });
  });
});

describe('what is no failed call', () => {
  it.each([new TypeError('x is undefined'), 'a string', awsError('CredentialsProviderError')])(
    'is thrown again: %s',
    async (error) => {
      await expect(failing(error)).rejects.toBe(error);
    },
  );
});
