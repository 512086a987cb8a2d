/** A policy over many cases, as one row. */
import type { CandidatePolicyName } from '../../simulator/candidate-policies.ts';
import { geometricMean, PASS_FRACTION } from '../../simulator/scorecard.ts';
import type { Case } from './case.ts';
import { percent } from './table.ts';

export interface Summary {
  readonly policy: string;
  readonly hoursRatio: number | undefined;
  readonly worstHoursRatio: number | undefined;
  readonly dollarRatio: number;
  readonly runs: number;
  readonly passed: number;
  readonly worstThrottled: number;
  readonly mostCallsIn24h: number;
  readonly refusals: number;
}

export function summarize(policy: CandidatePolicyName, cases: readonly Case[]): Summary {
  const scores = cases.map((each) => each.score(policy));
  const ratios = scores.flatMap(({ ratioToOptimum }) => (ratioToOptimum === null ? [] : [ratioToOptimum]));
  return {
    policy,
    hoursRatio: ratios.length > 0 ? geometricMean(ratios) : undefined,
    worstHoursRatio: ratios.length > 0 ? Math.max(...ratios) : undefined,
    dollarRatio: geometricMean(scores.map(({ dollarRatioToOptimum }) => dollarRatioToOptimum)),
    runs: scores.length,
    passed: scores.filter(({ throttledFraction }) => throttledFraction <= PASS_FRACTION).length,
    worstThrottled: Math.max(...scores.map(({ throttledFraction }) => throttledFraction)),
    mostCallsIn24h: Math.max(...scores.map(({ maxCallsIn24h }) => maxCallsIn24h)),
    refusals: scores.reduce((total, { refusals }) => total + refusals, 0),
  };
}

export const summaryHead = [
  'policy',
  'hours/optimum, gm',
  'worst',
  'dollars/optimum, gm',
  'runs with <= 0.1 % throttled',
  'most throttled',
  'most calls in 24 h',
  'refusals',
];

export function summaryRow(summary: Summary): readonly string[] {
  return [
    summary.policy,
    summary.hoursRatio?.toFixed(3) ?? '-',
    summary.worstHoursRatio?.toFixed(2) ?? '-',
    summary.dollarRatio.toFixed(3),
    `${summary.passed} of ${summary.runs}`,
    percent(summary.worstThrottled),
    String(summary.mostCallsIn24h),
    String(summary.refusals),
  ];
}
