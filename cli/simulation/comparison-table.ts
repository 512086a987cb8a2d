/** A comparison as a table for a terminal. */
import type { Comparison } from '../../simulator/comparison.ts';
import { describeOptimum } from '../../simulator/optimum.ts';
import { renderTable } from '../table.ts';

const figure = (title: string, wrapTo?: number) =>
  ({ title, align: 'right', ...(wrapTo === undefined ? {} : { wrapTo }) }) as const;

/** A title with a blank may wrap at it. */
const head = [
  { title: 'policy' },
  figure('shard-hours'),
  figure('/ optimum', 7),
  figure('dollars'),
  figure('/ optimum', 7),
  figure('throttled'),
  figure('minutes'),
  figure('calls'),
  figure('most in 24 h', 7),
  figure('refused'),
];

/** @param columns of the terminal; undefined: as wide as the texts are */
export function tableOf({ trace, peakShards, results, optimum }: Comparison, columns?: number): string {
  const rows = results.map((score) => [
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
  return [
    `${trace}, peak ${peakShards.toFixed(1)} shards`,
    renderTable(head, rows, columns),
    `optimum: ${describeOptimum(optimum)}`,
  ].join('\n');
}
