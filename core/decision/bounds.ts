/**
 * The bounds of a target. An alarm or a load policy proposes a shard count. AWS's step limits and the user's minimum and
 * maximum bound it.
 */
import type { Direction } from '../alarm/alarm-definition.ts';
import { awsFacts } from '../aws-facts.ts';
import type { StreamSettings } from '../settings/stream-settings.ts';

export interface ScalingRequest {
  readonly direction: Direction;
  readonly openShardCount: number;
}

/** What one UpdateShardCount call can reach: at most twice the open count, at least half of it, rounded up. */
export function reachableShardCounts(openShardCount: number): { readonly lowest: number; readonly highest: number } {
  return {
    lowest: Math.ceil(openShardCount * awsFacts.largestStepDown.value),
    highest: Math.min(openShardCount * awsFacts.largestStepUp.value, awsFacts.shardsPerStream.value),
  };
}

/**
 * Brings a wanted target within the user's bounds and the reach of one call. The result never goes against the direction,
 * and equals the open count where no move is possible.
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
