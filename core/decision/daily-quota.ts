/**
 * How many UpdateShardCount calls of a stream's rolling day are left, and when the next one is free. The ledger knows our
 * own calls. When AWS refuses one that the ledger would have allowed, somebody else has spent the quota.
 */
import { awsFacts } from '../aws-facts.ts';
import type { StreamState } from '../stream/stream-state.ts';

/** What is known about the calls of the last day. */
export type CallsMade = Pick<StreamState, 'ledger' | 'refusal'>;

/**
 * @param dailyQuota calls that AWS allows in 24 hours.
 * @param reserve calls that are kept for something more urgent.
 * @returns calls that may be made now; 0 while AWS refuses them.
 */
export function callsLeft({ ledger, refusal }: CallsMade, dailyQuota: number, reserve = 0): number {
  return refusal?.reason === 'daily-quota' ? 0 : Math.max(0, dailyQuota - reserve - ledger.length);
}

/** When the next call is free, in epoch ms. Undefined while one is left. */
export function nextCallAtMs({ ledger, refusal }: CallsMade, dailyQuota: number, reserve = 0): number | undefined {
  if (refusal?.reason === 'daily-quota') return refusal.untilMs;
  const freeing = ledger[ledger.length - (dailyQuota - reserve)];
  return freeing === undefined ? undefined : freeing + awsFacts.updateShardCountWindow.value;
}
