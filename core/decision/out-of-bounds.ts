/**
 * The minimum and the maximum hold even when no alarm fires. The reconciler brings a stream outside them back, one step of
 * at most x2 or 1/2 a run. The rules of an ordinary scaling apply, except cooldowns and the reserve: those wait for the load
 * to prove itself, and a bound does not depend on load.
 */
import type { Direction } from '../alarm/alarm-definition.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import { intendedShardCount } from '../stream/stream-state.ts';
import { boundTarget } from './bounds.ts';
import { nextCallAtMs } from './daily-quota.ts';
import { type HoldDecision, hold, type Operands, type ScalingDecision } from './decision.ts';
import { holdReasons } from './hold-reasons.ts';

/** Undefined when the stream lies within its bounds, when AWS scales it (on-demand), and while it is not ACTIVE. */
export function moveIntoBounds(facts: StreamFacts): ScalingDecision | undefined {
  const { state, settings } = facts;
  const { status, mode } = state;
  const openShardCount = intendedShardCount(state);
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

/** The reserve is kept for load. A bound may spend it. */
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
