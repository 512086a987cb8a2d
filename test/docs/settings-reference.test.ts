import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeSettings } from '../../core/settings/settings-reference.ts';
import { readSettingSources } from '../../scripts/settings-sources.ts';

it('docs/settings.md is what the tables of settings say', () => {
  const written = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
  expect(written, 'run `npm run docs:settings`').toBe(describeSettings(readSettingSources()));
});
