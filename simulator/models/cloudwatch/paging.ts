import { AwsServiceError } from '../aws-service-error.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

interface PageRange {
  readonly from: number;
  readonly to: number;
  /** Absent on the last page. */
  readonly nextToken?: string;
}

/** @throws AwsServiceError InvalidNextToken for a token that no page handed out */
export function takePage<T>(items: readonly T[], pageSize: number, token: string | undefined): Page<T> {
  const { from, to, nextToken } = pageRange(items.length, pageSize, token);
  return { items: items.slice(from, to), ...(nextToken === undefined ? {} : { nextToken }) };
}

/**
 * Where a page of `count` items begins and ends.
 * @throws AwsServiceError InvalidNextToken for a token that no page handed out
 */
export function pageRange(count: number, pageSize: number, token: string | undefined): PageRange {
  const from = token === undefined ? 0 : offsetOf(token);
  const to = Math.min(from + pageSize, count);
  return to < count ? { from, to, nextToken: tokenOf(to) } : { from, to };
}

function tokenOf(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString('base64url');
}

function offsetOf(token: string): number {
  const match = /^offset:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match === null) throw new AwsServiceError('InvalidNextToken', 'The specified NextToken is invalid.');
  return Number(match[1]);
}
