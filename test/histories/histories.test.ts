import fc from 'fast-check';
import { expect, it } from 'vitest';
import { histories } from './history.ts';
import { playHistory } from './run-history.ts';

it('holds every invariant over random histories', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const { violations } = await playHistory(history);
      expect(violations).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
