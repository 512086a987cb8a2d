import { AwsServiceError } from './aws-service-error.ts';

/** The code of the refusals that AWS would not make: the request is right, but nobody here does what it asks for. */
export const NOT_MODELLED = 'NotModelled';

/**
 * @param what such as `the statistic p99`
 * @param remedy what to do instead; an imperative
 */
export function notModelled(what: string, remedy = 'remove it'): AwsServiceError {
  return new AwsServiceError(NOT_MODELLED, `not modelled by local AWS: ${what}; ${remedy}`);
}
