/** Compares policies, which takes minutes for a year, while the terminal shows how far it has come. */
import type { CandidatePolicyName } from '../../simulator/candidate-policies.ts';
import { type Comparison, type ComparisonOptions, compare } from '../../simulator/comparison.ts';
import type { Session } from '../session.ts';

export function compareWithProgress(
  trace: string,
  load: Float64Array,
  policies: readonly CandidatePolicyName[],
  options: ComparisonOptions,
  session: Pick<Session, 'startProgress'>,
): Comparison {
  const progress = session.startProgress('simulating');
  try {
    return compare(trace, load, policies, { ...options, onShare: progress.report });
  } finally {
    progress.end();
  }
}
