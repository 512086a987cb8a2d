import { AwsServiceError } from '../aws-service-error.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

/** @throws AwsServiceError InvalidNextToken for a token that no page handed out */
export function takePage<T>(items: readonly T[], pageSize: number, token: string | undefined): Page<T> {
  const from = token === undefined ? 0 : offsetOf(token);
  const page = items.slice(from, from + pageSize);
  return from + pageSize < items.length ? { items: page, nextToken: tokenOf(from + pageSize) } : { items: page };
}

function tokenOf(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString('base64url');
}

function offsetOf(token: string): number {
  const match = /^offset:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match === null) throw new AwsServiceError('InvalidNextToken', 'The specified NextToken is invalid.');
  return Number(match[1]);
}
