import { describe, expect, it } from 'vitest';
import { streamLimits } from '../../core/load/stream-replay.ts';
import { usEast1Prices } from '../../core/report/prices.ts';
import { advise } from '../../simulator/advisor.ts';
import {
  type CandidatePolicyName,
  candidatePolicies,
  candidatePolicyNames,
} from '../../simulator/candidate-policies.ts';
import { type ComparisonOptions, compare } from '../../simulator/comparison.ts';
import { runOnDemand } from '../../simulator/competitors/on-demand.ts';
import { readPrices } from '../../simulator/prices.ts';
import { mostCallsInADay } from '../../simulator/scorecard.ts';
import { runStream, type Scaler } from '../../simulator/stream-run.ts';

const day = 1440;
const prices = readPrices();
if (!prices.ok) throw new Error('the price list that ships cannot be read');
const options: ComparisonOptions = {
  unit: 'records',
  model: 'loss',
  recordBytes: 1000,
  consumers: 1,
  sharedCommitment: true,
  prices: prices.value,
};
const load = Float64Array.from({ length: 5 * day }, (_, minute) => {
  const flash = minute > 2.4 * day && minute < 2.45 * day ? 9 : 0;
  return 6 - 5 * Math.cos((2 * Math.PI * minute) / day) + flash;
});

describe('runStream', () => {
  const never: Scaler = { name: 'never', step: () => undefined };

  it('a run loses what does not fit, or offers it again in the retry model', () => {
    const burst = Float64Array.of(1, 3, 1, 1, 1);
    expect([...runStream(burst, never).throttled]).toEqual([0, 1, 0, 0, 0]);
    expect([...runStream(burst, never, { model: 'retry' }).throttled]).toEqual([0, 1, 0, 0, 0]);
    const overload = Float64Array.of(1, 3, 2, 2, 0);
    expect([...runStream(overload, never, { model: 'retry' }).throttled]).toEqual([0, 1, 1, 1, 0]);
  });

  it('a policy sees no datapoint before CloudWatch could show it', () => {
    const seen: number[][] = [];
    const watching: Scaler = {
      name: 'watching',
      step: ({ minute, load }) => {
        seen.push([load.length, load.at(minute)]);
        return undefined;
      },
    };
    runStream(Float64Array.of(1, 2, 5, 1), watching);
    // The newest datapoint is that of the minute before; before the first the load was flat.
    expect(seen).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
      [4, 5],
    ]);
  });

  it('a run counts every call that Kinesis would refuse', () => {
    const rash: Scaler = { name: 'rash', step: ({ stream }) => stream.openShardCount * 3 };
    expect(runStream(new Float64Array(5).fill(1), rash).refusals).toBe(5);
  });
});

describe('our policies', () => {
  it.each(['target', 'adaptive'] as const)('%s asks for no more shards than a stream can have', (policy) => {
    const limits = { ...streamLimits, maxShards: 50 };
    const growing = Float64Array.from({ length: 300 }, (_, minute) => Math.min(48, 15 + minute / 4));
    const { refusals, calls, throttled } = candidatePolicies[policy].run(growing, { limits });
    expect({ refusals, to: calls.at(-1)?.to }).toEqual({ refusals: 0, to: 50 });
    expect(throttled.at(-1)).toBe(0);
  });
});

describe('a comparison', () => {
  const comparison = compare('wave', load, candidatePolicyNames, options);
  const of = (policy: CandidatePolicyName) => comparison.results[candidatePolicyNames.indexOf(policy)];

  it('every policy has a result, and none is cheaper than the optimum unless it throttles', () => {
    expect(comparison.results.map(({ policy }) => policy)).toEqual(candidatePolicyNames);
    for (const { ratioToOptimum, throttledFraction } of comparison.results) {
      if (ratioToOptimum !== null && throttledFraction === 0) expect(ratioToOptimum).toBeGreaterThanOrEqual(1);
    }
  });

  it.each(['adaptive', 'target'] as const)(
    '%s has no refusal, makes at most ten calls a day and is cheaper than a fixed stream',
    (policy) => {
      const score = of(policy);
      expect(score?.refusals).toBe(0);
      expect(score?.maxCallsIn24h).toBeLessThanOrEqual(10);
      expect(score?.shardHours ?? Number.NaN).toBeLessThan(of('static-peak')?.shardHours ?? 0);
    },
  );

  it('on-demand is billed by use, static peak by its peak', () => {
    expect(of('on-demand')?.shardHours).toBeNull();
    expect(of('static-peak')?.shardHours).toBe(20 * 5 * 24);
    expect(of('static-peak')?.throttledFraction).toBe(0);
  });

  it('two comparisons of the same load are equal', () => {
    expect(compare('wave', load, ['adaptive', 'doubling'], options)).toEqual(
      compare('wave', load, ['adaptive', 'doubling'], options),
    );
  });

  it('the advice names a policy that can be deployed, and lists options by price', () => {
    const { recommended, options: ranked } = advise(comparison);
    expect(candidatePolicies[recommended as CandidatePolicyName].ours).toBe(true);
    const prices = ranked.map(({ dollarsPerMonth }) => dollarsPerMonth);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
  });
});

describe('on-demand', () => {
  it('on-demand accepts twice the peak of 15 minutes ago, and at least 4 shards', () => {
    const step = Float64Array.from({ length: 60 }, (_, minute) => (minute < 10 ? 3 : 10));
    const { capacity, throttled } = runOnDemand(step, 'on-demand');
    expect([capacity[9], capacity[24], capacity[25]]).toEqual([6, 6, 20]);
    expect([throttled[10], throttled[25]]).toEqual([4, 0]);
    expect(runOnDemand(new Float64Array(3), 'on-demand').capacity[0]).toBe(4);
  });

  it('on-demand forgets a peak after 30 days, even that of the first minute', () => {
    const fading = Float64Array.from({ length: 31 * day }, (_, minute) => (minute === 0 ? 50 : 5));
    const { capacity } = runOnDemand(fading, 'on-demand');
    expect([capacity[30 * day], capacity[30 * day + 15]]).toEqual([100, 10]);
  });
});

describe('calls in any 24 hours', () => {
  it('calls in any 24 hours include both ends', () => {
    const calls = [0, 700, day, day + 1].map((minute) => ({ minute, from: 1, to: 2 }));
    expect(mostCallsInADay(calls)).toBe(3);
  });
});

describe('prices', () => {
  it('the simulator counts by the price list that a plan shows', () => {
    expect(prices.value).toEqual(usEast1Prices);
    expect(prices.value.provisioned).toEqual({ shardHour: 0.015, millionPutUnits: 0.014, putUnitBytes: 25_600 });
  });
});
