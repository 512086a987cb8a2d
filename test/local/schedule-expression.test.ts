import { describe, expect, test } from 'vitest';
import { nextTime, parseScheduleExpression } from '../../local/scheduler/schedule-expression.ts';

function next(text: string, after: string, timeZone = 'UTC'): string | undefined {
  const atMs = nextTime(parseScheduleExpression(text, timeZone), 0, Date.parse(after));
  return atMs === undefined ? undefined : new Date(atMs).toISOString().replace(':00.000Z', 'Z');
}

describe('the next time of', () => {
  test.each([
    ['rate(5 minutes)', '2026-03-02T09:03Z', '2026-03-02T09:05Z', 'rates count from the start'],
    ['rate(1 hour)', '2026-03-02T09:00Z', '2026-03-02T10:00Z', 'strictly after'],
    ['cron(0 8 ? * MON-FRI *)', '2026-03-06T08:00Z', '2026-03-09T08:00Z', 'over a weekend'],
    ['cron(0/15 * * * ? *)', '2026-03-02T09:16Z', '2026-03-02T09:30Z', 'a step from a start'],
    ['cron(5,50 0-1 1 JAN ? 2027)', '2026-03-02T00:00Z', '2027-01-01T00:05Z', 'lists, ranges, names, a year'],
    ['cron(0 12 L * ? *)', '2028-02-01T00:00Z', '2028-02-29T12:00Z', 'the last day of a month'],
    ['cron(0 12 15W * ? *)', '2026-08-01T00:00Z', '2026-08-14T12:00Z', 'the weekday nearest a Saturday'],
    ['cron(0 12 ? * 2#1 *)', '2026-03-03T00:00Z', '2026-04-06T12:00Z', 'the first Monday'],
    ['cron(0 12 ? * 6L *)', '2026-03-01T00:00Z', '2026-03-27T12:00Z', 'the last Friday'],
    ['cron(0 0 29 2 ? *)', '2026-03-01T00:00Z', '2028-02-29T00:00Z', 'a leap day'],
    ['at(2026-03-02T08:00:00)', '2026-03-01T00:00Z', '2026-03-02T08:00Z', 'once'],
  ])('%s after %s is %s: %s', (text, after, expected) => {
    expect(next(text, after)).toBe(expected);
  });

  test('a one-time schedule or a cron of a past year has no next time', () => {
    expect(next('at(2026-03-02T08:00:00)', '2026-03-02T08:00Z')).toBeUndefined();
    expect(next('cron(0 0 1 1 ? 2020)', '2026-01-01T00:00Z')).toBeUndefined();
  });
});

describe('in a time zone', () => {
  test.each([
    [
      'cron(0 8 * * ? *)',
      '2026-03-28T12:00Z',
      '2026-03-29T06:00Z',
      'summer time begins: 8:00 is an hour earlier in UTC',
    ],
    ['cron(0 8 * * ? *)', '2026-10-24T12:00Z', '2026-10-25T07:00Z', 'and ends'],
    ['cron(30 2 * * ? *)', '2026-10-24T12:00Z', '2026-10-25T00:30Z', 'of a time that occurs twice, the first'],
    ['at(2026-07-01T00:00:00)', '2026-01-01T00:00Z', '2026-06-30T22:00Z', 'one time'],
  ])('Europe/Berlin: %s after %s is %s: %s', (text, after, expected) => {
    expect(next(text, after, 'Europe/Berlin')).toBe(expected);
  });
});

test.each([
  'rate(0 minutes)',
  'rate(1 minutes)',
  'rate(5 minute)',
  'cron(* * * * *)',
  'cron(0 8 * * * *)',
  'cron(0 25 * * ? *)',
  'every day',
])('%s is refused', (text) => {
  expect(() => parseScheduleExpression(text)).toThrow(expect.objectContaining({ name: 'ValidationException' }));
});
