/**
 * Reads the context key `autoscaler` of cdk.json: one deployment. It reports every fault at once, under the path that
 * the user wrote (`streams[2].minShards`). core/settings/ decides what a setting may be; this file knows only the shape
 * around them.
 */
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { isObject } from '../core/json-object.ts';
import { type Fault, fail, quote, type Result, succeed, unknownKey } from '../core/result.ts';
import { type GivenOf, givenSettings } from '../core/settings/deployment-settings.ts';
import { contextSpelling, mapSettings, readFromContext } from '../core/settings/read-deployment-settings.ts';
import { isStreamSettingName } from '../core/settings/read-stream-settings.ts';
import { readStreamDefaults } from '../core/settings/stream-defaults.ts';
import { type StreamSettingValues, streamSettingNames } from '../core/settings/stream-settings.ts';
import { contextKey, defaultStackName } from './context-key.ts';
import { noticeTarget } from './notice-topics.ts';
import { readStreamContexts, type StreamContext } from './stream-context.ts';
import { topicEncryptions } from './topic-key.ts';

export interface DeploymentContext extends GivenOf<typeof givenSettings>, v.InferOutput<typeof shape> {
  readonly defaults: Partial<StreamSettingValues>;
  readonly streams: readonly StreamContext[];
}

const retentionDays = Object.values(RetentionDays).filter((value) => typeof value === 'number');

/** What the stack alone reads; the message of each check is the remedy. The construct has the defaults. */
const shape = v.object({
  stackName: v.optional(
    v.pipe(
      v.string('give a name'),
      v.regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'use letters, digits and hyphens, a letter first'),
    ),
    defaultStackName,
  ),
  encryption: v.optional(v.picklist(topicEncryptions, `use ${topicEncryptions.join(' or ')}`)),
  logRetentionDays: v.optional(v.picklist(retentionDays, `use one of ${retentionDays.join(', ')}`)),
  reservedConcurrency: v.optional(
    v.custom<number | 'none'>(
      isReservation,
      'give a whole number from 1, or "none" for an account too small to reserve',
    ),
  ),
  reconcileMinutes: v.optional(wholeNumber(1, 60)),
  alarmActions: v.optional(
    v.array(v.pipe(v.string('give an ARN'), v.startsWith('arn:', 'give an ARN')), 'give a list of ARNs'),
  ),
  notices: v.optional(noticeTarget),
  pager: v.optional(noticeTarget),
  discovery: v.optional(v.boolean('give true or false, without quotes')),
  dashboards: v.optional(
    v.union(
      [v.boolean(), v.strictObject({ openShardCounts: v.boolean() })],
      'give true, false or {"openShardCounts": false}',
    ),
  ),
});

function isReservation(value: unknown): boolean {
  return value === 'none' || (typeof value === 'number' && Number.isInteger(value) && value >= 1);
}

function wholeNumber(low: number, high: number) {
  const remedy = `give a whole number from ${low} to ${high}`;
  return v.pipe(v.number(remedy), v.integer(remedy), v.minValue(low, remedy), v.maxValue(high, remedy));
}

/** @param context value of the context key `autoscaler`, as parsed from JSON. */
export function readDeploymentContext(context: unknown): Result<DeploymentContext> {
  if (!isObject(context)) {
    return fail([
      {
        field: contextKey,
        value: quote(context),
        problem: 'is not an object',
        remedy: `give cdk.json a context key ${contextKey} with at least {"streams": [{"name": "…"}]}`,
      },
    ]);
  }
  const { defaults: givenDefaults = {}, streams: givenStreams, ...rest } = context;
  const faults: Fault[] = findUnknownKeys(rest);
  const parsed = v.safeParse(shape, rest);
  if (!parsed.success) faults.push(...parsed.issues.map(toFault));
  const given = readFromContext(givenSettings, rest, faults);
  const defaults = readDefaults(givenDefaults, faults);
  const streams = readStreamContexts(givenStreams, defaults, rest.discovery === true, faults);
  if (faults.length > 0 || !parsed.success) return fail(faults);
  return succeed({ ...parsed.output, ...given, defaults, streams });
}

/** Unknown keys, and groups of settings that are none. */
function findUnknownKeys(given: Readonly<Record<string, unknown>>): Fault[] {
  const known = [...Object.keys(shape.entries), ...Object.keys(givenSettings), 'defaults', 'streams'];
  const faults = Object.keys(given).flatMap((key) => (known.includes(key) ? [] : [unknownKey(key, known)]));
  for (const [name, keys] of settingGroups()) {
    const group = given[name];
    if (isObject(group)) {
      const unknown = Object.keys(group).filter((key) => !keys.includes(key));
      faults.push(...unknown.map((key) => unknownKey(`${name}.${key}`, keys)));
    } else if (group !== undefined) {
      const remedy = `give {${keys.join(', ')}}`;
      faults.push({ field: name, value: quote(group), problem: 'is not an object', remedy });
    }
  }
  return faults;
}

/** The names of settings that stand in groups, as cdk.json has them: `retry`, and what is in it. */
function settingGroups(): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  mapSettings(givenSettings, (path, setting) => {
    const [group = '', name] = contextSpelling.nameOf(path, setting).split('.');
    if (name !== undefined) groups.set(group, [...(groups.get(group) ?? []), name]);
  });
  return groups;
}

function toFault(issue: v.BaseIssue<unknown>): Fault {
  return {
    field: v.getDotPath(issue) ?? contextKey,
    value: quote(issue.input),
    problem: 'is not valid',
    remedy: issue.message,
  };
}

function readDefaults(given: unknown, faults: Fault[]): Partial<StreamSettingValues> {
  if (!isObject(given)) {
    const remedy = `give settings: ${streamSettingNames.join(', ')}`;
    faults.push({ field: 'defaults', value: quote(given), problem: 'is not an object', remedy });
    return {};
  }
  for (const key of Object.keys(given)) {
    if (!isStreamSettingName(key)) faults.push(unknownKey(`defaults.${key}`, streamSettingNames));
  }
  return readStreamDefaults(given, faults);
}
