/** `simulate`, and what `backtest` shares with it. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeFault, type Result } from '../../core/result.ts';
import {
  type CandidatePolicyName,
  candidatePolicyNames,
  isCandidatePolicy,
} from '../../simulator/candidate-policies.ts';
import { type Comparison, type ComparisonOptions, compare } from '../../simulator/comparison.ts';
import { fillingUnit, type LoadScale, toLoad } from '../../simulator/load.ts';
import { readPrices } from '../../simulator/prices.ts';
import type { LoadModel } from '../../simulator/stream-run.ts';
import type { LoadUnit } from '../../simulator/trace.ts';
import { readTraceFile } from '../../simulator/trace-file.ts';
import { UsageError } from '../usage-error.ts';
import { tableOf } from './comparison-table.ts';

export interface SharedOptions {
  readonly policy?: readonly string[];
  readonly model: LoadModel;
  readonly consumers: number;
  readonly sharedCommitment: boolean;
  readonly prices?: string;
  readonly format: 'table' | 'json';
  readonly report?: string;
}

export interface SimulateOptions extends SharedOptions {
  readonly trace: string;
  readonly unit: LoadUnit;
  readonly peakShards?: number;
  readonly scale?: number;
  readonly compare: boolean;
  readonly recordBytes: number;
}

/** Compared when `--policy` is left out; `--compare` runs all. */
const usualPolicies: readonly CandidatePolicyName[] = ['adaptive', 'target', 'doubling'];

/** Where a command writes: its answer, and remarks that must not get into another program's JSON. */
export interface Output {
  readonly answer: (text: string) => void;
  readonly aside: (text: string) => void;
}

export async function simulate(options: SimulateOptions, output: Output): Promise<void> {
  const policies = options.compare ? candidatePolicyNames : choosePolicies(options.policy, usualPolicies);
  checkReportFile(options.report);
  const { recordBytes } = options;
  // Large records fill a shard by their bytes, however they are counted.
  const isFilledByBytes = options.unit === 'records' && fillingUnit(recordBytes) === 'bytes';
  const unit = isFilledByBytes ? 'bytes' : options.unit;
  const comparisonOptions = { ...readSharedOptions(options), unit, recordBytes };
  const trace = orUsageError(readTraceFile(options.trace, options.unit));
  const scale: LoadScale =
    options.peakShards === undefined
      ? { kind: 'factor', factor: (options.scale ?? 1) * (isFilledByBytes ? recordBytes : 1) }
      : { kind: 'peak', peakShards: options.peakShards };
  const load = orUsageError(toLoad(trace, unit, scale));
  const comparison = compare(trace.name, load, policies, comparisonOptions);
  output.answer(options.format === 'json' ? JSON.stringify(toJson(comparison)) : tableOf(comparison));
  if (options.report !== undefined)
    output.aside(await writeReport(options.report, load, comparison, comparisonOptions));
}

export function choosePolicies(
  names: readonly string[] | undefined,
  otherwise: readonly CandidatePolicyName[],
): readonly CandidatePolicyName[] {
  if (names === undefined) return otherwise;
  return names.map((name, index) => {
    if (!isCandidatePolicy(name)) {
      throw new UsageError(`--policy: "${name}" is not known; use ${candidatePolicyNames.join(', ')}`);
    }
    if (names.indexOf(name) < index) throw new UsageError(`--policy: "${name}" is named twice; name it once`);
    return name;
  });
}

export function readSharedOptions(options: SharedOptions): Omit<ComparisonOptions, 'unit' | 'recordBytes'> {
  const { model, consumers, sharedCommitment } = options;
  const prices = orUsageError(options.prices === undefined ? readPrices() : readPrices(options.prices));
  return { model, consumers, sharedCommitment, prices };
}

export function orUsageError<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new UsageError(result.faults.map(describeFault).join('\n'));
}

/** The shape that other programs read; runs are left out for their size. */
export function toJson({ trace, peakShards, results, optimum }: Comparison) {
  return { trace, peakShards, results, optimum };
}

/** Called before the computation, so that a long run does not end in a file that cannot be written. */
export function checkReportFile(file: string | undefined): void {
  if (file === undefined) return;
  if (!file.endsWith('.html')) throw new UsageError(`--report: "${file}" does not end in .html`);
  if (!existsSync(dirname(file)))
    throw new UsageError(`--report: "${file}" lies in no folder that exists; make it first`);
}

export async function writeReport(
  file: string,
  load: Float64Array,
  comparison: Comparison,
  options: ComparisonOptions,
): Promise<string> {
  const [{ renderPage }, { drawPng }] = [
    await import('../../simulator/report/page.ts'),
    await import('../../simulator/report/charts.ts'),
  ];
  const picture = file.replace(/\.html$/, '.png');
  const page = await renderPage(load, comparison, { assumptions: describeAssumptions(options) });
  const png = await drawPng(load, comparison);
  try {
    writeFileSync(file, page);
    writeFileSync(picture, png);
  } catch (error) {
    throw new UsageError(`--report: ${error instanceof Error ? error.message : String(error)}; give another file`);
  }
  return `report: ${file}\npicture: ${picture}`;
}

export function describeAssumptions(options: ComparisonOptions): readonly string[] {
  const { prices, recordBytes, consumers, model, sharedCommitment, unit } = options;
  return [
    `Load in ${unit}; records of ${recordBytes} bytes; uniform keys.`,
    model === 'loss' ? 'Rejected records are lost.' : 'Rejected records are offered again a minute later.',
    `Prices of ${prices.region}, ${prices.asOf} (${prices.source}); all that was offered is paid for.`,
    `${consumers} consuming application(s); on-demand bills each for what it reads.`,
    sharedCommitment
      ? 'On-demand Advantage: other streams fill the commitment.'
      : `On-demand Advantage: this stream alone pays the commitment of ${prices.onDemandAdvantage.committedMibPerSecond} MiB/s.`,
    'Resharding takes 1 + n/32 minutes, one more off the 25 % grid; an assumption, AWS promises nothing.',
  ];
}
