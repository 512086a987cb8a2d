/** The options that `simulate` and `backtest` share: their check, and the assumptions that they stand for. */
import { describeFault, type Result } from '../../core/result.ts';
import {
  type CandidatePolicyName,
  candidatePolicyNames,
  isCandidatePolicy,
} from '../../simulator/candidate-policies.ts';
import type { ComparisonOptions } from '../../simulator/comparison.ts';
import { readPrices } from '../../simulator/prices.ts';
import { UsageError } from '../exit-codes.ts';
import type { SharedOptions } from './shared-options.ts';

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
  const prices = orUsageError('--prices', options.prices === undefined ? readPrices() : readPrices(options.prices));
  return { model, consumers, sharedCommitment, prices };
}

/** @param option the one that gave what is at fault */
export function orUsageError<T>(option: string, result: Result<T>): T {
  if (result.ok) return result.value;
  throw new UsageError(result.faults.map((fault) => `${option}: ${describeFault(fault)}`).join('\n'));
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
