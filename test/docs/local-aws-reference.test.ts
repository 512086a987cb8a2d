import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeParameters } from '../../local/parameters/parameter-page.ts';

it('docs/local-aws.md lists what the rules of local AWS say', () => {
  const written = readFileSync(new URL('../../docs/local-aws.md', import.meta.url), 'utf8');
  expect(written, 'run `npm run docs:local-aws`').toBe(describeParameters());
});
