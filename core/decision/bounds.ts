/**
 * Between "may the stream be scaled" (scaling-decision.ts) and "to how many shards" (policies/). A policy proposes; AWS's step
 * limits and the user's minimum and maximum then bound what it proposed.
 */
import type { Direction } from '../alarm/alarm-definition.ts';
import { awsFacts } from '../aws-facts.ts';
import type { StreamSettings } from '../settings/stream-settings.ts';

export interface ScalingRequest {
  readonly direction: Direction;
  readonly openShardCount: number;
}

/** What one UpdateShardCount call can reach: at most twice the open count, not below half of it, rounded up. */
export function reachableShardCounts(openShardCount: number): { readonly lowest: number; readonly highest: number } {
  return {
    lowest: Math.ceil(openShardCount * awsFacts.largestStepDown.value),
    highest: Math.min(openShardCount * awsFacts.largestStepUp.value, awsFacts.shardsPerStream.value),
  };
}

/**
 * A wanted target brought within the user's bounds and one call's reach, never past the open count against the direction.
 * Equal to the open count when nothing is possible.
 */
export function boundTarget(
  wanted: number,
  request: ScalingRequest,
  settings: Pick<StreamSettings, 'minShards' | 'maxShards'>,
): number {
  const { direction, openShardCount } = request;
  const { lowest, highest } = reachableShardCounts(openShardCount);
  if (direction === 'up') return Math.max(openShardCount, Math.min(wanted, highest, settings.maxShards));
  return Math.min(openShardCount, Math.max(wanted, lowest, settings.minShards));
}
