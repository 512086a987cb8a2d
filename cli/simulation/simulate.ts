/** The work behind `simulate`, and what `backtest` shares with it. */
import { writeFileSync } from 'node:fs';
import { describeFault, type Result } from '../../core/result.ts';
import { type Comparison, type ComparisonOptions, compare } from '../../simulator/comparison.ts';
import { type ContestantName, contestantNames, isContestant } from '../../simulator/contestants.ts';
import { type LoadScale, toLoad } from '../../simulator/load.ts';
import { readPrices } from '../../simulator/prices.ts';
import type { LoadModel } from '../../simulator/stream-run.ts';
import { type LoadUnit, readTraceFile } from '../../simulator/trace.ts';
import { UsageError } from '../usage-error.ts';
import { tableOf } from './comparison-table.ts';

export interface SharedOptions {
  readonly unit: LoadUnit;
  readonly policy?: readonly string[];
  readonly compare: boolean;
  readonly model: LoadModel;
  readonly recordBytes: number;
  readonly consumers: number;
  readonly sharedCommitment: boolean;
  readonly prices?: string;
  readonly format: 'table' | 'json';
  readonly report?: string;
}

export interface SimulateOptions extends SharedOptions {
  readonly trace: string;
  readonly peakShards?: number;
  readonly scale?: number;
}

export async function simulate(options: SimulateOptions, print: (line: string) => void): Promise<void> {
  const policies = choosePolicies(options);
  const comparisonOptions = readComparisonOptions(options);
  const trace = orUsageError(readTraceFile(options.trace, options.unit));
  const scale: LoadScale =
    options.peakShards === undefined
      ? { kind: 'factor', factor: options.scale ?? 1 }
      : { kind: 'peak', peakShards: options.peakShards };
  const load = orUsageError(toLoad(trace, options.unit, scale));
  const comparison = compare(trace.name, load, policies, comparisonOptions);
  print(options.format === 'json' ? JSON.stringify(toJson(comparison)) : tableOf(comparison));
  if (options.report !== undefined) print(await writeReport(options.report, load, comparison, comparisonOptions));
}

export function choosePolicies({ policy, compare: all }: SharedOptions): readonly ContestantName[] {
  if (all) return contestantNames;
  const names = policy ?? ['adaptive', 'target', 'doubling'];
  return names.map((name) => {
    if (isContestant(name)) return name;
    throw new UsageError(`--policy: "${name}" is not known; use ${contestantNames.join(', ')}`);
  });
}

export function readComparisonOptions(options: SharedOptions): ComparisonOptions {
  const { unit, model, recordBytes, consumers, sharedCommitment } = options;
  const prices = orUsageError(options.prices === undefined ? readPrices() : readPrices(options.prices));
  return { unit, model, recordBytes, consumers, sharedCommitment, prices };
}

export function orUsageError<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new UsageError(result.faults.map(describeFault).join('\n'));
}

/** The shape that other programs read; runs are left out for their size. */
export function toJson({ trace, peakShards, results, optimum }: Comparison) {
  return { trace, peakShards, results, optimum };
}

export async function writeReport(
  file: string,
  load: Float64Array,
  comparison: Comparison,
  options: ComparisonOptions,
): Promise<string> {
  if (!file.endsWith('.html')) throw new UsageError(`--report: "${file}" does not end in .html`);
  const [{ renderPage }, { drawPng }] = [
    await import('../../simulator/report/page.ts'),
    await import('../../simulator/report/charts.ts'),
  ];
  const picture = file.replace(/\.html$/, '.png');
  writeFileSync(file, await renderPage(load, comparison, { assumptions: describeAssumptions(options) }));
  writeFileSync(picture, await drawPng(load, comparison));
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
