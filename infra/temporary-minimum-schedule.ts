/**
 * Schedules of a stream: "from 7:00 on weekdays at least 16 shards, for two hours". EventBridge Scheduler invokes the
 * reconciler, which tags the stream with a temporary minimum and scales it up. The temporary minimum ends by itself.
 */
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { type Fault, quote, unknownKey } from '../core/result.ts';
import { readCron } from '../core/settings/cron-expression.ts';
import type { StreamSettings } from '../core/settings/stream-settings.ts';
import { longestTemporaryMinimumMinutes, type TemporaryMinimumRequest } from '../core/stream/temporary-minimum.ts';
import { daySeconds } from '../core/time.ts';

export interface TemporaryMinimumSchedule {
  /** Unique for the stream: letters, digits and hyphens. */
  readonly name: string;
  /**
   * Six fields as EventBridge takes them: minutes, hours, day of month, month, day of week, year. `0 7 ? * MON-FRI *`.
   */
  readonly cron: string;
  /** IANA name. Default: UTC. */
  readonly timeZone?: string | undefined;
  /** Open shards, at most the stream's maxShards. */
  readonly shards: number;
  /** How long the temporary minimum lasts, 1 to 10080. */
  readonly minutes: number;
}

const keys: readonly (keyof TemporaryMinimumSchedule)[] = ['name', 'cron', 'timeZone', 'shards', 'minutes'];
const timeZones: ReadonlySet<string> = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')]);
/** The range of EventBridge Scheduler for the age of an event that is not delivered yet. */
const eventAgeSeconds = { low: 60, high: daySeconds };

/** @param role EventBridge Scheduler may assume it, and it may invoke the reconciler. */
export function createTemporaryMinimumSchedule(
  scope: Construct,
  streamName: string,
  schedule: TemporaryMinimumSchedule,
  { reconciler, role }: { readonly reconciler: LambdaFunction; readonly role: Role },
): CfnSchedule {
  const { name, cron, timeZone = 'UTC', shards, minutes } = schedule;
  const request: TemporaryMinimumRequest = { stream: streamName, shards, minutes };
  const { low, high } = eventAgeSeconds;
  return new CfnSchedule(scope, `Schedule-${name}`, {
    description: `At least ${shards} shards of ${streamName} for ${minutes} minutes`,
    scheduleExpression: `cron(${cron.trim()})`,
    scheduleExpressionTimezone: timeZone,
    flexibleTimeWindow: { mode: 'OFF' },
    state: 'ENABLED',
    target: {
      arn: reconciler.functionArn,
      roleArn: role.roleArn,
      input: JSON.stringify({ floor: request }),
      // After the temporary minimum would have ended, the event is useless.
      retryPolicy: { maximumEventAgeInSeconds: Math.min(high, Math.max(low, minutes * 60)), maximumRetryAttempts: 185 },
    },
  });
}

/** @param settings of the stream; undefined if they are faulty. */
export function readSchedules(
  given: unknown,
  path: string,
  settings: Pick<StreamSettings, 'maxShards'> | undefined,
  faults: Fault[],
): readonly TemporaryMinimumSchedule[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    faults.push({ field: path, value: quote(given), problem: 'is not a list', remedy: 'give [{"name", "cron", …}]' });
    return [];
  }
  const names = new Set<unknown>();
  return given.map((item: unknown, index) => {
    const field = `${path}[${index}]`;
    const entry = typeof item === 'object' && item !== null ? (item as Readonly<Record<string, unknown>>) : {};
    faults.push(...findFaults(entry, field, settings), ...findDuplicate(entry.name, field, names));
    // Without a fault it has this shape; with one nothing is deployed.
    return entry as unknown as TemporaryMinimumSchedule;
  });
}

function findFaults(
  entry: Readonly<Record<string, unknown>>,
  path: string,
  settings: Pick<StreamSettings, 'maxShards'> | undefined,
): readonly Fault[] {
  const { name, cron, timeZone = 'UTC', shards, minutes } = entry;
  const unknown = Object.keys(entry).filter((key) => !keys.some((known) => known === key));
  const read = typeof cron === 'string' ? readCron(cron) : ({ ok: false, problem: 'is not a text' } as const);
  const highest = settings?.maxShards ?? Number.POSITIVE_INFINITY;
  const check = (
    holds: boolean,
    field: keyof TemporaryMinimumSchedule,
    problem: string,
    remedy: string,
  ): readonly Fault[] => (holds ? [] : [{ field: `${path}.${field}`, value: quote(entry[field]), problem, remedy }]);
  return [
    ...unknown.map((key) => unknownKey(`${path}.${key}`, keys)),
    ...check(
      typeof name === 'string' && /^[A-Za-z0-9-]{1,32}$/.test(name),
      'name',
      'is not a name',
      'give 1 to 32 letters, digits or hyphens',
    ),
    ...check(
      read.ok,
      'cron',
      read.ok ? '' : read.problem,
      'give six fields as in 0 7 ? * MON-FRI *: minutes, hours, day of month, month, day of week, year',
    ),
    ...check(
      typeof timeZone === 'string' && timeZones.has(timeZone),
      'timeZone',
      'is not a time zone',
      'give an IANA name as Europe/Berlin',
    ),
    ...check(
      isWhole(shards, 1, highest),
      'shards',
      'is not a shard count that the stream may have',
      `give a whole number from 1 to maxShards ${highest}`,
    ),
    ...check(
      isWhole(minutes, 1, longestTemporaryMinimumMinutes),
      'minutes',
      'is out of range',
      `give whole minutes from 1 to ${longestTemporaryMinimumMinutes}`,
    ),
  ];
}

function findDuplicate(name: unknown, path: string, names: Set<unknown>): readonly Fault[] {
  const known = names.has(name);
  names.add(name);
  const remedy = 'name each schedule of a stream once';
  return known ? [{ field: `${path}.name`, value: quote(name), problem: 'is there already', remedy }] : [];
}

function isWhole(value: unknown, low: number, high: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high;
}
