/**
 * The minimum and the maximum hold even when no alarm fires: the reconciler brings a stream that lies outside them back in
 * steps of x2 and 1/2, one a run. The same guards as for an alarm's scaling apply, except cooldowns and the reserve: a
 * bound is no judgement of load that could be premature.
 */
import type { Direction } from '../alarm/alarm-definition.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import { boundTarget } from './bounds.ts';
import { nextCallAtMs } from './daily-quota.ts';
import { type HoldDecision, hold, type Operands, type ScalingDecision } from './decision.ts';
import { holdReasons } from './hold-reasons.ts';

/** Undefined when the stream lies within its bounds, or cannot be scaled now for a reason that ends by itself. */
export function moveIntoBounds(facts: StreamFacts): ScalingDecision | undefined {
  const { state, settings } = facts;
  const { openShardCount, status, mode } = state;
  const { minShards, maxShards } = settings;
  if (mode === 'ON_DEMAND' || status !== 'ACTIVE') return undefined;
  if (openShardCount >= minShards && openShardCount <= maxShards) return undefined;
  const direction = openShardCount < minShards ? 'up' : 'down';
  const bounds = { openShardCount, minShards, maxShards };
  const held = holdForCalls(direction, bounds, facts);
  if (held) return held;
  const wanted = direction === 'up' ? minShards : maxShards;
  const targetShardCount = boundTarget(wanted, { direction, openShardCount }, settings);
  const because = { rule: holdReasons['at-minimum'].rule, ...bounds };
  return { kind: 'scale', direction, openShardCount, targetShardCount, because };
}

/** The reserve is for scale-ups that the load asks for; a bound may spend it. */
function holdForCalls(
  direction: Direction,
  bounds: Operands,
  { state, settings: { dailyQuota } }: StreamFacts,
): HoldDecision | undefined {
  const { refusal, ledger } = state;
  const operands = { ...bounds, direction, callsInLastDay: ledger.length, dailyQuota };
  if (direction === 'up' && refusal?.reason === 'account-shard-limit') {
    return hold('account-shard-limit', operands, refusal.untilMs);
  }
  const freeAtMs = nextCallAtMs(state, dailyQuota);
  return freeAtMs === undefined ? undefined : hold('daily-quota', operands, freeAtMs);
}
