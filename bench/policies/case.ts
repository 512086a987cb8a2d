/** One load at one peak; what it needs at least is computed once, what a policy makes of it once per condition. */

import type { CandidatePolicyName } from '../../simulator/candidate-policies.ts';
import { type ComparisonOptions, compare } from '../../simulator/comparison.ts';
import { findOptimum, type Optimum } from '../../simulator/optimum.ts';
import { readPrices } from '../../simulator/prices.ts';
import type { Scorecard } from '../../simulator/scorecard.ts';
import { percent } from './table.ts';

const prices = readPrices();
if (!prices.ok) throw new Error(`prices cannot be read: ${JSON.stringify(prices.faults)}`);
const base: ComparisonOptions = {
  unit: 'records',
  model: 'loss',
  recordBytes: 1000,
  consumers: 1,
  sharedCommitment: true,
  prices: prices.value,
};

export class Case {
  readonly name: string;
  readonly peak: number;
  readonly load: Float64Array;
  readonly #scores = new Map<string, Scorecard>();
  #optimum: Optimum | undefined;

  constructor(name: string, shape: Float64Array, peak: number) {
    const highest = shape.reduce((most, value) => Math.max(most, value), 0);
    this.name = name;
    this.peak = peak;
    this.load = shape.map((value) => (value / highest) * peak);
  }

  get optimum(): Optimum {
    this.#optimum ??= findOptimum(this.load);
    return this.#optimum;
  }

  score(policy: CandidatePolicyName, changes: Partial<ComparisonOptions> = {}): Scorecard {
    const key = JSON.stringify([policy, changes]);
    const known = this.#scores.get(key);
    if (known !== undefined) return known;
    const [score] = compare(this.name, this.load, [policy], { ...base, ...changes }, this.optimum).results;
    if (score === undefined) throw new Error(`${policy} gave no result`);
    this.#scores.set(key, score);
    return score;
  }

  row(policies: readonly CandidatePolicyName[]): readonly string[] {
    const cells = policies.flatMap((policy) => {
      const { ratioToOptimum, throttledFraction, updateShardCountCalls, maxCallsIn24h } = this.score(policy);
      return [
        ratioToOptimum?.toFixed(2) ?? '',
        percent(throttledFraction),
        String(updateShardCountCalls),
        String(maxCallsIn24h),
      ];
    });
    return [this.name, String(this.peak), ...cells];
  }
}
