/** Where each policy stands in a comparison: ours or not, the default, the cheapest that is safe. */
import { advise, monthlyDollars } from '../advisor.ts';
import { type CandidatePolicy, candidatePolicies, isCandidatePolicy } from '../candidate-policies.ts';
import type { Comparison } from '../comparison.ts';
import { fixedAtPeak } from '../conclusion.ts';
import { PASS_FRACTION } from '../scorecard.ts';
import type { CostRow } from './cost-chart.ts';

export interface Standing {
  readonly isOurs: boolean;
  readonly isDefault: boolean;
  readonly isBest: boolean;
  readonly isHindsight: boolean;
  /** The same in words; empty for what has nothing to be said of it. */
  readonly remarks: readonly string[];
}

const defaultPolicy = 'doubling';

export function standingOf(policy: string, comparison: Comparison): Standing {
  const candidate: CandidatePolicy | undefined = isCandidatePolicy(policy) ? candidatePolicies[policy] : undefined;
  const isOurs = candidate?.ours ?? false;
  const isDefault = policy === defaultPolicy;
  const isHindsight = policy === fixedAtPeak;
  const isBest = policy === bestOf(comparison);
  const remarks = [
    ...(isBest ? [`cheapest within ${100 * PASS_FRACTION} %`] : []),
    ...(isDefault ? ['the default'] : isOurs ? ['this product'] : []),
    ...(isHindsight ? ['needs hindsight'] : []),
  ];
  return { isOurs, isDefault, isBest, isHindsight, remarks };
}

/** Cheapest first; the optimum among them. */
export function costRowsOf(load: Float64Array, comparison: Comparison): readonly CostRow[] {
  const { results, optimum } = comparison;
  const hours = load.length / 60;
  const rows: CostRow[] = results.map(({ policy, dollars, throttledFraction }) => {
    const { remarks, isBest, isHindsight } = standingOf(policy, comparison);
    return { name: policy, remarks, dollars: monthlyDollars(dollars, hours), throttledFraction, isBest, isHindsight };
  });
  const [first] = results;
  if (first && Number.isFinite(optimum.lowerBoundShardHours)) {
    const dollars = monthlyDollars(first.dollars / first.dollarRatioToOptimum, hours);
    const remarks = ['the least possible, needs hindsight'];
    rows.push({ name: 'optimum', remarks, dollars, throttledFraction: 0, isBest: false, isHindsight: true });
  }
  return rows.toSorted((one, other) => one.dollars - other.dollars);
}

/** The one that the advisor recommends, if it is safe. */
function bestOf(comparison: Comparison): string | undefined {
  const { recommended, options } = advise(comparison);
  return options.find(({ option }) => option === recommended)?.isSafe ? recommended : undefined;
}
