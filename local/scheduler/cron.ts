/**
 * EventBridge's cron: minutes, hours, day of month, month, day of week, year; `*`, `?`, lists, ranges, steps, names, and
 * `L`, `W`, `#`. Days of the week count from 1, which is Sunday.
 */
import { type WallTime, wallTimeOf, zonedTimeToMs } from './time-zone.ts';

export interface CronFields {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  readonly matchesDay: (year: number, month: number, day: number) => boolean;
}

const MONTH_NAMES = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAY_NAMES = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;
const DAY_MS = 86_400_000;
// Long enough for the 29th of February, and for the end of the century, which has none.
const LONGEST_SEARCH_DAYS = 9 * 366;

/** @param text what stands between the parentheses. @returns the fields, or what is wrong. */
export function parseCron(text: string): CronFields | string {
  const [minute, hour, dayOfMonth, month, dayOfWeek, year, ...rest] = text.trim().split(/\s+/);
  if (!minute || !hour || !dayOfMonth || !month || !dayOfWeek || !year || rest.length > 0) {
    return 'it must have six fields: minutes, hours, day of month, month, day of week, year';
  }
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    return 'one of day of month and day of week must be ?, the other not';
  const minutes = parseField(minute, 0, 59);
  const hours = parseField(hour, 0, 23);
  const months = parseField(month, 1, 12, MONTH_NAMES);
  const years = parseField(year, FIRST_YEAR, LAST_YEAR);
  const matchesDay = dayOfWeek === '?' ? parseDayOfMonth(dayOfMonth) : parseDayOfWeek(dayOfWeek);
  if (!minutes || !hours || !months || !years || !matchesDay) {
    const fields = { minutes, hours, months, years, days: matchesDay };
    const wrong = Object.entries(fields).filter(([, value]) => value === undefined);
    return `wrong ${wrong.map(([name]) => name).join(', ')}`;
  }
  return { minutes, hours, months, years, matchesDay };
}

/** @returns the first matching minute after `afterMs`, in epoch ms; undefined if none comes. */
export function nextCronTime(fields: CronFields, timeZone: string, afterMs: number): number | undefined {
  const first = wallTimeOf(afterMs, timeZone);
  for (let ahead = 0; ahead < LONGEST_SEARCH_DAYS; ahead += 1) {
    const date = new Date(Date.UTC(first.year, first.month - 1, first.day) + ahead * DAY_MS);
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

type DayMatcher = CronFields['matchesDay'];

function parseDayOfMonth(text: string): DayMatcher | undefined {
  if (text === 'L') return (year, month, day) => day === lastDay(year, month);
  const nearest = /^(\d{1,2})W$/.exec(text);
  if (nearest !== null) {
    const wanted = Number(nearest[1]);
    return (year, month, day) => day === nearestWeekday(year, month, Math.min(wanted, lastDay(year, month)));
  }
  const days = parseField(text, 1, 31);
  return days && ((_, __, day) => days.has(day));
}

function parseDayOfWeek(text: string): DayMatcher | undefined {
  const numbered = /^(\w+)#([1-5])$/.exec(text);
  const last = /^(\w+)L$/.exec(text);
  const days = parseField(numbered?.[1] ?? last?.[1] ?? (text === 'L' ? '7' : text), 1, 7, DAY_NAMES);
  if (days === undefined) return undefined;
  return (year, month, day) => {
    if (!days.has(weekday(year, month, day))) return false;
    if (numbered !== null) return Math.ceil(day / 7) === Number(numbered[2]);
    return last === null || day + 7 > lastDay(year, month);
  };
}

interface FieldRange {
  readonly lowest: number;
  readonly highest: number;
  readonly names: readonly string[];
}

/** A comma-separated list of values, ranges and steps, in ascending order; undefined if it is malformed. */
function parseField(text: string, lowest: number, highest: number, names: readonly string[] = []) {
  const parts = text
    .toUpperCase()
    .split(',')
    .map((part) => parsePart(part, { lowest, highest, names }));
  const values = parts.flatMap((part) => part ?? []);
  return parts.includes(undefined) ? undefined : new Set(values.sort((a, b) => a - b));
}

function parsePart(part: string, { lowest, highest, names }: FieldRange): readonly number[] | undefined {
  const match = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part);
  if (match === null) return undefined;
  const [, from = '', to, step] = match;
  const start = from === '*' ? lowest : numberOf(from, lowest, names);
  const single = step === undefined && from !== '*' ? start : highest;
  const end = to === undefined ? single : numberOf(to, lowest, names);
  const by = Number(step ?? 1);
  if (!(start >= lowest && end <= highest && start <= end && by > 0)) return undefined;
  return Array.from({ length: Math.floor((end - start) / by) + 1 }, (_, index) => start + index * by);
}

function numberOf(text: string, lowest: number, names: readonly string[]): number {
  const index = names.indexOf(text);
  return index >= 0 ? index + lowest : Number(/^\d+$/.test(text) ? text : Number.NaN);
}

function weekday(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

function lastDay(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Never in another month. */
function nearestWeekday(year: number, month: number, day: number): number {
  switch (weekday(year, month, day)) {
    case 1:
      return day === lastDay(year, month) ? day - 2 : day + 1;
    case 7:
      return day === 1 ? day + 2 : day - 1;
    default:
      return day;
  }
}
