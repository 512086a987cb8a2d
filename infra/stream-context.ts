/** Reads the list `streams` of the deployment's context: each an existing stream by name, or one to create. */

import { type Fault, quote } from '../core/result.ts';
import { readStreamSettings, unknownKey } from '../core/settings/read-stream-settings.ts';
import {
  type StreamSettingName,
  type StreamSettings,
  type StreamSettingValues,
  streamSettingNames,
} from '../core/settings/stream-settings.ts';
import { readSchedules, type TemporaryMinimumSchedule } from './temporary-minimum-schedule.ts';

export interface StreamContext {
  readonly name: string;
  /** Make the stream; otherwise it must exist. */
  readonly create: boolean;
  /** Open shards it has now, or is created with; undefined: minShards. */
  readonly shardCount: number | undefined;
  /** Of a stream to create: how long it keeps records. */
  readonly retentionHours: number;
  readonly schedules: readonly TemporaryMinimumSchedule[];
  /** What the user gave for it: settings and consumers. */
  readonly given: Partial<StreamSettings>;
}

const ownKeys = ['name', 'create', 'shardCount', 'retentionHours', 'schedules'] as const;
const settingKeys: readonly (StreamSettingName | 'consumers')[] = [...streamSettingNames, 'consumers'];
const knownKeys: readonly string[] = [...ownKeys, ...settingKeys];
const streamName = /^[a-zA-Z0-9_.-]{1,128}$/;
const retentionHours = { low: 24, high: 8760 };
const defaultRetentionHours = 24;

/** CloudFormation takes 500 resources a stack; what is not a stream's own stays below the reserve. */
const stackResources = 500;
const sharedResources = 60;

/** @param mayBeEmpty streams may also come by their tags. */
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
  const streams = given.map((item: unknown, index) => readStream(item, `streams[${index}]`, defaults, faults));
  findDuplicates(streams, faults);
  findTooMany(streams, faults);
  return streams;
}

function readStream(
  item: unknown,
  path: string,
  defaults: Partial<StreamSettingValues>,
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
  const given = Object.fromEntries(settingKeys.flatMap((key) => (key in entry ? [[key, entry[key]]] : [])));
  const settings = settingsOfEntry(given, path, defaults, faults);
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
  if (typeof item === 'object' && item !== null && !Array.isArray(item)) return item as Record<string, unknown>;
  faults.push({ field: path, value: quote(item), problem: 'is not an object', remedy: 'give {"name": "…"}' });
  // A name in place of the object is read as what was meant, so that it is one fault and not two.
  return { name: typeof item === 'string' ? item : 'unnamed' };
}

function settingsOfEntry(
  given: Readonly<Record<string, unknown>>,
  path: string,
  defaults: Partial<StreamSettingValues>,
  faults: Fault[],
): StreamSettings | undefined {
  const fieldOf = (knob: string) =>
    knob in defaults && !(knob in given) ? `${path} (defaults.${knob})` : `${path}.${knob}`;
  const read = readStreamSettings(given, defaults, fieldOf);
  if (read.ok) return read.value;
  faults.push(...read.faults);
  return undefined;
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
  // A stream that exists may well lie outside its bounds: the reconciler brings it in.
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
    remedy: 'let streams ask by their tag ("discovery": true), or split them over deployments with a stackName each',
  });
}
