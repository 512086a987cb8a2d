import { describe, expect, it } from 'vitest';
import { readCron } from '../../../core/settings/cron-expression.ts';

function fieldsOf(expression: string) {
  const read = readCron(expression);
  if (!read.ok) throw new TypeError(read.problem);
  return read.fields;
}

/** Days of a month of 2026 on which it is due. */
function daysOf(expression: string, month: number): readonly number[] {
  const { matchesDay } = fieldsOf(expression);
  const days = Array.from({ length: new Date(Date.UTC(2026, month, 0)).getUTCDate() }, (_, index) => index + 1);
  return days.filter((day) => matchesDay(2026, month, day));
}

describe('a cron expression that EventBridge takes', () => {
  it.each([
    '0 7 ? * MON-FRI *',
    '*/15 8-18 * * ? *',
    '0 0 1,15 * ? 2026-2030',
    '30 6 L * ? *',
    '0 9 15W * ? *',
    '0 9 ? * 2#1 *',
    '0 9 ? * FRIL *',
    '0 9 ? * L *',
    '0 9 l * ? *',
    '0 9 3w * ? *',
    '5/10 * ? JAN,jul SUN *',
    '  0  7 ? * 1-7 *  ',
    '0 0 1 1 ? 1970,2199',
  ])('the cron expression %j is read', (expression) => {
    expect(readCron(expression).ok).toBe(true);
  });

  it.each([
    ['0/15 1 ? * MON *', [0, 15, 30, 45]],
    ['10-20/5 1 ? * MON *', [10, 15, 20]],
    ['50/5 1 ? * MON *', [50, 55]],
    ['*/30 1 ? * MON *', [0, 30]],
    ['7 1 ? * MON *', [7]],
    ['07 1 ? * MON *', [7]],
    ['* 1 ? * MON *', Array.from({ length: 60 }, (_, minute) => minute)],
    ['9,3,3,5-6 1 ? * MON *', [3, 5, 6, 9]],
  ])('the cron expression %s is due at the minutes %j', (expression, minutes) => {
    expect([...fieldsOf(expression).minutes]).toEqual(minutes);
  });

  it.each([
    ['0 0 29-31 * ? *', 2, []],
    ['0 0 L * ? *', 2, [28]],
    ['0 0 10,20-21 * ? *', 8, [10, 20, 21]],
    ['0 0 15W * ? *', 8, [14]],
    ['0 0 16W * ? *', 8, [17]],
    ['0 0 17W * ? *', 8, [17]],
    ['0 0 1W * ? *', 8, [3]],
    ['0 0 31W * ? *', 5, [29]],
    ['0 0 31W * ? *', 2, [27]],
    ['0 0 ? * 2#1 *', 3, [2]],
    ['0 0 ? * MON#5 *', 3, [30]],
    ['0 0 ? * MON#5 *', 2, []],
    ['0 0 ? * FRIL *', 3, [27]],
    ['0 0 ? * 6L *', 7, [31]],
    ['0 0 ? * L *', 3, [7, 14, 21, 28]],
    ['0 0 ? * SUN,SAT *', 3, [1, 7, 8, 14, 15, 21, 22, 28, 29]],
  ])('the cron expression %s is due in month %i of 2026 on %j', (expression, month, days) => {
    expect(daysOf(expression, month)).toEqual(days);
  });

  it('a cron expression may name months, and step through years', () => {
    const { months, years, hours } = fieldsOf('0 8-10 ? JAN,feb-4 * 2026/100');
    expect([[...months], [...years], [...hours]]).toEqual([
      [1, 2, 3, 4],
      [2026, 2126],
      [8, 9, 10],
    ]);
  });
});

describe('a cron expression that EventBridge refuses', () => {
  const noPlaceholder = 'needs a ? as day of month or day of week, and not as both';
  it.each([
    ['', 'has 1 fields, not six'],
    ['0 7 * * *', 'has 5 fields, not six'],
    ['0 7 ? * MON * *', 'has 7 fields, not six'],
    ['0 7 * * * *', noPlaceholder],
    ['0 7 ? * ? *', noPlaceholder],
    ['60 7 ? * MON *', 'has no such minutes'],
    ['18-8 7 ? * MON *', 'has no such minutes'],
    ['0/0 7 ? * MON *', 'has no such minutes'],
    ['*-5 7 ? * MON *', 'has no such minutes'],
    ['0,,5 7 ? * MON *', 'has no such minutes'],
    ['-1 7 ? * MON *', 'has no such minutes'],
    ['0 24 ? * MON *', 'has no such hours'],
    ['0 7 32 * ? *', 'has no such day of month'],
    ['0 7 0 * ? *', 'has no such day of month'],
    ['0 7 32W * ? *', 'has no such day of month'],
    ['0 7 L,15 * ? *', 'has no such day of month'],
    ['0 7 15W1 * ? *', 'has no such day of month'],
    ['0 7 15- * ? *', 'has no such day of month'],
    ['0 7 1a * ? *', 'has no such day of month'],
    ['0 7 a1 * ? *', 'has no such day of month'],
    ['0 7 1-a * ? *', 'has no such day of month'],
    ['0 7 ? 13 MON *', 'has no such month'],
    ['0 7 ? * FOO *', 'has no such day of week'],
    ['0 7 ? * 8 *', 'has no such day of week'],
    ['0 7 ? * MON#6 *', 'has no such day of week'],
    ['0 7 ? * FOO#1 *', 'has no such day of week'],
    ['0 7 ? * MON#11 *', 'has no such day of week'],
    ['0 7 ? * TUE,MON#1 *', 'has no such day of week'],
    ['0 7 ? * TUE-MON#1 *', 'has no such day of week'],
    ['0 7 ? * MON 1969', 'has no such year'],
    ['0 7 ? * MON 2200', 'has no such year'],
    ['60 7 ? * FOO *', 'has no such minutes, day of week'],
  ])('refuses the cron expression %j, which %s', (expression, problem) => {
    expect(readCron(expression)).toEqual({ ok: false, problem });
  });
});
