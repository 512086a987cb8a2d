/** A comparison as a table for a terminal. */
import Table from 'cli-table3';
import type { Comparison } from '../../simulator/comparison.ts';
import { describeOptimum } from '../../simulator/optimum.ts';

export function tableOf({ trace, peakShards, results, optimum }: Comparison): string {
  const table = new Table({
    head: [
      'policy',
      'shard-hours',
      '/ optimum',
      'dollars',
      '/ optimum',
      'throttled',
      'minutes',
      'calls',
      'most in 24 h',
      'refused',
    ],
    colAligns: ['left', ...Array.from({ length: 9 }, () => 'right' as const)],
    style: { head: [], border: [] },
  });
  for (const score of results) {
    table.push([
      score.policy,
      score.shardHours?.toFixed(0) ?? '-',
      score.ratioToOptimum?.toFixed(2) ?? '-',
      score.dollars.toFixed(2),
      score.dollarRatioToOptimum.toFixed(2),
      `${(100 * score.throttledFraction).toFixed(3)} %`,
      String(score.throttledMinutes),
      String(score.updateShardCountCalls),
      String(score.maxCallsIn24h),
      String(score.refusals),
    ]);
  }
  return [
    `${trace}, peak ${peakShards.toFixed(1)} shards`,
    table.toString(),
    `optimum: ${describeOptimum(optimum)}`,
  ].join('\n');
}
