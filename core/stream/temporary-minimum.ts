/**
 * A floor for some time: "at least 16 shards until 10:00". A schedule writes it as a tag on the stream when its hour comes;
 * while it stands it is the stream's minimum, so that alarms, rules and the reconciler need not know of schedules at all.
 * Floors of several schedules may overlap: the highest one counts, and the end of one does not end another.
 */
import { awsFacts } from '../aws-facts.ts';
import { type Fault, fail, quote, type Result, succeed } from '../result.ts';
import { unknownKey } from '../settings/read-stream-settings.ts';
import type { StreamSettings } from '../settings/stream-settings.ts';
import { formatBasicTime, parseBasicTime } from '../time.ts';
import type { Tags } from './stream-tags.ts';

export const temporaryMinimumTag = 'autoscaling/floor';
/** A week: whoever wants a floor for longer wants a minimum. */
export const longestTemporaryMinimumMinutes = 10_080;

export interface TemporaryMinimum {
  readonly shards: number;
  readonly untilMs: number;
}

/** What a schedule asks for. */
export interface TemporaryMinimumRequest {
  readonly stream: string;
  readonly shards: number;
  readonly minutes: number;
}

/** Between floors in the tag; a tag takes no comma. */
const separator = ' / ';
/** So many fit into the 255 characters of a tag's value. */
const mostTemporaryMinimums = 7;

/** `16 until 20260302T100000.000Z`. */
export function encodeTemporaryMinimum({ shards, untilMs }: TemporaryMinimum): string {
  return `${shards} until ${formatBasicTime(untilMs)}`;
}

/** Value of the tag with one floor more. Floors that are over, or lower and shorter than another, are dropped. */
export function addTemporaryMinimum(tags: Tags, floor: TemporaryMinimum, nowMs: number): string {
  const floors = highestFirst([...readTemporaryMinimums(tags, nowMs), floor]);
  const outlasting = floors.filter(({ untilMs }, index) =>
    floors.slice(0, index).every((higher) => higher.untilMs < untilMs),
  );
  return outlasting.slice(0, mostTemporaryMinimums).map(encodeTemporaryMinimum).join(separator);
}

/** The floor in force now, the highest of several; undefined when there is none, it is over, or it cannot be read. */
export function readTemporaryMinimum(tags: Tags, nowMs: number): TemporaryMinimum | undefined {
  return highestFirst(readTemporaryMinimums(tags, nowMs))[0];
}

/** The settings while a floor stands; never above the maximum. */
export function withTemporaryMinimum(settings: StreamSettings, floor: TemporaryMinimum | undefined): StreamSettings {
  if (!floor) return settings;
  return { ...settings, minShards: Math.max(settings.minShards, Math.min(floor.shards, settings.maxShards)) };
}

/** Reads `{"floor": {"stream": "orders", "shards": 16, "minutes": 120}}`; undefined for an event about something else. */
export function readTemporaryMinimumRequest(event: unknown): Result<TemporaryMinimumRequest> | undefined {
  const { floor } = (event ?? {}) as { readonly floor?: unknown };
  if (floor === undefined) return undefined;
  if (typeof floor !== 'object' || floor === null) {
    const remedy = 'give {"stream", "shards", "minutes"}';
    return fail([{ field: 'floor', value: quote(floor), problem: 'is not an object', remedy }]);
  }
  const { stream, shards, minutes, ...rest } = floor as Readonly<Record<string, unknown>>;
  const faults: Fault[] = Object.keys(rest).map((key) => unknownKey(`floor.${key}`, ['stream', 'shards', 'minutes']));
  const isName = typeof stream === 'string' && stream !== '';
  if (!isName) {
    faults.push({ field: 'floor.stream', value: quote(stream), problem: 'is not a name', remedy: 'name a stream' });
  }
  const isCount = isWhole(shards, 1, awsFacts.shardsPerStream.value);
  if (!isCount) faults.push(outOfRange('floor.shards', shards, 1, awsFacts.shardsPerStream.value));
  const isTime = isWhole(minutes, 1, longestTemporaryMinimumMinutes);
  if (!isTime) faults.push(outOfRange('floor.minutes', minutes, 1, longestTemporaryMinimumMinutes));
  return isName && isCount && isTime && faults.length === 0 ? succeed({ stream, shards, minutes }) : fail(faults);
}

/** Of two as high as each other the longer one. */
function highestFirst(floors: readonly TemporaryMinimum[]): readonly TemporaryMinimum[] {
  return floors.toSorted((a, b) => b.shards - a.shards || b.untilMs - a.untilMs);
}

function readTemporaryMinimums(tags: Tags, nowMs: number): readonly TemporaryMinimum[] {
  return (tags[temporaryMinimumTag] ?? '').split(separator).flatMap((text) => {
    const match = /^([1-9]\d{0,4}) until (\S+)$/.exec(text);
    const untilMs = match?.[2] === undefined ? undefined : parseBasicTime(match[2]);
    return !match || untilMs === undefined || untilMs <= nowMs ? [] : [{ shards: Number(match[1]), untilMs }];
  });
}

function isWhole(value: unknown, low: number, high: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high;
}

function outOfRange(field: string, value: unknown, low: number, high: number): Fault {
  return {
    field,
    value: quote(value),
    problem: 'is out of range',
    remedy: `give a whole number from ${low} to ${high}`,
  };
}
