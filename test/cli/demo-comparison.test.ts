import { describe, expect, it } from 'vitest';
import { compareRun } from '../../cli/demo/comparison.ts';
import type { RunMinute } from '../../cli/demo/run-record.ts';

const minutes = 2 * 1440;
/** A load of at most 8 shards; `shards` are open throughout. */
const runWith = (shards: number): readonly RunMinute[] =>
  Array.from({ length: minutes }, (_, minute) => {
    const offered = 1_000 * (4.5 - 3.5 * Math.cos((2 * Math.PI * minute) / 1440));
    return {
      atMs: minute * 60_000,
      offeredRecordsPerSecond: offered,
      rejectedRecordsPerSecond: Math.max(0, offered - shards * 1_000),
      capacityRecordsPerSecond: shards * 1_000,
      openShardCount: shards,
    };
  });

describe('the comparison of a demo', () => {
  it('is with a stream fixed at what the load needs, and not with what the run itself overshot to', () => {
    const { rows, sentence } = compareRun('doubling', runWith(16));
    const [run, fixed] = rows;
    expect(run).toMatchObject({ name: 'this run', shardHours: 16 * 48, throttledFraction: 0 });
    expect(fixed).toMatchObject({ name: 'fixed at the 8 shards of the peak', shardHours: 8 * 48, isHindsight: true });
    expect(sentence).toContain('This run used 768 shard-hours, 384 (100 %) more than a stream fixed at the 8 shards');
  });

  it('holds adaptive, on-demand and the optimum of the same days, and marks the cheapest that somebody could have run', () => {
    const { rows, sentence } = compareRun('doubling', runWith(16));
    expect(rows.map(({ name }) => name)).toEqual([
      'this run',
      'fixed at the 8 shards of the peak',
      'adaptive',
      'on-demand',
      'optimum',
    ]);
    const least = rows.at(-1)?.shardHours ?? Number.NaN;
    for (const { shardHours } of rows) if (shardHours !== null) expect(shardHours).toBeGreaterThanOrEqual(least);
    const safe = rows.filter(({ isHindsight, throttledFraction }) => !isHindsight && throttledFraction <= 0.001);
    const cheapest = safe.toSorted((one, other) => one.dollars - other.dollars)[0];
    expect(rows.filter(({ isBest }) => isBest)).toEqual([cheapest]);
    const adaptive = rows[2];
    expect(sentence).toContain(`\`adaptive\` would have used ${Math.round(adaptive?.shardHours ?? 0)} and throttled`);
  });

  it('says how much was throttled when the run was cheaper because it served less', () => {
    const { rows, sentence } = compareRun('doubling', runWith(4));
    expect(rows[0]?.throttledFraction).toBeGreaterThan(0.1);
    expect(sentence).toMatch(
      /This run used 192 shard-hours, 192 \(50 %\) fewer than .*; \d\d\.\d{3} % of the records were throttled/,
    );
  });

  it('compares a run of adaptive with doubling', () => {
    expect(compareRun('adaptive', runWith(8)).rows[2]?.name).toBe('doubling');
  });
});
