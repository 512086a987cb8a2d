/**
 * Writes docs/settings.md from the tables of settings, so that the documentation cannot lie: `npm run docs:settings`.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeSettings } from '../core/settings/settings-reference.ts';
import { readSettingSources } from './settings-sources.ts';

writeFileSync(fileURLToPath(new URL('../docs/settings.md', import.meta.url)), describeSettings(readSettingSources()));
