/**
 * What knowing the future would be worth: a policy under all the rules whose only privilege is to see the next minutes. And
 * the two bounds of the optimum, which know everything.
 */
import { geometricMean, PASS_FRACTION } from '../../simulator/scorecard.ts';
import { runStream, type Scaler } from '../../simulator/stream-run.ts';
import type { Case } from './case.ts';

const WEEK = 7 * 1440;
/** Long enough for a call made now to have taken effect, at these peaks. */
const EFFECT_MINUTES = 8;

export function foresightRows(cases: readonly Case[]): readonly (readonly string[])[] {
  const feasible = cases.map(({ optimum }) => optimum.feasibleShardHours / optimum.lowerBoundShardHours);
  return [
    ['everything, cheapest schedule found under the rolling rule', ...figures(feasible, cases.length, cases.length)],
    ...[6 * 60, 60, 15].map((minutes) => {
      const runs = cases.map((each) => judge(each, minutes));
      const passed = runs.filter(({ throttled }) => throttled <= PASS_FRACTION).length;
      return [
        `the next ${minutes < 60 ? `${minutes} minutes` : `${minutes / 60} h`}`,
        ...figures(
          runs.map(({ ratio }) => ratio),
          passed,
          cases.length,
        ),
      ];
    }),
  ];
}

function figures(ratios: readonly number[], passed: number, runs: number): readonly string[] {
  return [geometricMean(ratios).toFixed(3), Math.max(...ratios).toFixed(2), `${passed} of ${runs}`];
}

function judge({ load, optimum }: Case, minutes: number): { ratio: number; throttled: number } {
  const run = runStream(load, foreseeing(load, minutes));
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  return { ratio: sum(run.billed) / 60 / optimum.lowerBoundShardHours, throttled: sum(run.throttled) / sum(load) };
}

function foreseeing(load: Float64Array, minutes: number): Scaler {
  const peakOf = (from: number, to: number) => {
    let peak = 0;
    for (let at = Math.max(0, from); at <= Math.min(to, load.length - 1); at++)
      peak = Math.max(peak, load[at] as number);
    return Math.ceil(peak - 1e-9);
  };
  return {
    name: 'foresight',
    step: ({ minute, stream }) => {
      const open = stream.openShardCount;
      const left = stream.callsLeft(minute);
      const ahead = Math.max(1, peakOf(minute, minute + Math.max(minutes, EFFECT_MINUTES)));
      if (left <= 0) return undefined;
      if (peakOf(minute, minute + EFFECT_MINUTES) > open) return Math.min(2 * open, ahead);
      const target = Math.max(ahead, Math.ceil(open / 2));
      if (target > 0.8 * open) return undefined;
      const ticket = Math.max(2, Math.ceil(Math.log2(peakOf(minute - WEEK, minute) / target)));
      return left - 1 >= ticket ? target : undefined;
    },
  };
}
