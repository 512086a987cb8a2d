/** The work behind `backtest`. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { awsFacts } from '../../core/aws-facts.ts';
import { type Advice, advise } from '../../simulator/advisor.ts';
import { compare } from '../../simulator/comparison.ts';
import { contestantNames } from '../../simulator/contestants.ts';
import { toLoad } from '../../simulator/load.ts';
import { readStreamHistory } from '../../simulator/metric-data.ts';
import { UsageError } from '../usage-error.ts';
import { tableOf } from './comparison-table.ts';
import {
  choosePolicies,
  describeAssumptions,
  orUsageError,
  readComparisonOptions,
  type SharedOptions,
  toJson,
  writeReport,
} from './simulate.ts';
import { fetchStreamMetrics } from './stream-metrics.ts';

export interface BacktestOptions extends SharedOptions {
  readonly stream: string;
  readonly days: number;
  readonly file?: string;
}

export async function backtest(options: BacktestOptions, print: (line: string) => void): Promise<void> {
  const policies = options.policy === undefined ? contestantNames : choosePolicies(options);
  const text = options.file === undefined ? await fetchText(options) : readText(options.file);
  const history = orUsageError(readStreamHistory(text, options.stream));
  // The history is in shards already, and its records have the size that they had.
  const shards = { kind: 'factor', factor: awsFacts.shardRecordsPerSecond.value } as const;
  const load = orUsageError(toLoad(history.trace, 'records', shards));
  const recordBytes = Math.max(1, Math.round(history.recordBytes));
  const comparisonOptions = { ...readComparisonOptions({ ...options, unit: unitOf(recordBytes) }), recordBytes };
  const comparison = compare(options.stream, load, policies, comparisonOptions);
  const advice = advise(comparison);
  const assumptions = describeAssumptions(comparisonOptions);
  if (options.format === 'json') print(JSON.stringify({ ...toJson(comparison), advice: { ...advice, assumptions } }));
  else
    print(
      [tableOf(comparison), '', ...describe(advice), '', 'Assumed:', ...assumptions.map((line) => `- ${line}`)].join(
        '\n',
      ),
    );
  if (options.report !== undefined) print(await writeReport(options.report, load, comparison, comparisonOptions));
}

/** What fills a shard first with records of this size, which is what the load counts. */
function unitOf(recordBytes: number): 'records' | 'bytes' {
  return recordBytes * awsFacts.shardRecordsPerSecond.value > awsFacts.shardBytesPerSecond.value ? 'bytes' : 'records';
}

async function fetchText({ stream, days }: BacktestOptions): Promise<string> {
  const metrics = await fetchStreamMetrics(stream, days, Date.now());
  const [records] = metrics.MetricDataResults;
  if ((records?.Values.length ?? 0) < 2) {
    throw new UsageError(
      `--stream ${stream}: CloudWatch has no traffic of it in ${days} days; check name, region and days`,
    );
  }
  return JSON.stringify(metrics);
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    throw new UsageError(`--file ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function describe({ recommended, because, options }: Advice): readonly string[] {
  return [
    `advice: ${recommended} - ${because}`,
    ...options.map(
      ({ option, dollarsPerMonth, throttledFraction }) =>
        `  ${option.padEnd(20)} ${dollarsPerMonth.toFixed(2).padStart(12)} dollars a month, ${(100 * throttledFraction).toFixed(3)} % throttled`,
    ),
  ];
}
