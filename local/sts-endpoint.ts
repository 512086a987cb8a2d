import type { LocalAccount } from './account.ts';
import type { ServiceEndpoint } from './wire/api-call.ts';
import { queryEndpoint } from './wire/query-endpoint.ts';

/** STS, for callers that want to know their account. */
export function stsEndpoint(account: LocalAccount): ServiceEndpoint {
  return queryEndpoint('https://sts.amazonaws.com/doc/2011-06-15/', {
    GetCallerIdentity: () => ({
      UserId: 'AIDALOCAL',
      Account: account.accountId,
      Arn: `arn:${account.partition}:iam::${account.accountId}:user/local`,
    }),
  });
}
