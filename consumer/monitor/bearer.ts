/** The bearer check of the monitor. */
import { createHash, timingSafeEqual } from 'node:crypto';

export type BearerCheck = (authorization: string | undefined) => boolean;

/**
 * A check of the `Authorization` header: exactly two fields, the scheme in any case. Digests are compared, in constant
 * time, so that neither the token nor its length shows in how long an answer takes.
 */
export function createBearerCheck(token: string): BearerCheck {
  const expected = digest(token);
  return (authorization) => {
    const [scheme, presented, ...rest] = (authorization ?? '').trim().split(/\s+/);
    if (scheme?.toLowerCase() !== 'bearer' || presented === undefined || rest.length > 0) return false;
    return timingSafeEqual(digest(presented), expected);
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
