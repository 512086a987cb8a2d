import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DemandHistory } from '../../../core/demand.ts';
import { chooseTarget, expectAhead, type TargetInput, targetDefaults } from '../../../core/policies/target.ts';

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
    demand: DemandHistory.of(load),
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
  ] satisfies readonly (readonly [string, Situation, number])[])('%s', (_why, situation, target) => {
    expect(chooseTarget(settings, input(situation))).toBe(target);
  });

  it('keeps the return ticket: no scale-down that could not be doubled back to the week’s peak', () => {
    const load = [...steady(64, 60), ...steady(4)];
    // From 8 shards it takes three doublings to 64, and the scale-down itself a call.
    expect(chooseTarget(settings, input({ load, open: 16, callsLeft: 4 }))).toBe(8);
    expect(chooseTarget(settings, input({ load, open: 16, callsLeft: 3 }))).toBe(16);
  });

  it('keeps two calls for load that nobody expected, even when no peak asks for them', () => {
    expect(chooseTarget(settings, input({ load: steady(4), open: 16, callsLeft: 3 }))).toBe(8);
    expect(chooseTarget(settings, input({ load: steady(4), open: 16, callsLeft: 2 }))).toBe(16);
  });

  it('takes larger steps when few calls are left', () => {
    const load = [...steady(64, 60), ...steady(7), 8.5, 8.5];
    expect(chooseTarget(settings, input({ load, open: 9, callsLeft: 10 }))).toBe(12);
    expect(chooseTarget(settings, input({ load, open: 9, callsLeft: 3 }))).toBe(16);
  });

  it('does not go down before a rise that came at this hour yesterday', () => {
    const yesterday = [...steady(4, day), ...steady(16, 60), ...steady(4, day - 60)];
    const daily = { ...settings, season: 'day' } as const;
    expect(chooseTarget({ ...daily, season: 'none' }, input({ load: yesterday, open: 16 }))).toBe(8);
    expect(chooseTarget(daily, input({ load: yesterday, open: 16 }))).toBe(16);
  });

  it('goes up ahead of it when asked to', () => {
    const yesterday = [...steady(4, day), ...steady(16, 60), ...steady(4, day - 60)];
    const prewarming = { ...settings, season: 'day', prewarmMinutes: 10 } as const;
    expect(chooseTarget(prewarming, input({ load: yesterday, open: 10 }))).toBe(20);
  });

  it('expects nothing before it has seen a day', () => {
    expect(expectAhead(targetDefaults, input({ load: steady(5, 100), open: 5 }), 60)).toBe(0);
  });

  it('stays within one call’s reach, whatever the load', () => {
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

  it('wants no fewer shards for more load', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 50, noNaN: true }), fc.integer({ min: 1, max: 60 }), (load, open) => {
        const less = chooseTarget(settings, input({ load: steady(load, 200), open }));
        const more = chooseTarget(settings, input({ load: steady(load * 1.5, 200), open }));
        expect(more).toBeGreaterThanOrEqual(less);
      }),
    );
  });
});
