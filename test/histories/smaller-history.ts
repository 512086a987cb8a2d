/** Makes a history that breaks an invariant smaller: fewer steps, less noise, as long as it still breaks one. */
import type { History } from './history.ts';
import { playHistory } from './run-history.ts';

export async function smallerHistory(history: History): Promise<History> {
  let smallest = history;
  for (let index = smallest.steps.length - 1; index >= 0; index -= 1) {
    smallest = await ifItBreaks({ ...smallest, steps: smallest.steps.toSpliced(index, 1) }, smallest);
  }
  for (const rate of ['faultRate', 'slowRate', 'staleRate', 'deliveryFaultRate'] as const) {
    smallest = await ifItBreaks({ ...smallest, noise: { ...smallest.noise, [rate]: 0 } }, smallest);
  }
  smallest = await ifItBreaks({ ...smallest, scalerConcurrency: 1 }, smallest);
  return await ifItBreaks({ ...smallest, hasConsumer: false }, smallest);
}

async function ifItBreaks(candidate: History, otherwise: History): Promise<History> {
  const { violations } = await playHistory(candidate);
  return violations.length > 0 ? candidate : otherwise;
}
