/** Errors of AWS calls as one line each: a stack trace would not help the user. */
const unreachable: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'ECONNRESET',
  'ETIMEDOUT',
  'EAI_AGAIN',
]);

/** One line with the way out; undefined for anything else. */
export function describeAwsError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message } = error;
  const { code, $metadata } = error as Error & { code?: unknown; $metadata?: { httpStatusCode?: number } };
  if (name === 'CredentialsProviderError' || message === 'Region is missing') {
    return `${message}; set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_REGION`;
  }
  if (unreachable.has(code))
    return `AWS cannot be reached: ${message}; check AWS_REGION, AWS_ENDPOINT_URL and the network`;
  if ($metadata?.httpStatusCode === undefined) return undefined;
  return `AWS answered ${name}: ${message}; check the credentials, their permissions and AWS_REGION`;
}
