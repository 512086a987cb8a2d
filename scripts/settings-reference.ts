/** Writes docs/settings.md from the table of settings, so that the documentation cannot lie: `npm run docs:settings`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeSettings } from '../core/settings/settings-reference.ts';

writeFileSync(fileURLToPath(new URL('../docs/settings.md', import.meta.url)), describeSettings());
