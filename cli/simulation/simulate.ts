/** `simulate`: a recorded load through policies. */
import { type CandidatePolicyName, candidatePolicyNames } from '../../simulator/candidate-policies.ts';
import { type Comparison, compare } from '../../simulator/comparison.ts';
import { fillingUnit, type LoadScale, toLoad } from '../../simulator/load.ts';
import type { LoadUnit, ValueKind } from '../../simulator/trace.ts';
import { readRecordedLoad } from '../../simulator/trace-file.ts';
import { required } from '../option-values.ts';
import type { Session } from '../session.ts';
import { choosePolicies, orUsageError, readSharedOptions, type SharedOptions } from './comparison-options.ts';
import { tableOf } from './comparison-table.ts';
import { checkReportFile, writeReport } from './report-file.ts';

export interface SimulateOptions extends SharedOptions {
  readonly trace: readonly string[];
  readonly unit?: LoadUnit;
  readonly values?: ValueKind;
  readonly peakShards?: number;
  readonly scale?: number;
  readonly compare: boolean;
  readonly recordBytes: number;
}

/** Compared when `--policy` is left out; `--compare` runs all. */
const usualPolicies: readonly CandidatePolicyName[] = ['adaptive', 'target', 'doubling'];

export async function simulate(options: SimulateOptions, session: Session): Promise<void> {
  required(options.trace[0], '--trace', 'give a CSV of t_seconds,value, or a file of CloudWatch');
  const policies = options.compare ? candidatePolicyNames : choosePolicies(options.policy, usualPolicies);
  checkReportFile(options.report);
  const { recordBytes } = options;
  const shared = readSharedOptions(options);
  const { trace, unit: recordedUnit } = orUsageError('--trace', readRecordedLoad(options.trace, options));
  // Large records fill a shard by their bytes, however they are counted.
  const isFilledByBytes = recordedUnit === 'records' && fillingUnit(recordBytes) === 'bytes';
  const unit = isFilledByBytes ? 'bytes' : recordedUnit;
  const comparisonOptions = { ...shared, unit, recordBytes };
  const scale: LoadScale =
    options.peakShards === undefined
      ? { kind: 'factor', factor: (options.scale ?? 1) * (isFilledByBytes ? recordBytes : 1) }
      : { kind: 'peak', peakShards: options.peakShards };
  const load = orUsageError('--trace', toLoad(trace, unit, scale));
  const comparison = compare(trace.name, load, policies, comparisonOptions);
  session.answer(session.format === 'json' ? JSON.stringify(toJson(comparison)) : tableOf(comparison, session.columns));
  if (options.report !== undefined)
    session.aside(await writeReport(options.report, load, comparison, comparisonOptions));
}

/** The shape that other programs read; runs are left out for their size. */
export function toJson({ trace, peakShards, results, optimum }: Comparison) {
  return { trace, peakShards, results, optimum };
}
