/** A comparison as a sentence: which policy, what it saves a month against a fixed stream and against today's, at what throttling. */
import { advise, monthlyDollars, type Option } from './advisor.ts';
import { type Comparison, type ComparisonOptions, trafficOf } from './comparison.ts';
import { provisionedDollars } from './prices.ts';
import { PASS_FRACTION } from './scorecard.ts';

/** What the stream runs with today: a policy that was compared, or a fixed count of shards. */
export type Today = { readonly policy: string } | { readonly shards: number };

/** The policy of a stream that is fixed at the peak. */
export const fixedAtPeak = 'static-peak';

/** @param comparison with `static-peak`, and today's policy, among its results; what is missing is not compared with */
export function conclude(
  comparison: Comparison,
  today: Today,
  load: Float64Array,
  comparisonOptions: ComparisonOptions,
): string {
  const { recommended, options } = advise(comparison);
  const best = options.find(({ option }) => option === recommended);
  if (best === undefined) return 'No policy that can be deployed was compared.';
  const peak = Math.ceil(comparison.peakShards - 1e-9);
  const fixed = options.find(({ option }) => option === fixedAtPeak);
  const current =
    'shards' in today
      ? fixedOption(today.shards, load, comparisonOptions)
      : options.find(({ option }) => option === today.policy);
  const currentName = 'shards' in today ? `today's ${today.shards} shards` : `\`${today.policy}\`, today's policy`;
  const verdict = best.isSafe
    ? `\`${best.option}\` is the cheapest that throttles at most 0.1 %`
    : `None throttles at most 0.1 %; \`${best.option}\` throttles the least`;
  return `${[
    `${verdict}: ${dollars(best.dollarsPerMonth)} a month, ${percent(best.throttledFraction)} of the records throttled`,
    ...difference(best, fixed, `a stream fixed at the ${peak} shards of the peak, which only hindsight knows`),
    ...difference(best, current?.option === best.option ? undefined : current, currentName),
  ].join('; ')}.`;
}

function fixedOption(shards: number, load: Float64Array, options: ComparisonOptions): Option {
  const hours = load.length / 60;
  const total = load.reduce((sum, offered) => sum + offered, 0);
  const rejected = load.reduce((sum, offered) => sum + Math.max(0, offered - shards), 0);
  const throttledFraction = total > 0 ? rejected / total : 0;
  const spent = provisionedDollars(shards * hours, trafficOf(load, options), options.prices);
  return {
    option: 'today',
    dollarsPerMonth: monthlyDollars(spent, hours),
    throttledFraction,
    isSafe: throttledFraction <= PASS_FRACTION,
  };
}

function difference(best: Option, other: Option | undefined, name: string): readonly string[] {
  if (other === undefined) return [];
  const saved = other.dollarsPerMonth - best.dollarsPerMonth;
  const throttled = `(${percent(other.throttledFraction)} throttled)`;
  if (Math.abs(saved) < 0.005) return [`as dear as ${name} ${throttled}`];
  return [`${dollars(Math.abs(saved))} ${saved > 0 ? 'less' : 'more'} than ${name} ${throttled}`];
}

function dollars(amount: number): string {
  return `${amount.toFixed(2)} dollars`;
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(3)} %`;
}
