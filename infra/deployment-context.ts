/**
 * Reads the context key `autoscaler` of cdk.json: one deployment, with every fault reported at once under the path that the
 * user wrote (`streams[2].minShards`). What a setting may be is said by core/ alone; here is only the shape around it.
 */
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { defaultReconcileMinutes } from '../core/plan/rearming.ts';
import { type Fault, fail, quote, type Result, succeed } from '../core/result.ts';
import { logLevels, readDeployment } from '../core/settings/deployment.ts';
import { readStreamSettings, unknownKey } from '../core/settings/read-stream-settings.ts';
import {
  type StreamSettingName,
  type StreamSettingValues,
  streamSettingNames,
  streamSettingsTable,
} from '../core/settings/stream-settings.ts';
import { contextKey, defaultStackName } from './context-key.ts';
import { environmentOf } from './function-settings.ts';
import { noticeTarget } from './notice-topics.ts';
import { readStreamContexts, type StreamContext } from './stream-context.ts';
import { topicEncryptions } from './topic-key.ts';

export interface DeploymentContext extends v.InferOutput<typeof shape> {
  readonly defaults: Partial<StreamSettingValues>;
  readonly streams: readonly StreamContext[];
}

const retentionDays = Object.values(RetentionDays).filter((value) => typeof value === 'number');
const text = v.optional(v.string('give a text'));

/** The message of each check is the way out. */
const shape = v.object({
  stackName: v.optional(
    v.pipe(
      v.string('give a name'),
      v.regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'use letters, digits and hyphens, a letter first'),
    ),
    defaultStackName,
  ),
  dryRun: v.optional(v.boolean('give true or false, without quotes'), true),
  encryption: v.optional(v.picklist(topicEncryptions, `use ${topicEncryptions.join(' or ')}`), 'customer-key'),
  logRetentionDays: v.optional(
    v.picklist(retentionDays, `use one of ${retentionDays.join(', ')}`),
    RetentionDays.THREE_MONTHS,
  ),
  reservedConcurrency: v.optional(
    v.custom<number | 'none'>(
      isReservation,
      'give a whole number from 1, or "none" for an account too small to reserve',
    ),
    1,
  ),
  reconcileMinutes: v.optional(wholeNumber(1, 60), defaultReconcileMinutes),
  alarmActions: v.optional(
    v.array(v.pipe(v.string('give an ARN'), v.startsWith('arn:', 'give an ARN')), 'give a list of ARNs'),
    [],
  ),
  notices: v.optional(noticeTarget, false),
  pager: v.optional(noticeTarget, false),
  discovery: v.optional(v.boolean('give true or false, without quotes'), false),
  dashboards: v.optional(
    v.union(
      [v.boolean(), v.strictObject({ openShardCounts: v.boolean() })],
      'give true, false or {"openShardCounts": false}',
    ),
    false,
  ),
  version: text,
  deploymentRing: text,
  logLevel: v.optional(v.picklist(logLevels, `use ${logLevels.join(', ')}`)),
  retry: v.optional(
    v.object(
      {
        shortestWaitSeconds: v.optional(v.number('give seconds')),
        longestWaitSeconds: v.optional(v.number('give seconds')),
        retries: v.optional(v.number('give a number of resends')),
        callTimeoutSeconds: v.optional(v.number('give seconds')),
      },
      'give {shortestWaitSeconds, longestWaitSeconds, retries, callTimeoutSeconds}',
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
  const defaults = readDefaults(givenDefaults, faults);
  faults.push(...findEnvironmentFaults(rest));
  const streams = readStreamContexts(givenStreams, defaults, rest.discovery === true, faults);
  if (faults.length > 0 || !parsed.success) return fail(faults);
  return succeed({ ...parsed.output, defaults, streams });
}

function findUnknownKeys(given: Readonly<Record<string, unknown>>): Fault[] {
  const known = [...Object.keys(shape.entries), 'defaults', 'streams'];
  const faults = Object.keys(given).flatMap((key) => (known.includes(key) ? [] : [unknownKey(key, known)]));
  const retryKeys = Object.keys(shape.entries.retry.wrapped.entries);
  const retry = isObject(given.retry) ? given.retry : {};
  const unknown = Object.keys(retry).filter((key) => !retryKeys.includes(key));
  return [...faults, ...unknown.map((key) => unknownKey(`retry.${key}`, retryKeys))];
}

function toFault(issue: v.BaseIssue<unknown>): Fault {
  return {
    field: v.getDotPath(issue) ?? contextKey,
    value: quote(issue.input),
    problem: 'is not valid',
    remedy: issue.message,
  };
}

/** Fleet-wide settings. Faulty ones are left out of what is returned, so that each is reported once, not once a stream. */
function readDefaults(given: unknown, faults: Fault[]): Partial<StreamSettingValues> {
  if (!isObject(given)) {
    faults.push({
      field: 'defaults',
      value: quote(given),
      problem: 'is not an object',
      remedy: `give settings: ${streamSettingNames.join(', ')}`,
    });
    return {};
  }
  const known = Object.fromEntries(Object.entries(given).filter(([key]) => isStreamSettingName(key)));
  for (const key of Object.keys(given)) {
    if (!isStreamSettingName(key)) faults.push(unknownKey(`defaults.${key}`, streamSettingNames));
  }
  const fieldOf = (knob: string) => `defaults.${knob}`;
  const read = readStreamSettings(known, {}, fieldOf);
  if (read.ok) return known;
  faults.push(...read.faults);
  const faulty = new Set(read.faults.map(({ field }) => field));
  return Object.fromEntries(Object.entries(known).filter(([key]) => !faulty.has(fieldOf(key))));
}

function isStreamSettingName(key: string): key is StreamSettingName {
  return Object.hasOwn(streamSettingsTable, key);
}

/**
 * What a function reads from its environment is judged by its own reader; only the names are put back. What has another
 * shape is a fault already and left out here.
 */
function findEnvironmentFaults(given: Readonly<Record<string, unknown>>): readonly Fault[] {
  const retry = v.safeParse(shape.entries.retry, given.retry);
  const environment = environmentOf({
    dryRun: true,
    defaults: {},
    retry: retry.success && retry.output ? toRetrySettings(retry.output) : undefined,
  });
  const read = readDeployment(environment, undefined);
  return read.ok ? [] : read.faults.map(inContextWords);
}

const contextWords: Readonly<Record<string, string>> = {
  THROTTLE_RETRY_MIN_SLEEP: 'retry.shortestWaitSeconds',
  THROTTLE_RETRY_MAX_SLEEP: 'retry.longestWaitSeconds',
  THROTTLE_RETRY_COUNT: 'retry.retries',
  CALL_TIMEOUT_SECONDS: 'retry.callTimeoutSeconds',
};

function inContextWords(fault: Fault): Fault {
  const translate = (words: string) => words.replace(/[A-Z]+(_[A-Z]+)+/g, (name) => contextWords[name] ?? name);
  return { ...fault, field: translate(fault.field), problem: translate(fault.problem) };
}

export function toRetrySettings(retry: NonNullable<DeploymentContext['retry']>) {
  const { shortestWaitSeconds: shortest, longestWaitSeconds: longest, retries, callTimeoutSeconds: timeout } = retry;
  return {
    ...(shortest !== undefined && { shortestWaitMs: shortest * 1000 }),
    ...(longest !== undefined && { longestWaitMs: longest * 1000 }),
    ...(retries !== undefined && { retries }),
    ...(timeout !== undefined && { callTimeoutMs: timeout * 1000 }),
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
