/**
 * A temporary minimum: "at least 16 shards until 10:00". At the time of a schedule it is written as a tag on the stream.
 * Until it ends it is the stream's minimum, so that alarms, rules and the reconciler need not know of schedules. Several may
 * overlap: the highest one counts, and the end of one does not end another.
 *
 * The tag and the event call it `floor`. Deployed schedules send that name, so it stays.
 */
import { awsFacts } from '../aws-facts.ts';
import { type Fault, fail, quote, type Result, succeed, unknownKey } from '../result.ts';
import type { StreamSettings } from '../settings/stream-settings.ts';
import { formatBasicTime, parseBasicTime } from '../time.ts';
import type { Tags } from './stream-tags.ts';

export const temporaryMinimumTag = 'autoscaling/floor';
/** A week. Whoever wants more shards for longer should raise `minShards`. */
export const longestTemporaryMinimumMinutes = 10_080;

export interface TemporaryMinimum {
  readonly shards: number;
  readonly untilMs: number;
}

/** What the event of a schedule asks for. */
export interface TemporaryMinimumRequest {
  readonly stream: string;
  readonly shards: number;
  readonly minutes: number;
}

/** Between the minimums in the tag, which takes no comma. */
const separator = ' / ';
/** So many fit into the 255 characters of a tag's value. */
const mostTemporaryMinimums = 7;

/** `16 until 20260302T100000.000Z`. */
export function encodeTemporaryMinimum({ shards, untilMs }: TemporaryMinimum): string {
  return `${shards} until ${formatBasicTime(untilMs)}`;
}

/** Value of the tag with one minimum more. Drops those that are over, and those that are lower and end earlier than another. */
export function addTemporaryMinimum(tags: Tags, minimum: TemporaryMinimum, nowMs: number): string {
  const minimums = highestFirst([...readTemporaryMinimums(tags, nowMs), minimum]);
  const outlasting = minimums.filter(({ untilMs }, index) =>
    minimums.slice(0, index).every((higher) => higher.untilMs < untilMs),
  );
  return outlasting.slice(0, mostTemporaryMinimums).map(encodeTemporaryMinimum).join(separator);
}

/** The temporary minimum in force now, the highest of several. Undefined when there is none, or none that can be read. */
export function readTemporaryMinimum(tags: Tags, nowMs: number): TemporaryMinimum | undefined {
  return highestFirst(readTemporaryMinimums(tags, nowMs))[0];
}

/** The settings while a temporary minimum is in force. It never lifts the minimum above the maximum. */
export function withTemporaryMinimum(settings: StreamSettings, minimum: TemporaryMinimum | undefined): StreamSettings {
  if (!minimum) return settings;
  return { ...settings, minShards: Math.max(settings.minShards, Math.min(minimum.shards, settings.maxShards)) };
}

/** Reads `{"floor": {"stream": "orders", "shards": 16, "minutes": 120}}`; undefined for an event about something else. */
export function readTemporaryMinimumRequest(event: unknown): Result<TemporaryMinimumRequest> | undefined {
  const { floor: request } = (event ?? {}) as { readonly floor?: unknown };
  if (request === undefined) return undefined;
  if (typeof request !== 'object' || request === null) {
    const remedy = 'give {"stream", "shards", "minutes"}';
    return fail([{ field: 'floor', value: quote(request), problem: 'is not an object', remedy }]);
  }
  const { stream, shards, minutes, ...rest } = request as Readonly<Record<string, unknown>>;
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

/** Of two that are equally high, the longer one comes first. */
function highestFirst(minimums: readonly TemporaryMinimum[]): readonly TemporaryMinimum[] {
  return minimums.toSorted((a, b) => b.shards - a.shards || b.untilMs - a.untilMs);
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
