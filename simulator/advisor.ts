/** Advises whether to stay provisioned, with which policy, or to move to on-demand, by dollars a month. */

import { candidatePolicies, isCandidatePolicy } from './candidate-policies.ts';
import type { Comparison } from './comparison.ts';
import { PASS_FRACTION } from './scorecard.ts';

export interface Option {
  readonly option: string;
  readonly dollarsPerMonth: number;
  readonly throttledFraction: number;
  /** Whether it throttled at most `PASS_FRACTION` of the records. */
  readonly isSafe: boolean;
}

export interface Advice {
  /** The cheapest safe option that a user can have: one of our policies, or on-demand. */
  readonly recommended: string;
  readonly because: string;
  /** Cheapest first. */
  readonly options: readonly Option[];
}

const HOURS_PER_MONTH = 730;

export function advise({ results, runs }: Comparison): Advice {
  const hours = (runs[0]?.minutes ?? 0) / 60;
  const options = results
    .map(({ policy, dollars, throttledFraction }) => ({
      option: policy,
      dollarsPerMonth: monthlyDollars(dollars, hours),
      throttledFraction,
      isSafe: throttledFraction <= PASS_FRACTION,
    }))
    .sort((a, b) => a.dollarsPerMonth - b.dollarsPerMonth);
  const available = options.filter(({ option }) => isAvailable(option));
  const safe = available.filter(({ isSafe }) => isSafe);
  const [best] = safe.length > 0 ? safe : available.toSorted((a, b) => a.throttledFraction - b.throttledFraction);
  if (best === undefined) return { recommended: 'none', because: 'no policy that can be had was compared', options };
  return { recommended: best.option, because: reasonFor(best, safe.length > 0), options };
}

/** What so many hours cost, carried on for a month. */
export function monthlyDollars(dollars: number, hours: number): number {
  return (dollars / hours) * HOURS_PER_MONTH;
}

function reasonFor({ option, dollarsPerMonth, throttledFraction }: Option, isSafe: boolean): string {
  const kind = option.startsWith('on-demand') ? 'move to on-demand' : 'stay provisioned';
  const throttled = `${(100 * throttledFraction).toFixed(3)} % throttled`;
  const why = isSafe ? 'the cheapest that throttles at most 0.1 %' : 'none throttles at most 0.1 %; this one the least';
  return `${kind}: ${why} (${dollarsPerMonth.toFixed(2)} dollars a month, ${throttled})`;
}

/** Competitors are for comparison only: one needs hindsight, and this product does not deploy the others. */
function isAvailable(option: string): boolean {
  if (!isCandidatePolicy(option)) return false;
  const { ours, billing } = candidatePolicies[option];
  return ours || billing !== 'shards';
}
