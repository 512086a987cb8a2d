import { expect, it } from 'vitest';
import { mapAtOnce } from '../../../lambda/triggers/side-by-side.ts';

it('side by side, so many items at a time are worked on, and the answers keep the order of the items', async () => {
  let running = 0;
  let most = 0;
  const answers = await mapAtOnce([3, 0, 2, 1, 0], 2, async (turns) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    running -= 1;
    return turns * 10;
  });
  expect(answers).toEqual([30, 0, 20, 10, 0]);
  expect(most).toBe(2);
});

it('side by side, no items make no answers', async () => {
  expect(await mapAtOnce([], 8, async () => 'never')).toEqual([]);
});

it('side by side, the whole fails when the work on one item does', async () => {
  await expect(mapAtOnce([1], 8, () => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
});
