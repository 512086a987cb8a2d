/** The one account and region that local AWS is, and the ARNs in it. */
export interface LocalAccount {
  readonly accountId: string;
  readonly region: string;
  readonly partition: 'aws';
}

/** The account of AWS's documentation. */
export const DEFAULT_ACCOUNT: LocalAccount = { accountId: '123456789012', region: 'eu-west-1', partition: 'aws' };

/** @param resource what follows the account in the ARN, such as `stream/orders`. */
export function arnOf(account: LocalAccount, service: string, resource: string): string {
  return `arn:${account.partition}:${service}:${account.region}:${account.accountId}:${resource}`;
}
