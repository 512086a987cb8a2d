/**
 * The minimum and the maximum hold even when no alarm fires: the reconciler brings a stream that lies outside them back in
 * steps of x2 and 1/2, one a run. The same guards as for an alarm's scaling apply, except cooldowns and the reserve: a
 * bound is no judgement of load that could be premature.
 */
import { awsFacts } from '../aws-facts.ts';
import type { StreamSettings } from '../settings/stream-settings.ts';
import type { StreamState } from '../stream/stream-state.ts';
import type { Ledger } from '../stream/stream-tags.ts';
import { boundTarget } from './bounds.ts';
import type { ScalingDecision } from './decision.ts';
import { refusalOf } from './rules.ts';

/** Undefined when the stream lies within its bounds, or cannot be scaled now for a reason that ends by itself. */
export function moveIntoBounds(state: StreamState, settings: StreamSettings): ScalingDecision | undefined {
  const { openShardCount, status, mode, ledger } = state;
  if (mode === 'ON_DEMAND' || status !== 'ACTIVE') return undefined;
  const direction = openShardCount < settings.minShards ? 'up' : 'down';
  const wanted = direction === 'up' ? settings.minShards : settings.maxShards;
  if (direction === 'down' && openShardCount <= settings.maxShards) return undefined;
  const because = { rule: 9, openShardCount, minShards: settings.minShards, maxShards: settings.maxShards };
  const refusal = refusalOf(state, direction);
  const quotaEndsMs = refusal?.untilMs ?? spentQuotaEndsMs(ledger, settings.dailyQuota);
  if (quotaEndsMs !== undefined) {
    return {
      kind: 'hold',
      reason: refusal?.reason ?? 'daily-quota',
      because: { ...because, rule: 10, direction, callsInLastDay: ledger.length, dailyQuota: settings.dailyQuota },
      retryAtMs: quotaEndsMs,
    };
  }
  const targetShardCount = boundTarget(wanted, { direction, openShardCount }, settings);
  return { kind: 'scale', direction, openShardCount, targetShardCount, because };
}

function spentQuotaEndsMs(ledger: Ledger, dailyQuota: number): number | undefined {
  const freeing = ledger[ledger.length - dailyQuota];
  return freeing === undefined ? undefined : freeing + awsFacts.updateShardCountWindow.value;
}
