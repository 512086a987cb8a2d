/**
 * When a stream was first seen ACTIVE with its present shard count. A tag remembers it, since no API of AWS says when a
 * resharding ended, or that somebody resharded by hand. The first sighting is never before the end of the resharding, so
 * whoever waits for the end waits long enough.
 */
import { readJudgedShardCount } from '../alarm/alarm-definition.ts';
import { formatBasicTime, parseBasicTime } from '../time.ts';
import { intentTookEffect, isStepping, lastScaledAtMs, liveAlarms, type StreamState } from './stream-state.ts';
import { clockToleranceMs, type Tags } from './stream-tags.ts';

export const settledTag = 'autoscaling/settled';

export interface SettledShards {
  readonly shardCount: number;
  /** When the stream was first seen ACTIVE with this count, in epoch ms. */
  readonly atMs: number;
}

/** `20260302T091544.775Z 8`. */
export function encodeSettled({ shardCount, atMs }: SettledShards): string {
  return `${formatBasicTime(atMs)} ${shardCount}`;
}

/** Undefined where there is no such tag, where it is garbled, and where its time lies in the future. */
export function readSettled(tags: Tags, nowMs: number): SettledShards | undefined {
  const match = /^(\S+) ([1-9]\d*)$/.exec(tags[settledTag] ?? '');
  const atMs = match?.[1] === undefined ? undefined : parseBasicTime(match[1]);
  if (!match || atMs === undefined || atMs > nowMs + clockToleranceMs) return undefined;
  return { shardCount: Number(match[2]), atMs };
}

/** The sighting that the tag must remember from now on. Undefined while the stream is UPDATING, and when the tag has it. */
export function newlySettled(state: StreamState, nowMs: number): SettledShards | undefined {
  const { status, mode, openShardCount, intent } = state;
  if (status !== 'ACTIVE' || mode !== 'PROVISIONED' || isStepping(state)) return undefined;
  const settled = readSettled(state.tags, nowMs);
  const isNew = settled
    ? settled.shardCount !== openShardCount || (intentTookEffect(state) && settled.atMs < (intent?.atMs ?? 0))
    : intentTookEffect(state) || isJudgedByOthers(state);
  return isNew ? { shardCount: openShardCount, atMs: nowMs } : undefined;
}

/** Where no tag remembers a count, but all alarms judge by another one, somebody has resharded since they were written. */
function isJudgedByOthers(state: StreamState): boolean {
  const judged = liveAlarms(state).map(({ definition }) => readJudgedShardCount(definition.metrics));
  const counts = judged.filter((count) => count !== undefined);
  return counts.length > 0 && counts.every((count) => count !== state.openShardCount);
}

/** When somebody else last changed the shard count: now, if the change has just been found. Undefined where none is known. */
export function reshardedByOthersAtMs(state: StreamState, nowMs: number): number | undefined {
  const found = newlySettled(state, nowMs);
  if (found) return intentTookEffect(state) ? undefined : found.atMs;
  const settled = readSettled(state.tags, nowMs);
  if (!settled) return undefined;
  const { intent } = state;
  const isOurs = intent !== undefined && settled.shardCount === intent.to && settled.atMs >= intent.atMs;
  return isOurs ? undefined : settled.atMs;
}

/** When the shard count last changed, by our scaling or by somebody else. Undefined when no change is known. */
export function lastChangedAtMs(state: StreamState, nowMs: number): number | undefined {
  const times = [lastScaledAtMs(state, nowMs), reshardedByOthersAtMs(state, nowMs)].filter((ms) => ms !== undefined);
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** When the last resharding was surely over, in epoch ms. 0 where none is known. Undefined while it is not surely over. */
export function reshardingOverAtMs(state: StreamState, nowMs: number): number | undefined {
  if (state.status !== 'ACTIVE' || isStepping(state) || newlySettled(state, nowMs)) return undefined;
  return readSettled(state.tags, nowMs)?.atMs ?? 0;
}
