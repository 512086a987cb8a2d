/** The first histories of one seed, the same ones every time. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { type History, histories } from './history.ts';
import { playHistory } from './run-history.ts';
import { smallerHistory } from './smaller-history.ts';

const seed = 20_260_302;

/** Fails with the smallest history that breaks an invariant, step by step, and with the command that plays it again. */
export async function checkHistories(count: number): Promise<void> {
  let scalings = 0;
  const play = fc.asyncProperty(histories, async (history) => {
    const played = await playHistory(history);
    scalings += played.scalings;
    return played.violations.length === 0;
  });
  const result = await fc.check(play, { seed, numRuns: count, endOnFailure: true });
  if (result.failed) expect.fail(await describeFailure(result.counterexample?.[0], result.counterexamplePath));
  // Histories in which nothing happens would keep every invariant too.
  expect(scalings).toBeGreaterThan(count);
}

async function describeFailure(history: History | undefined, path: string | null): Promise<string> {
  if (!history) return 'a history could not be played';
  const smaller = await smallerHistory(history);
  const { lines } = await playHistory(smaller, true);
  const { steps: _, ...rest } = smaller;
  return [JSON.stringify(rest), ...lines, `npm run histories -- --seed ${seed} --path ${path}`].join('\n');
}
