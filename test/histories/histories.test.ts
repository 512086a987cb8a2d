/**
 * A hundred histories, the same ones every time; `npm run histories -- --count 10000` plays others. A failing one is
 * printed with the seed that plays it again.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type History, histories } from './history.ts';
import { playHistory } from './run-history.ts';
import { smallerHistory } from './smaller-history.ts';

const seed = 20_260_302;
const count = 100;

it(`${count} histories of half a day keep every invariant`, { timeout: 120_000 }, async () => {
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
});

async function describeFailure(history: History | undefined, path: string | null): Promise<string> {
  if (!history) return 'a history could not be played';
  const smaller = await smallerHistory(history);
  const { lines } = await playHistory(smaller, true);
  const { steps: _, ...rest } = smaller;
  return [JSON.stringify(rest), ...lines, `npm run histories -- --seed ${seed} --path ${path}`].join('\n');
}
