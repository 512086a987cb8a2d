import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { steadyLag } from '../../../consumer/decision/steady-lag.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Ten minutes of datapoints of a minute. */
const window = { startedAtMs: 0, periodMs: minuteMs };

describe('a lag and its datapoints', () => {
  it.each([
    { why: 'a normal lag counts as it is', lags: [5_000, 6_000], lagMs: 6_000 },
    { why: 'a consumer that stands still falls behind as fast as time passes', lags: [0, 120_000], lagMs: 120_000 },
    { why: 'a fall counts at once', lags: [dayMs, 0], lagMs: 0 },
    {
      why: 'a one-day spike is cut to what time can explain',
      lags: [1_000, dayMs],
      lagMs: 121_000,
      unconfirmed: dayMs,
    },
    { why: 'a one-day lag that the next datapoint confirms counts in full', lags: [dayMs, dayMs], lagMs: dayMs },
    { why: 'a spike between normal datapoints is over with the next', lags: [0, dayMs, 2_000], lagMs: 2_000 },
    {
      why: 'a single datapoint counts to the length of the window',
      lags: [dayMs],
      lagMs: 10 * minuteMs,
      unconfirmed: dayMs,
    },
  ])('steadyLag: $why', ({ lags, lagMs, unconfirmed }) => {
    const newestMs = 9 * minuteMs;
    const datapoints = lags.map((lag, index) => ({
      startedAtMs: newestMs - (lags.length - 1 - index) * minuteMs,
      lagMs: lag,
    }));
    const expected = unconfirmed === undefined ? { lagMs } : { lagMs, unconfirmedLagMs: unconfirmed };
    expect(steadyLag(datapoints.toReversed(), window)).toEqual(expected);
  });

  it('steadyLag never exceeds the newest datapoint, and is undefined without one', () => {
    const lag = fc.integer({ min: 0, max: 2 * dayMs });
    fc.assert(
      fc.property(lag, lag, (previous, newest) => {
        const datapoints = [
          { startedAtMs: 0, lagMs: previous },
          { startedAtMs: minuteMs, lagMs: newest },
        ];
        const lagMs = steadyLag(datapoints, window)?.lagMs ?? Number.NaN;
        expect(lagMs).toBeLessThanOrEqual(newest);
        expect(lagMs).toBeLessThanOrEqual(previous + 2 * minuteMs);
      }),
    );
    expect(steadyLag([], window)).toBeUndefined();
  });
});
