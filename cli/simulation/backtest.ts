/** The work behind `backtest`. */
import { awsFacts } from '../../core/aws-facts.ts';
import { daySeconds } from '../../core/time.ts';
import { type Advice, advise } from '../../simulator/advisor.ts';
import { candidatePolicyNames } from '../../simulator/candidate-policies.ts';
import { conclude } from '../../simulator/conclusion.ts';
import { fillingUnit, toLoad } from '../../simulator/load.ts';
import { readStreamHistory, type StreamHistory } from '../../simulator/metric-data.ts';
import type { Trace } from '../../simulator/trace.ts';
import { nameOf, readRecordedHistory } from '../../simulator/trace-file.ts';
import { FindingError } from '../exit-codes.ts';
import { required } from '../option-values.ts';
import type { Session } from '../session.ts';
import { choosePolicies, describeAssumptions, orUsageError, readSharedOptions } from './comparison-options.ts';
import { compareWithProgress } from './comparison-run.ts';
import { tableOf } from './comparison-table.ts';
import { checkReportFile, writeReport } from './report-file.ts';
import type { SharedOptions } from './shared-options.ts';
import { toJson } from './simulate.ts';
import { fetchStreamMetrics } from './stream-metrics.ts';

export interface BacktestOptions extends SharedOptions {
  readonly stream?: string;
  readonly days: number;
  readonly file?: readonly string[];
}

export async function backtest(options: BacktestOptions, session: Session): Promise<void> {
  const { file = [] } = options;
  const stream = options.stream ?? nameOf(required(file[0], '--stream', 'name the stream, or give --file'));
  const policies = choosePolicies(options.policy, candidatePolicyNames);
  checkReportFile(options.report);
  // Faults in the options come before the requests to CloudWatch, which cost money.
  const given = readSharedOptions(options);
  const history =
    file.length === 0
      ? await fetchHistory(stream, options.days, session)
      : orUsageError('--file', readRecordedHistory(file, stream, options));
  // The history is already in shards, and its record size was measured.
  const shards = { kind: 'factor', factor: awsFacts.shardRecordsPerSecond.value } as const;
  const load = orUsageError(file.length === 0 ? '--stream' : '--file', toLoad(history.trace, 'records', shards));
  const recordBytes = Math.max(1, Math.round(history.recordBytes));
  const comparisonOptions = { ...given, unit: fillingUnit(recordBytes), recordBytes };
  const comparison = compareWithProgress(stream, load, policies, comparisonOptions, session);
  const advice = advise(comparison);
  const conclusion = conclude(comparison, { policy: 'doubling' }, load, comparisonOptions);
  const assumptions = [describeSpan(history.trace), ...describeAssumptions(comparisonOptions), ...advisorAssumptions];
  if (session.format === 'json') {
    session.answer(JSON.stringify({ ...toJson(comparison), advice: { ...advice, assumptions } }));
  } else {
    const assumed = ['Assumed:', ...assumptions.map((line) => `- ${line}`)];
    session.answer([tableOf(comparison, session.columns), '', ...describe(advice), '', ...assumed].join('\n'));
  }
  if (options.report !== undefined)
    session.aside(await writeReport(options.report, load, comparison, comparisonOptions, conclusion));
}

async function fetchHistory(stream: string, days: number, session: Session): Promise<StreamHistory> {
  const access = await session.access();
  const progress = session.startProgress('reading CloudWatch');
  const { json, periodSeconds } = await fetchStreamMetrics(access, stream, days, Date.now()).finally(progress.end);
  if (json.MetricDataResults.every(({ Values }) => Values.length < 2)) {
    throw new FindingError(
      `--stream ${stream}: CloudWatch has no traffic of it in ${days} days; check the name, the region and --days`,
    );
  }
  const history = orUsageError(`--stream ${stream}`, readStreamHistory(JSON.stringify(json), stream, periodSeconds));
  const found = daysOf(history.trace);
  // A night without traffic at either end needs no remark.
  if (found < days - Math.min(0.5, days / 2)) {
    session.aside(`--days ${days}: CloudWatch has traffic of ${found.toFixed(1)} days only; the advice rests on those`);
  }
  return history;
}

function daysOf({ values, stepSeconds }: Trace): number {
  return (values.length * stepSeconds) / daySeconds;
}

function describeSpan(trace: Trace): string {
  const from = new Date(trace.startMs ?? 0).toISOString().slice(0, 16);
  const minutes = trace.stepSeconds / 60;
  const every = minutes === 1 ? 'a datapoint every minute' : `a datapoint every ${minutes} minutes`;
  return `The ${daysOf(trace).toFixed(1)} days from ${from} UTC, ${every}; where there is none, there was no traffic.`;
}

/** The assumptions of simulator/advisor.ts. */
const advisorAssumptions = [
  'What these days cost is taken for 730 hours a month: the load goes on as it was.',
  'Advised is the cheapest that throttles at most 0.1 % of the records; policies that this product does not deploy are not.',
];

function describe({ recommended, because, options }: Advice): readonly string[] {
  return [
    `advice: ${recommended} - ${because}`,
    ...options.map(
      ({ option, dollarsPerMonth, throttledFraction }) =>
        `  ${option.padEnd(20)} ${dollarsPerMonth.toFixed(2).padStart(12)} dollars a month, ${(100 * throttledFraction).toFixed(3)} % throttled`,
    ),
  ];
}
