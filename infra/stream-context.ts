/** Reads the list `streams` of the deployment's context: each an existing stream by name, or one to create. */

import { isObject } from '../core/json-object.ts';
import { type Fault, quote, unknownKey } from '../core/result.ts';
import { findSharedConsumers } from '../core/settings/consumer-settings.ts';
import { streamSettingKeys } from '../core/settings/read-stream-settings.ts';
import { readStreamOverDefaults } from '../core/settings/stream-defaults.ts';
import type { StreamSettings, StreamSettingValues } from '../core/settings/stream-settings.ts';
import { readSchedules, type TemporaryMinimumSchedule } from './temporary-minimum-schedule.ts';

export interface StreamContext {
  readonly name: string;
  /** Whether the stack creates the stream; otherwise it must exist. */
  readonly create: boolean;
  /** Open shards that it has now or is created with; undefined: minShards. */
  readonly shardCount: number | undefined;
  /** How long a stream that is created keeps its records. */
  readonly retentionHours: number;
  readonly schedules: readonly TemporaryMinimumSchedule[];
  /** What the user gave for it: settings and consumers. */
  readonly given: Partial<StreamSettings>;
}

const ownKeys = ['name', 'create', 'shardCount', 'retentionHours', 'schedules'] as const;
const knownKeys: readonly string[] = [...ownKeys, ...streamSettingKeys];
const streamName = /^[a-zA-Z0-9_.-]{1,128}$/;
const retentionHours = { low: 24, high: 8760 };
const defaultRetentionHours = 24;

/** CloudFormation allows 500 resources in a stack. Fewer than the second number belong to no stream. */
const stackResources = 500;
const sharedResources = 60;

/** @param mayBeEmpty whether streams may also be found by their tags. */
export function readStreamContexts(
  given: unknown,
  defaults: Partial<StreamSettingValues>,
  mayBeEmpty: boolean,
  faults: Fault[],
): readonly StreamContext[] {
  if (given === undefined && mayBeEmpty) return [];
  if (!Array.isArray(given) || (given.length === 0 && !mayBeEmpty)) {
    const remedy = 'give a list with at least one {"name": "…"}, or "discovery": true';
    faults.push({ field: 'streams', value: quote(given), problem: 'names no stream', remedy });
    return [];
  }
  const settings = new Map<string, StreamSettings>();
  const streams = given.map((item: unknown, index) =>
    readStream(item, `streams[${index}]`, defaults, settings, faults),
  );
  faults.push(...findSharedConsumers(settings, (path) => path));
  findDuplicates(streams, faults);
  findTooMany(streams, faults);
  return streams;
}

/** @param sound gets the settings of the stream under its path, if they are in order. */
function readStream(
  item: unknown,
  path: string,
  defaults: Partial<StreamSettingValues>,
  sound: Map<string, StreamSettings>,
  faults: Fault[],
): StreamContext {
  const entry = toEntry(item, path, faults);
  const { name, create = false, shardCount, retentionHours: hours } = entry;
  for (const key of Object.keys(entry)) {
    if (!knownKeys.includes(key)) faults.push(unknownKey(`${path}.${key}`, knownKeys));
  }
  if (typeof name !== 'string' || !streamName.test(name)) {
    faults.push({
      field: `${path}.name`,
      value: quote(name),
      problem: 'is not the name of a stream',
      remedy: 'give 1 to 128 letters, digits, _ . or -',
    });
  }
  if (typeof create !== 'boolean') {
    faults.push({
      field: `${path}.create`,
      value: quote(create),
      problem: 'is not true or false',
      remedy: 'leave it out for a stream that exists',
    });
  }
  const given = Object.fromEntries(streamSettingKeys.flatMap((key) => (key in entry ? [[key, entry[key]]] : [])));
  const read = readStreamOverDefaults(given, defaults, path);
  const settings = read.ok ? read.value : undefined;
  if (settings) sound.set(path, settings);
  if (!read.ok) faults.push(...read.faults);
  checkShardCount(shardCount, create === true, path, settings, faults);
  checkRetention(hours, create === true, path, faults);
  return {
    name: String(name),
    create: create === true,
    shardCount: typeof shardCount === 'number' ? shardCount : undefined,
    retentionHours: typeof hours === 'number' ? hours : defaultRetentionHours,
    schedules: readSchedules(entry.schedules, `${path}.schedules`, settings, faults),
    given,
  };
}

function toEntry(item: unknown, path: string, faults: Fault[]): Readonly<Record<string, unknown>> {
  if (isObject(item)) return item;
  faults.push({ field: path, value: quote(item), problem: 'is not an object', remedy: 'give {"name": "…"}' });
  // A text in place of the object is taken for the name, so that there is one fault and not two.
  return { name: typeof item === 'string' ? item : 'unnamed' };
}

function checkShardCount(
  value: unknown,
  create: boolean,
  path: string,
  settings: StreamSettings | undefined,
  faults: Fault[],
): void {
  const field = `${path}.shardCount`;
  if (value === undefined) {
    if (!create) return;
    faults.push({
      field,
      value: quote(value),
      problem: 'is missing',
      remedy: 'say how many shards the new stream begins with',
    });
    return;
  }
  // An existing stream may be outside its bounds: the reconciler moves it into them.
  const low = create ? (settings?.minShards ?? 1) : 1;
  const high = create ? (settings?.maxShards ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return;
  faults.push({
    field,
    value: quote(value),
    problem: 'is not a shard count that the stream may have',
    remedy: create
      ? `give a whole number from minShards ${low} to maxShards ${high}`
      : 'give the number of open shards it has now',
  });
}

function checkRetention(value: unknown, create: boolean, path: string, faults: Fault[]): void {
  if (value === undefined) return;
  const field = `${path}.retentionHours`;
  if (!create) {
    faults.push({
      field,
      value: quote(value),
      problem: 'is for a stream to create',
      remedy: 'leave it out, or add "create": true',
    });
    return;
  }
  const { low, high } = retentionHours;
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return;
  faults.push({
    field,
    value: quote(value),
    problem: 'is out of range',
    remedy: `give whole hours from ${low} to ${high}`,
  });
}

function findDuplicates(streams: readonly StreamContext[], faults: Fault[]): void {
  streams.forEach(({ name }, index) => {
    const first = streams.findIndex((other) => other.name === name);
    if (first === index) return;
    faults.push({
      field: `streams[${index}].name`,
      value: quote(name),
      problem: `is the stream of streams[${first}] again`,
      remedy: 'name each stream once',
    });
  });
}

function findTooMany(streams: readonly StreamContext[], faults: Fault[]): void {
  const resources = streams.reduce(
    (sum, { create, schedules }) => sum + (create ? 3 : 2) + schedules.length,
    sharedResources,
  );
  if (resources <= stackResources) return;
  faults.push({
    field: 'streams',
    value: `${streams.length} streams`,
    problem: `are more than the ${stackResources} resources of a stack hold`,
    remedy: 'find streams by their tag ("discovery": true), or split them over deployments with a stackName each',
  });
}
