import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { formatAlarmTime, formatBasicTime, formatIsoTime, parseBasicTime, parseZonedTime } from '../../core/time.ts';

const at = Date.UTC(2026, 2, 2, 9, 15, 44, 775);

// A local time that passes for UTC shows only where the two differ.
beforeAll(() => void vi.stubEnv('TZ', 'Asia/Kolkata'));
afterAll(() => void vi.unstubAllEnvs());

it('these tests run where local time is not UTC', () => {
  expect(new Date(at).getTimezoneOffset()).toBe(-330);
});

describe('a time with a zone', () => {
  it.each([
    ['2026-03-02T09:15:44.775+0000', at],
    ['2026-03-02T09:15:44.775+00:00', at],
    ['2026-03-02T09:15:44.775Z', at],
    ['2026-03-02T11:15:44.775+0200', at],
    ['2026-03-02T03:45:44.775-05:30', at],
    ['2026-03-02T09:15:44+0000', at - 775],
    ['2026-03-02T09:15:44.775123456Z', at],
  ])('is read from %s', (text, expected) => {
    expect(parseZonedTime(text)).toBe(expected);
  });

  it.each([
    '2026-03-02T09:15:44.775',
    '2026-03-02 09:15:44Z',
    '2026-03-02',
    '2026-13-02T09:15:44Z',
    '2026-03-02T09:15:44.Z',
    '2026-03-02T09:15:44.1234567890Z',
    ' 2026-03-02T09:15:44Z',
    '2026-03-02T09:15:44Z ',
    '2026-03-02T09:15:44+00',
    '1772442944775',
    '',
  ])('is not read from %j', (text) => {
    expect(parseZonedTime(text)).toBeUndefined();
  });
});

describe('a time in a tag', () => {
  it('of an alarm has the reference autoscaler’s layout, in UTC', () => {
    expect(formatAlarmTime(at)).toBe('2026-03-02T09:15:44.775+0000');
    expect(parseZonedTime(formatAlarmTime(at))).toBe(at);
  });

  it('of a stream is basic ISO without a colon', () => {
    expect(formatBasicTime(at)).toBe('20260302T091544.775Z');
    expect(parseBasicTime('20260302T091544.775Z')).toBe(at);
    expect(parseBasicTime('20260302T091544Z')).toBe(at - 775);
  });

  it.each([
    '20260302T091544.775',
    '20261302T091544Z',
    '2026-03-02T09:15:44Z',
    'x20260302T091544Z',
    '20260302T091544Z ',
    '',
  ])('of a stream is not read from %j', (text) => {
    expect(parseBasicTime(text)).toBeUndefined();
  });
});

it('a time in a report is plain ISO', () => {
  expect(formatIsoTime(at)).toBe('2026-03-02T09:15:44.775Z');
});
