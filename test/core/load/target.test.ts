import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LoadHistory } from '../../../core/load/load-history.ts';
import { chooseTarget, expectAhead, type TargetInput, targetDefaults } from '../../../core/load/target.ts';

const day = 1440;

interface Situation {
  /** Load of every minute so far; the last is the newest. */
  readonly load: readonly number[];
  readonly open: number;
  readonly callsLeft?: number;
  readonly minutesSinceScaleUp?: number;
}

function input({ load, open, callsLeft = 10, minutesSinceScaleUp = Number.POSITIVE_INFINITY }: Situation): TargetInput {
  return {
    minute: load.length - 1,
    load: LoadHistory.of(load),
    openShardCount: open,
    callsLeft,
    minutesSinceScaleUp,
  };
}

const steady = (shards: number, minutes = 2 * day) => Array.from({ length: minutes }, () => shards);
/** Of its own, so that another default changes no row. */
const settings = {
  scaleUpAt: 0.9,
  sustainedMinutes: 2,
  fillTo: 0.8,
  quietMinutes: 15,
  shrinkTo: 0.85,
  largestRemainder: 0.76,
  season: 'none',
  lookAheadMinutes: 240,
  prewarmMinutes: 0,
} as const;

describe('target', () => {
  it.each([
    ['a load that fits is left alone', { load: steady(7), open: 9 }, 9],
    ['one minute above is not sustained', { load: [...steady(7), 8.5], open: 9 }, 9],
    ['two minutes above are', { load: [...steady(7), 8.5, 8.5], open: 9 }, 12],
    ['far above: at once, and twice as many', { load: [...steady(7), 12], open: 9 }, 18],
    ['rising under the last scale-up: no waiting', { load: [...steady(7), 8.5], open: 9, minutesSinceScaleUp: 5 }, 14],
    ['quiet: down to the 25 % grid', { load: steady(5), open: 12 }, 6],
    ['quiet, but not for a step worth a call', { load: steady(8), open: 12 }, 12],
    ['not soon after a scale-up', { load: steady(5), open: 12, minutesSinceScaleUp: 10 }, 12],
    ['never below one shard', { load: steady(0), open: 1 }, 1],
    ['nothing without a call', { load: [...steady(7), 12], open: 9, callsLeft: 0 }, 9],
  ] satisfies readonly (readonly [string, Situation, number])[])('target: %s', (_why, situation, target) => {
    expect(chooseTarget(settings, input(situation))).toBe(target);
  });

  it.each([
    ['far above begins beyond 125 %', { load: [...steady(7), 10], open: 8 }, 8],
    ['beyond it no minute is waited for', { load: [...steady(7), 10.01], open: 8 }, 16],
    ['at the limit is not above it', { load: [...steady(7), 9, 9], open: 10 }, 10],
    ['at the limit under a scale-up neither', { load: [...steady(8), 9], open: 10, minutesSinceScaleUp: 5 }, 10],
    [
      'a rise of a fifth in three minutes is not steep',
      { load: [...steady(7), 9], open: 10, minutesSinceScaleUp: 5 },
      10,
    ],
    ['a steeper one will go on: 9 becomes 14', { load: [...steady(4), 9], open: 10, minutesSinceScaleUp: 5 }, 18],
    ['a scale-up is recent for 15 minutes', { load: [...steady(7), 8.5], open: 9, minutesSinceScaleUp: 14 }, 14],
    ['then one minute must be sustained again', { load: [...steady(7), 8.5], open: 9, minutesSinceScaleUp: 15 }, 9],
    ['and no step is larger for it', { load: [...steady(7), 8.5, 8.5], open: 9, minutesSinceScaleUp: 15 }, 12],
  ] satisfies readonly (readonly [string, Situation, number])[])('target scales up: %s', (_why, situation, target) => {
    expect(chooseTarget(settings, input(situation))).toBe(target);
  });

  it.each([
    ['after 20 minutes', { load: steady(5), open: 12, minutesSinceScaleUp: 20 }, 6],
    ['after 15 quiet minutes', { load: [...steady(5), 11, ...steady(5, 15)], open: 12 }, 6],
    ['not after 14', { load: [...steady(5), 11, ...steady(5, 14)], open: 12 }, 12],
    ['to three quarters where half would not hold the load', { load: steady(8.5), open: 16 }, 12],
    ['off the grid where three quarters would be too many to be worth a call', { load: steady(4.9), open: 9 }, 6],
    ['to the one shard that is left', { load: steady(0), open: 2 }, 1],
  ] satisfies readonly (readonly [string, Situation, number])[])('target scales down %s', (_why, situation, target) => {
    expect(chooseTarget(settings, input(situation))).toBe(target);
  });

  it('target scales down to exactly the largest remainder', () => {
    expect(chooseTarget({ ...settings, largestRemainder: 0.75 }, input({ load: steady(10), open: 16 }))).toBe(12);
  });

  it('target does not scale down where the calls left cannot double back to the week’s peak', () => {
    const load = [...steady(64, 60), ...steady(4)];
    // From 8 shards it takes three doublings to 64, and the scale-down itself a call.
    expect(chooseTarget(settings, input({ load, open: 16, callsLeft: 4 }))).toBe(8);
    expect(chooseTarget(settings, input({ load, open: 16, callsLeft: 3 }))).toBe(16);
  });

  it('target keeps two calls for unexpected load, even when no peak requires them', () => {
    expect(chooseTarget(settings, input({ load: steady(4), open: 16, callsLeft: 3 }))).toBe(8);
    expect(chooseTarget(settings, input({ load: steady(4), open: 16, callsLeft: 2 }))).toBe(16);
  });

  it('target takes larger steps when few calls are left', () => {
    const load = [...steady(64, 60), ...steady(7), 8.5, 8.5];
    expect(chooseTarget(settings, input({ load, open: 9, callsLeft: 10 }))).toBe(12);
    expect(chooseTarget(settings, input({ load, open: 9, callsLeft: 3 }))).toBe(16);
  });

  it.each([
    ['of a first day: eight times as much may come', { load: [...steady(7, 100), 8.5, 8.5] }, 18],
    ['of a first day, also below its peak', { load: [...steady(20, 10), ...steady(7, 90), 8.5, 8.5] }, 18],
    ['that is the highest of the week', { load: [...steady(7), 8.5, 8.5] }, 18],
    ['within a tenth of it', { load: [...steady(10, 60), ...steady(7), 9, 9] }, 18],
    [
      'well below it: no more than that peak is to be reached',
      { load: [...steady(20, 10), ...steady(7), 8.5, 8.5] },
      12,
    ],
    ['well below it, as soon as a day is known', { load: [...steady(20, 10), ...steady(7, day - 11), 8.5, 8.5] }, 12],
  ])('target with three calls left scales up for a load %s', (_what, situation, target) => {
    expect(chooseTarget(settings, input({ ...situation, open: 9, callsLeft: 3 }))).toBe(target);
  });

  it('target keeps one call more while less than a day is known', () => {
    const down = (minutes: number, callsLeft: number) =>
      chooseTarget(settings, input({ load: steady(6.5, minutes), open: 16, callsLeft }));
    expect([down(100, 4), down(100, 3), down(day, 3), down(day + 1, 3)]).toEqual([8, 16, 16, 8]);
  });

  it.each([
    ['twice the day’s highest, and rising', [...steady(0.05), 0.06, 0.1, 0.2, 0.3], 1, 2],
    ['not by what the load has always been', [...steady(0.3), 0.05, 0.05, 0.05, 0.3], 1, 1],
    ['not by less than twice as much', [...steady(1), ...steady(1.3, 1), 1.9], 3, 3],
    ['not by a rise that leaves the shards nearly empty', [...steady(0.05), 0.06, 0.1, 0.2, 0.3], 2, 1],
    ['not by one that is over', [...steady(0.05), ...steady(0.3, 5)], 1, 1],
  ])('target does not wait for full shards at a new peak: %s', (_what, load, open, target) => {
    expect(chooseTarget(settings, input({ load, open, callsLeft: 3 }))).toBe(target);
  });

  it('target scales up to the load of this hour yesterday', () => {
    const load = [...steady(7, day), ...steady(16, 60), ...steady(7, day - 60), 8.5, 8.5];
    expect(chooseTarget(settings, input({ load, open: 9 }))).toBe(12);
    expect(chooseTarget({ ...settings, season: 'day' }, input({ load, open: 9 }))).toBe(18);
  });

  it('target does not scale down before a rise that came at this hour yesterday', () => {
    const yesterday = [...steady(4, day), ...steady(16, 60), ...steady(4, day - 60)];
    const daily = { ...settings, season: 'day' } as const;
    expect(chooseTarget({ ...daily, season: 'none' }, input({ load: yesterday, open: 16 }))).toBe(8);
    expect(chooseTarget(daily, input({ load: yesterday, open: 16 }))).toBe(16);
  });

  describe('goes up ahead of it when asked to', () => {
    const prewarming = { ...settings, season: 'day', prewarmMinutes: 10 } as const;
    /** Four shards, and yesterday a rise so many minutes after this one. */
    const rise = (inMinutes: number, ...then: readonly number[]) => [
      ...steady(4, day - 1 + inMinutes),
      ...then,
      ...steady(4, day + 1 - inMinutes - then.length),
    ];
    const hour = steady(16, 60);

    it('target prewarms ten minutes ahead, and not eleven', () => {
      expect(chooseTarget(prewarming, input({ load: rise(10, ...hour), open: 10 }))).toBe(20);
      expect(chooseTarget(prewarming, input({ load: rise(11, ...hour), open: 10 }))).toBe(10);
      expect(chooseTarget({ ...prewarming, prewarmMinutes: 0 }, input({ load: rise(0, 16), open: 10 }))).toBe(10);
    });

    it('target does not prewarm where the open shards suffice', () => {
      expect(chooseTarget(prewarming, input({ load: rise(10, ...hour), open: 16 }))).toBe(16);
    });

    it('target prewarms for the peak of all the hours it looks ahead', () => {
      const load = rise(5, ...steady(12, 30), ...steady(16, 30));
      expect(chooseTarget(prewarming, input({ load, open: 10 }))).toBe(20);
    });

    it('target prewarms only while calls are left for unexpected load', () => {
      const load = rise(5, ...hour);
      expect(chooseTarget(prewarming, input({ load, open: 10, callsLeft: 3 }))).toBe(20);
      expect(chooseTarget(prewarming, input({ load, open: 10, callsLeft: 2 }))).toBe(10);
    });
  });

  describe('expects', () => {
    const daily = { ...settings, season: 'day' } as const;
    const weekly = { ...settings, season: 'week' } as const;
    const week = 7 * day;
    const expecting = (which: typeof daily | typeof weekly, load: readonly number[], minutes = 60) =>
      expectAhead(which, input({ load, open: 5 }), minutes);

    it('no load is expected before a day is known, or without a season', () => {
      expect(expecting(daily, steady(5, day))).toBe(0);
      expect(expecting(daily, steady(5, day + 1))).toBe(5);
      expect(expectAhead(settings, input({ load: steady(5), open: 5 }), 60)).toBe(0);
    });

    it('the expected load is yesterday’s peak of the minutes ahead', () => {
      const load = [...steady(4, day + 30), 16, ...steady(4, day - 31)];
      expect([30, 31, 32].map((minutes) => expecting(daily, load, minutes))).toEqual([4, 16, 16]);
    });

    it.each([
      ['half as much again', [4, 8], 24],
      ['twice as much', [8, 8], 32],
      ['four times as much: no more than twice is believed', [16, 16], 32],
      ['a quarter: no less than half', [1, 1], 8],
    ])('the expected load is scaled by the last hour against the same hour then: %s', (_how, pair, expected) => {
      const lastHour = Array.from({ length: 60 }, (_, minute) => pair[minute % 2] ?? 0);
      // What was before the hours that are compared matters on neither day.
      const yesterday = [...steady(40, day - 60), ...steady(4, 60), ...steady(16, 60)];
      const load = [...yesterday, ...steady(30, day - 120), ...lastHour];
      expect(expecting(daily, load)).toBe(expected);
    });

    it('the expected load is yesterday’s, unscaled, where yesterday’s hour was zero', () => {
      const load = [...steady(0, day), ...steady(16, 60), ...steady(4, day - 60)];
      expect(expecting(daily, load)).toBe(16);
    });

    it('the expected load is last week’s once a week is known, where the season is a week', () => {
      const load = [...steady(5, 30), 20, ...steady(5, week - 31)];
      expect(expecting(weekly, load)).toBe(5);
      expect(expecting(weekly, [...load, 5])).toBe(20);
      expect(expecting(daily, [...load, 5])).toBe(5);
    });
  });

  it('target stays within one call’s reach, whatever the load', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 0, max: 10 }),
        fc.integer({ min: 0, max: 60 }),
        (load, open, callsLeft, minutesSinceScaleUp) => {
          const target = chooseTarget(targetDefaults, input({ load, open, callsLeft, minutesSinceScaleUp }));
          expect(Number.isInteger(target)).toBe(true);
          expect(target).toBeGreaterThanOrEqual(Math.ceil(open / 2));
          expect(target).toBeLessThanOrEqual(2 * open);
        },
      ),
    );
  });

  it('target wants no fewer shards for more load', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 50, noNaN: true }), fc.integer({ min: 1, max: 60 }), (load, open) => {
        const less = chooseTarget(settings, input({ load: steady(load, 200), open }));
        const more = chooseTarget(settings, input({ load: steady(load * 1.5, 200), open }));
        expect(more).toBeGreaterThanOrEqual(less);
      }),
    );
  });
});
