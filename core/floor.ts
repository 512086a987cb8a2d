/**
 * A floor for some time: "at least 16 shards until 10:00". A schedule writes it as a tag on the stream when its hour comes;
 * while it stands it is the stream's minimum, so that alarms, rules and the reconciler need not know of schedules at all.
 */
import type { StreamSettings } from './knobs.ts';
import type { Tags } from './stream-tags.ts';
import { formatBasicTime, parseBasicTime } from './timestamps.ts';

export const floorTag = 'autoscaling/floor';

export interface Floor {
  readonly shards: number;
  readonly untilMs: number;
}

/** `16 until 20260302T100000.000Z`. */
export function encodeFloor({ shards, untilMs }: Floor): string {
  return `${shards} until ${formatBasicTime(untilMs)}`;
}

/** The floor in force now; undefined when there is none, it is over, or it cannot be read. */
export function readFloor(tags: Tags, nowMs: number): Floor | undefined {
  const match = /^([1-9]\d{0,4}) until (\S+)$/.exec(tags[floorTag] ?? '');
  const untilMs = match?.[2] === undefined ? undefined : parseBasicTime(match[2]);
  if (!match || untilMs === undefined || untilMs <= nowMs) return undefined;
  return { shards: Number(match[1]), untilMs };
}

/** The settings while a floor stands; never above the maximum. */
export function raiseMinimum(settings: StreamSettings, floor: Floor | undefined): StreamSettings {
  if (!floor) return settings;
  return { ...settings, minShards: Math.max(settings.minShards, Math.min(floor.shards, settings.maxShards)) };
}
