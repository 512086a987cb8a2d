import type { LocalAccount } from './account.ts';
import type { ServiceFace } from './wire/api-call.ts';
import { queryFace } from './wire/query-endpoint.ts';

/** STS, for those who ask where they are. */
export function stsFace(account: LocalAccount): ServiceFace {
  return queryFace('https://sts.amazonaws.com/doc/2011-06-15/', {
    GetCallerIdentity: () => ({
      UserId: 'AIDALOCAL',
      Account: account.accountId,
      Arn: `arn:${account.partition}:iam::${account.accountId}:user/local`,
    }),
  });
}
