/** The simulator's own speed; the only figures here that depend on the machine. */
import { candidatePolicies } from '../../simulator/candidate-policies.ts';
import { findOptimum } from '../../simulator/optimum.ts';

const DAY = 1440;
const MONTH = 365 * (DAY / 12);

export function speedRows(): readonly (readonly string[])[] {
  const year = wave(365 * DAY);
  const months = [1, 4, 16].map((count) => wave(count * MONTH));
  const doubling = (load: Float64Array) => () => candidatePolicies.doubling.run(load, {});
  // Compiled before it is measured, as in any run that compares several policies.
  doubling(wave(30 * DAY))();
  return [
    ['a year of minutes with doubling', '< 1 s', seconds(doubling(year))],
    ...[1, 4, 16].map((count, index) => {
      const load = months[index] ?? year;
      const taken = measure(doubling(load));
      return [
        `${count} month${count > 1 ? 's' : ''}, per minute`,
        'the same',
        `${((taken * 1e6) / load.length).toFixed(0)} ns`,
      ];
    }),
    ['a year of minutes with target', '', seconds(() => candidatePolicies.target.run(year, {}))],
    [
      '11 days with adaptive (40 replays of a week)',
      '',
      seconds(() => candidatePolicies.adaptive.run(wave(11 * DAY), {})),
    ],
    ['the optimum of 11 days at 64 shards', '< 5 s', seconds(() => findOptimum(wave(11 * DAY)))],
  ];
}

/** A day's wave between a sixth and all of 64 shards, with a slower one over it. */
function wave(minutes: number): Float64Array {
  return Float64Array.from({ length: minutes }, (_, minute) => {
    const day = 0.5 - 0.5 * Math.cos((2 * Math.PI * minute) / DAY);
    const month = 0.85 + 0.15 * Math.sin((2 * Math.PI * minute) / MONTH);
    return 64 * month * (1 / 6 + (5 / 6) * day);
  });
}

function measure(run: () => unknown): number {
  const from = performance.now();
  run();
  return performance.now() - from;
}

function seconds(run: () => unknown): string {
  return `${(measure(run) / 1000).toFixed(2)} s`;
}
