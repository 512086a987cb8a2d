import { describe, expect, it } from 'vitest';
import { streamLimits } from '../../core/load/stream-replay.ts';
import { readStreamSettings } from '../../core/settings/read-stream-settings.ts';
import { runAlarms } from '../../simulator/alarm-run.ts';

const read = readStreamSettings({});
if (!read.ok) throw new Error('the default settings are refused');
const settings = read.value;
const hour = 60;

/** Shards at the end of each call. */
const countsOf = (load: Float64Array, options = {}) =>
  runAlarms(load, 'doubling', { ...settings, ...options }).calls.map(({ to }) => to);

describe('doubling, on the production core and the models of AWS', () => {
  it('doubling holds while the load fits', () => {
    expect(runAlarms(new Float64Array(12 * hour).fill(2), 'doubling', settings)).toMatchObject({
      calls: [],
      refusals: 0,
    });
  });

  it('doubling scales up after 25 minutes at 75 %, and not again on the same datapoints', () => {
    const load = Float64Array.from({ length: 6 * hour }, (_, minute) => (minute < hour ? 2 : 3.4));
    const { calls } = runAlarms(load, 'doubling', settings);
    expect(calls.map(({ from, to }) => [from, to])).toEqual([[4, 8]]);
    expect(calls[0]?.minute).toBeGreaterThanOrEqual(hour + 24);
    expect(calls[0]?.minute).toBeLessThanOrEqual(hour + 28);
  });

  it('doubling halves after five quiet hours, rounded up, and at most once an hour', () => {
    const load = Float64Array.from({ length: 14 * hour }, (_, minute) => (minute < hour ? 3.5 : 0.2));
    expect(countsOf(load).slice(0, 2)).toEqual([4, 2]);
    const { calls } = runAlarms(load, 'doubling', settings);
    const gaps = calls.slice(1).map(({ minute }, index) => minute - (calls[index]?.minute ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(hour);
  });

  it('doubling stays within minShards and maxShards', () => {
    const load = Float64Array.from({ length: 24 * hour }, (_, minute) => (minute < 8 * hour ? 6 : 0.1));
    const counts = countsOf(load, { minShards: 3, maxShards: 13 });
    expect(Math.max(...counts)).toBeLessThanOrEqual(13);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(3);
  });

  it('doubling spends no more calls than dailyQuota, and scales again when calls are available again', () => {
    // A load that swings each eight hours asks for more than three calls a day.
    const load = Float64Array.from({ length: 72 * hour }, (_, minute) =>
      Math.floor(minute / (8 * hour)) % 2 ? 0.3 : 7,
    );
    const limited = { ...settings, dailyQuota: 3, dailyQuotaReserve: 0 };
    const { calls, refusals } = runAlarms(load, 'doubling', limited, { limits: { ...streamLimits, callsPer24h: 3 } });
    expect(refusals).toBe(0);
    for (const { minute } of calls) {
      const inADay = calls.filter((other) => other.minute > minute - 24 * hour && other.minute <= minute);
      expect(inADay.length).toBeLessThanOrEqual(3);
    }
    expect(calls.some(({ minute }) => minute > 48 * hour)).toBe(true);
  });

  it('two alarm runs of the same load are equal', () => {
    const load = Float64Array.from({ length: 48 * hour }, (_, minute) => 4 + 3.5 * Math.sin(minute / 200));
    expect(runAlarms(load, 'doubling', settings)).toEqual(runAlarms(load, 'doubling', settings));
  });
});
