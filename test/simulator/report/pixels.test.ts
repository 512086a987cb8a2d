import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ChartedRun, thinOut } from '../../../simulator/report/pixels.ts';

function runOf(load: readonly number[], capacity: readonly number[], calls: ChartedRun['calls'] = []): ChartedRun {
  const throttled = load.map((offered, minute) => Math.max(0, offered - (capacity[minute] ?? 0)));
  return {
    load: Float64Array.from(load),
    capacity: Float64Array.from(capacity),
    throttled: Float64Array.from(throttled),
    calls,
  };
}

it('draws capacity never under the load of a pixel in which nothing was throttled', () => {
  const minute = fc.record({ load: fc.integer({ min: 0, max: 50 }), spare: fc.integer({ min: 0, max: 20 }) });
  fc.assert(
    fc.property(
      fc.array(minute, { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 40 }),
      (minutes, width) => {
        const load = minutes.map((each) => each.load);
        const pixels = thinOut(
          runOf(
            load,
            minutes.map((each) => each.load + each.spare),
          ),
          width,
        );
        expect(pixels.length).toBeLessThanOrEqual(width);
        for (const { loadLeast, loadMost, capacityLeast, capacityMost, throttled } of pixels) {
          expect(throttled).toBeUndefined();
          expect(loadMost).toBeLessThanOrEqual(capacityMost);
          expect(loadLeast).toBeLessThanOrEqual(capacityLeast);
        }
      },
    ),
  );
});

it('keeps the one throttled minute of a year, with what was offered and served', () => {
  const minutes = 525_600;
  const load = new Array<number>(minutes).fill(3);
  load[300_001] = 9;
  const pixels = thinOut(runOf(load, new Array<number>(minutes).fill(4)), 900);
  expect(pixels.filter(({ throttled }) => throttled)).toMatchObject([
    { loadLeast: 3, loadMost: 9, capacityLeast: 4, capacityMost: 4, throttled: { offered: 9, served: 4 } },
  ]);
});

it('keeps every minute of a run that has fewer than the chart has pixels, and counts the calls of each', () => {
  const calls = [
    { minute: 1, from: 2, to: 4 },
    { minute: 1, from: 4, to: 3 },
    { minute: 2, from: 3, to: 2 },
  ];
  expect(thinOut(runOf([1, 2, 3], [4, 5, 6], calls), 10)).toEqual([
    { minute: 0, loadLeast: 1, loadMost: 1, capacityLeast: 4, capacityMost: 4 },
    { minute: 1, loadLeast: 2, loadMost: 2, capacityLeast: 5, capacityMost: 5, calls: { up: 1, down: 1 } },
    { minute: 2, loadLeast: 3, loadMost: 3, capacityLeast: 6, capacityMost: 6, calls: { up: 0, down: 1 } },
  ]);
});
