/** When a cron expression is due next, on the clocks of a time zone. */
import type { CronFields } from '../../core/settings/cron-expression.ts';
import { dayMs } from '../../core/time.ts';
import { type WallTime, wallTimeOf, zonedTimeToMs } from './time-zone.ts';

// Long enough for the 29th of February, and for the end of the century, which has none.
const LONGEST_SEARCH_DAYS = 9 * 366;

/** @returns the first matching minute after `afterMs`, in epoch ms; undefined if none comes. */
export function nextCronTime(fields: CronFields, timeZone: string, afterMs: number): number | undefined {
  const first = wallTimeOf(afterMs, timeZone);
  for (let ahead = 0; ahead < LONGEST_SEARCH_DAYS; ahead += 1) {
    const date = new Date(Date.UTC(first.year, first.month - 1, first.day) + ahead * dayMs);
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    if (!fields.years.has(year) || !fields.months.has(month) || !fields.matchesDay(year, month, day)) continue;
    const found = firstOfDay(fields, { year, month, day }, timeZone, afterMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstOfDay(
  fields: CronFields,
  date: Pick<WallTime, 'year' | 'month' | 'day'>,
  timeZone: string,
  afterMs: number,
): number | undefined {
  for (const hour of fields.hours) {
    for (const minute of fields.minutes) {
      const atMs = zonedTimeToMs({ ...date, hour, minute }, timeZone);
      if (atMs > afterMs) return atMs;
    }
  }
  return undefined;
}
