import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeSettings } from '../../core/settings/settings-reference.ts';

it('docs/settings.md is what the table of knobs says', () => {
  const written = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
  expect(written, 'run `npm run docs:settings`').toBe(describeSettings());
});
