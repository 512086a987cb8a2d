/**
 * The cron expressions that EventBridge Scheduler takes: minutes, hours, day of month, month, day of week, year, each
 * with `*`, lists, ranges, steps and names; `?`, `L`, `W` and `#` for days. Days of the week count from 1, which is
 * Sunday. The stack refuses what cannot be read at synth, and not in the middle of a deployment; local AWS runs
 * schedules by it. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */

export interface CronFields {
  /** In ascending order, as the others are. */
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  /** @param month from 1 on. */
  readonly matchesDay: (year: number, month: number, day: number) => boolean;
}

export type CronReading =
  | { readonly ok: true; readonly fields: CronFields }
  /** To follow the expression: `has 5 fields, not six`. */
  | { readonly ok: false; readonly problem: string };

interface FieldRange {
  readonly low: number;
  readonly high: number;
  /** What may stand for the values, from the lowest on. */
  readonly names?: readonly string[];
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const daysOfMonth: FieldRange = { low: 1, high: 31 };
const daysOfWeek: FieldRange = { low: 1, high: 7, names: dayNames };

/** @param expression what stands between the parentheses of `cron(…)`; capitals or not. */
export function readCron(expression: string): CronReading {
  const texts = expression.trim().toUpperCase().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = texts as [string, string, string, string, string, string];
  if (texts.length !== 6) return { ok: false, problem: `has ${texts.length} fields, not six` };
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    return { ok: false, problem: 'needs a ? as day of month or day of week, and not as both' };
  const minutes = readField(minute, { low: 0, high: 59 });
  const hours = readField(hour, { low: 0, high: 23 });
  const months = readField(month, { low: 1, high: 12, names: monthNames });
  const years = readField(year, { low: 1970, high: 2199 });
  const inMonth = dayOfMonth === '?' ? everyDay : readDayOfMonth(dayOfMonth);
  const inWeek = dayOfWeek === '?' ? everyDay : readDayOfWeek(dayOfWeek);
  if (!minutes || !hours || !inMonth || !months || !inWeek || !years) {
    const read = { minutes, hours, 'day of month': inMonth, month: months, 'day of week': inWeek, year: years };
    const wrong = Object.entries(read).flatMap(([name, field]) => (field ? [] : [name]));
    return { ok: false, problem: `has no such ${wrong.join(', ')}` };
  }
  const matchesDay: DayMatcher = (...date) => inMonth(...date) && inWeek(...date);
  return { ok: true, fields: { minutes, hours, months, years, matchesDay } };
}

type DayMatcher = CronFields['matchesDay'];

const everyDay: DayMatcher = () => true;

function readDayOfMonth(text: string): DayMatcher | undefined {
  if (text === 'L') return (year, month, day) => day === lastDay(year, month);
  const nearest = /^([1-9]|[12]\d|3[01])W$/.exec(text);
  if (nearest) {
    const wanted = Number(nearest[1]);
    return (year, month, day) => day === nearestWeekday(year, month, Math.min(wanted, lastDay(year, month)));
  }
  const days = readField(text, daysOfMonth);
  return days && ((_year, _month, day) => days.has(day));
}

function readDayOfWeek(text: string): DayMatcher | undefined {
  // Alone it is the last day of the week.
  if (text === 'L') return (year, month, day) => weekday(year, month, day) === daysOfWeek.high;
  const [, only = text, which] = /^([1-7]|[A-Z]{3})(L|#[1-5])$/.exec(text) ?? [];
  const days = which === undefined ? readField(only, daysOfWeek) : readValue(only, daysOfWeek);
  if (days === undefined) return undefined;
  return (year, month, day) => {
    if (!days.has(weekday(year, month, day))) return false;
    if (which === undefined) return true;
    return which === 'L' ? day + 7 > lastDay(year, month) : Math.ceil(day / 7) === Number(which.slice(1));
  };
}

/** A list of values, ranges and steps; undefined if one of them is none. */
function readField(text: string, range: FieldRange): ReadonlySet<number> | undefined {
  const parts = text.split(',').map((part) => readPart(part, range));
  if (parts.includes(undefined)) return undefined;
  return new Set(parts.flatMap((part) => part ?? []).sort((a, b) => a - b));
}

/** `*`, a value or a range, each with or without a step; from a value, a step goes up to the highest. */
function readPart(part: string, range: FieldRange): readonly number[] | undefined {
  const match = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/([1-9]\d*))?$/.exec(part);
  if (!match) return undefined;
  const [, from, to, step] = match;
  const first = from === undefined ? range.low : toNumber(from, range);
  const single = from !== undefined && step === undefined ? first : range.high;
  const last = to === undefined ? single : toNumber(to, range);
  if (first === undefined || last === undefined || first > last) return undefined;
  const by = Number(step ?? 1);
  return Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, index) => first + index * by);
}

function readValue(text: string, range: FieldRange): ReadonlySet<number> | undefined {
  const value = toNumber(text, range);
  return value === undefined ? undefined : new Set([value]);
}

/** Undefined outside the range. */
function toNumber(text: string, { low, high, names = [] }: FieldRange): number | undefined {
  const index = names.indexOf(text);
  const value = index >= 0 ? index + low : Number(/^\d{1,4}$/.test(text) ? text : Number.NaN);
  return value >= low && value <= high ? value : undefined;
}

/** From 1 on, which is Sunday. */
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
