/** `simulate`: a recorded load through policies. */
import { readNumber } from '../../core/number-text.ts';
import {
  type CandidatePolicyName,
  candidatePolicyNames,
  isCandidatePolicy,
} from '../../simulator/candidate-policies.ts';
import type { Comparison } from '../../simulator/comparison.ts';
import { conclude, fixedAtPeak, type Today } from '../../simulator/conclusion.ts';
import { fillingUnit, type LoadScale, toLoad } from '../../simulator/load.ts';
import type { LoadUnit } from '../../simulator/trace.ts';
import { readRecordedLoad } from '../../simulator/trace-file.ts';
import { UsageError } from '../exit-codes.ts';
import { required } from '../option-values.ts';
import type { Session } from '../session.ts';
import { wrapText } from '../table.ts';
import { choosePolicies, orUsageError, readSharedOptions } from './comparison-options.ts';
import { compareWithProgress } from './comparison-run.ts';
import { tableOf } from './comparison-table.ts';
import { checkReportFile, writeReport } from './report-file.ts';
import type { SharedOptions } from './shared-options.ts';

export interface SimulateOptions extends SharedOptions {
  readonly trace?: readonly string[];
  readonly unit?: LoadUnit;
  readonly peakShards?: number;
  readonly scale?: number;
  readonly compare: boolean;
  readonly today?: string;
  readonly recordBytes: number;
}

/** Compared when `--policy` is left out; `--compare` runs all. */
const usualPolicies: readonly CandidatePolicyName[] = ['adaptive', 'target', 'doubling'];

export async function simulate(options: SimulateOptions, session: Session): Promise<void> {
  const paths = required(options.trace, '--trace', 'give a CSV of t_seconds,value, or a file of CloudWatch');
  const today = readToday(options.today);
  const policies = options.compare ? candidatePolicyNames : choosePolicies(options.policy, usualPolicies);
  checkReportFile(options.report);
  const { recordBytes } = options;
  const shared = readSharedOptions(options);
  const { trace, unit: recordedUnit } = orUsageError('--trace', readRecordedLoad(paths, options));
  // Large records fill a shard by their bytes, however they are counted.
  const isFilledByBytes = recordedUnit === 'records' && fillingUnit(recordBytes) === 'bytes';
  const unit = isFilledByBytes ? 'bytes' : recordedUnit;
  const comparisonOptions = { ...shared, unit, recordBytes };
  const scale: LoadScale =
    options.peakShards === undefined
      ? { kind: 'factor', factor: (options.scale ?? 1) * (isFilledByBytes ? recordBytes : 1) }
      : { kind: 'peak', peakShards: options.peakShards };
  const load = orUsageError('--trace', toLoad(trace, unit, scale));
  const baselines = ['policy' in today ? today.policy : fixedAtPeak, fixedAtPeak].filter(isCandidatePolicy);
  const all = compareWithProgress(
    trace.name,
    load,
    [...new Set([...policies, ...baselines])],
    comparisonOptions,
    session,
  );
  // The baselines are for the sentence; the table holds what was asked for.
  const comparison = only(all, policies);
  const conclusion = conclude(all, today, load, comparisonOptions);
  session.answer(
    session.format === 'json'
      ? JSON.stringify(toJson(comparison))
      : [tableOf(comparison, session.columns), '', wrapText(conclusion, session.columns)].join('\n'),
  );
  if (options.report !== undefined)
    session.aside(await writeReport(options.report, load, comparison, comparisonOptions, conclusion));
}

function readToday(text = 'doubling'): Today {
  const shards = readNumber(text);
  if (shards !== undefined && Number.isInteger(shards) && shards > 0) return { shards };
  if (isCandidatePolicy(text)) return { policy: text };
  throw new UsageError(
    `--today: "${text}" is no count of shards, and no policy; use ${candidatePolicyNames.join(', ')}`,
  );
}

function only(comparison: Comparison, policies: readonly CandidatePolicyName[]): Comparison {
  const isWanted = ({ policy }: { readonly policy: string }) => policies.some((name) => name === policy);
  return { ...comparison, results: comparison.results.filter(isWanted), runs: comparison.runs.filter(isWanted) };
}

/** The shape that other programs read; runs are left out for their size. */
export function toJson({ trace, peakShards, results, optimum }: Comparison) {
  return { trace, peakShards, results, optimum };
}
