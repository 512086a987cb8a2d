import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamLimits } from '../../core/load/stream-replay.ts';
import { findOptimum } from '../../simulator/optimum.ts';

const day = 1440;

describe('the clairvoyant optimum', () => {
  it('the optimum of a constant load is its constant shard count', () => {
    const load = new Float64Array(2 * day).fill(3.2);
    const { lowerBoundShardHours, feasibleShardHours } = findOptimum(load);
    expect(lowerBoundShardHours).toBe(4 * 48);
    // It starts with the policies' own count, and one call brings it down.
    expect(feasibleShardHours).toBeGreaterThanOrEqual(4 * 48);
    expect(feasibleShardHours).toBeLessThan(4 * 48 + 1);
  });

  it('the optimum bills only the part of the last step that the load lasts', () => {
    const load = new Float64Array(day + 2).fill(3.2);
    const { lowerBoundShardHours, feasibleShardHours } = findOptimum(load);
    expect(lowerBoundShardHours).toBeCloseTo((4 * (day + 2)) / 60, 9);
    expect(feasibleShardHours).toBeGreaterThanOrEqual(lowerBoundShardHours);
  });

  it('the feasible schedule is infinite where the load outgrows the first count at once', () => {
    const load = Float64Array.from({ length: 60 }, (_, minute) => (minute === 0 ? 1 : 40));
    expect(findOptimum(load).feasibleShardHours).toBe(Number.POSITIVE_INFINITY);
  });

  it('the feasible schedule reshards no faster than the slowest change', () => {
    // From 3 to 2 shards is off the 25 % grid (7 minutes, two steps of 5), from 2 to 3 is not (4 minutes).
    const load = new Float64Array(60).fill(1.5);
    const { feasibleShardHours } = findOptimum(load, { ...streamLimits, reshardSlowdown: 3 });
    expect(feasibleShardHours).toBeCloseTo((10 * 3 + 50 * 2) / 60, 9);
  });

  it('the optimum of one step up and down is the load itself', () => {
    const load = Float64Array.from({ length: day }, (_, minute) => (minute >= 600 && minute < 720 ? 4 : 2));
    expect(findOptimum(load).lowerBoundShardHours).toBe(2 * 22 + 4 * 2);
  });

  it('the optimum costs more where a day’s calls cannot follow the load', () => {
    // Ten calls follow five of these forty pulses at most; 1 and 2 shards in turn.
    const load = Float64Array.from({ length: day }, (_, minute) => (Math.floor(minute / 18) % 2 === 0 ? 1 : 2));
    const free = findOptimum(load, { ...streamLimits, callsPer24h: 100 }).lowerBoundShardHours;
    expect(findOptimum(load).lowerBoundShardHours).toBeGreaterThan(free);
    expect(findOptimum(load, { ...streamLimits, callsPer24h: 0 }).lowerBoundShardHours).toBe(48);
  });

  it('the optimum equals that of trying every schedule', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 6 }), (need) => {
        const load = Float64Array.from({ length: need.length * 5 }, (_, minute) => need[Math.floor(minute / 5)] ?? 0);
        const calls = 2;
        const found = findOptimum(load, { ...streamLimits, callsPer24h: calls }).lowerBoundShardHours * 12;
        expect(found).toBeCloseTo(tryAll(need, calls), 9);
      }),
      { numRuns: 60 },
    );
  });

  it('the lower bound is at most the cost of the feasible schedule', () => {
    const load = Float64Array.from(
      { length: 3 * day },
      (_, minute) => 8 + 7 * Math.sin(minute / 97) * Math.cos(minute / 31),
    );
    const { lowerBoundShardHours, feasibleShardHours } = findOptimum(load);
    expect(feasibleShardHours).toBeGreaterThanOrEqual(lowerBoundShardHours);
    expect(feasibleShardHours).toBeLessThan(2 * lowerBoundShardHours);
  });
});

/** Cheapest shard-steps over every sequence of counts. */
function tryAll(need: readonly number[], calls: number, step = 0, shards = 0): number {
  if (step === need.length) return 0;
  let best = Number.POSITIVE_INFINITY;
  const most = Math.max(...need);
  for (let next = need[step] ?? 1; next <= most; next++) {
    const isCall = step > 0 && next !== shards;
    if (isCall && (calls === 0 || next > 2 * shards || next * 2 < shards)) continue;
    best = Math.min(best, next + tryAll(need, isCall ? calls - 1 : calls, step + 1, next));
  }
  return best;
}
