/** Errors of AWS calls as one line each: a stack trace would not help the user. */
import { exitCodes } from '../exit-codes.ts';

export interface DescribedError {
  readonly message: string;
  readonly exitCode: number;
}

const networkErrors: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'ECONNRESET',
  'ETIMEDOUT',
  'EAI_AGAIN',
]);

/** Undefined for an error that does not come from an AWS call. */
export function describeAwsError(error: unknown): DescribedError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message } = error;
  const { code, $metadata } = error as Error & { code?: unknown; $metadata?: { httpStatusCode?: number } };
  if (message === 'Region is missing') {
    const remedy = 'give --region, set AWS_REGION, or use a profile that has a region';
    return { message: `The region is unknown; ${remedy}`, exitCode: exitCodes.usage };
  }
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') {
    const remedy = 'give --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
    return { message: `${message}; ${remedy}`, exitCode: exitCodes.usage };
  }
  if (networkErrors.has(code)) {
    const remedy = 'check --region, --endpoint-url or AWS_ENDPOINT_URL, and the network';
    return { message: `AWS cannot be reached: ${message}; ${remedy}`, exitCode: exitCodes.finding };
  }
  if ($metadata?.httpStatusCode === undefined) return undefined;
  const remedy = 'check the credentials, their permissions and AWS_REGION';
  return { message: `AWS answered ${name}: ${message}; ${remedy}`, exitCode: exitCodes.finding };
}
