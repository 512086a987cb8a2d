/** How much of a comparison is done, when its pieces take times that differ a hundredfold. */
import { dayMinutes } from '../core/time.ts';

/** Called with the share of a piece of work that is done, 0 to 1. */
export type ShareReport = (share: number) => void;

/** How often the minute loops report. */
export const reportEveryMinutes = dayMinutes / 4;

/**
 * @param weights how long each piece takes, in any unit
 * @returns for each piece its own report
 */
export function sharesOf(weights: readonly number[], report: ShareReport): readonly ShareReport[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const done = weights.map(() => 0);
  return weights.map((weight, piece) => (share) => {
    done[piece] = weight * share;
    report(done.reduce((sum, each) => sum + each, 0) / total);
  });
}
