/**
 * Schedule expressions of EventBridge and EventBridge Scheduler: `rate(5 minutes)`, `cron(0 8 ? * MON-FRI *)`,
 * `at(2026-03-02T08:00:00)`, the last two in a time zone.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
import { type CronFields, readCron } from '../../core/settings/cron-expression.ts';
import { dayMs, hourMs, minuteMs } from '../../core/time.ts';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { nextCronTime } from './cron.ts';
import { zonedTimeToMs } from './time-zone.ts';

export type ScheduleExpression =
  | { readonly kind: 'rate'; readonly periodMs: number }
  | { readonly kind: 'cron'; readonly fields: CronFields; readonly timeZone: string }
  | { readonly kind: 'at'; readonly atMs: number };

const UNITS_MS: Readonly<Record<string, number>> = { minute: minuteMs, hour: hourMs, day: dayMs };
const RATE = /^rate\((\d+) (minute|hour|day)(s?)\)$/;
const AT = /^at\((\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\)$/;

/**
 * @param timeZone an IANA name.
 * @throws AwsServiceError ValidationException that names the expression and what is wrong with it.
 */
export function parseScheduleExpression(text: string, timeZone = 'UTC'): ScheduleExpression {
  const rate = RATE.exec(text);
  if (rate !== null) {
    const [, count = '', unit = '', plural] = rate;
    if (Number(count) < 1 || (Number(count) === 1) === (plural === 's'))
      throw invalid(text, 'rate(1 minute), rate(5 minutes)');
    return { kind: 'rate', periodMs: Number(count) * (UNITS_MS[unit] ?? 0) };
  }
  const at = AT.exec(text);
  if (at !== null) {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = at.slice(1).map(Number);
    return { kind: 'at', atMs: zonedTimeToMs({ year, month, day, hour, minute }, timeZone) + second * 1000 };
  }
  if (!text.startsWith('cron(') || !text.endsWith(')')) throw invalid(text, 'not a known form');
  const cron = readCron(text.slice('cron('.length, -1));
  if (!cron.ok) throw invalid(text, cron.problem);
  return { kind: 'cron', fields: cron.fields, timeZone };
}

/**
 * @param startMs when the schedule began; a rate counts from it.
 * @returns the first time after `afterMs`, or undefined if there is none any more.
 */
export function nextTime(expression: ScheduleExpression, startMs: number, afterMs: number): number | undefined {
  switch (expression.kind) {
    case 'rate': {
      const periods = Math.floor((afterMs - startMs) / expression.periodMs) + 1;
      return startMs + Math.max(periods, 0) * expression.periodMs;
    }
    case 'cron':
      return nextCronTime(expression.fields, expression.timeZone, afterMs);
    case 'at':
      return expression.atMs > afterMs ? expression.atMs : undefined;
  }
}

function invalid(text: string, why: string): AwsServiceError {
  return new AwsServiceError('ValidationException', `Invalid Schedule Expression ${text}: ${why}.`);
}
