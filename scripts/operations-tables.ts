/** Writes the generated tables into docs/operations.md, so that the documentation cannot lie: `npm run docs:tables`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withTables } from '../core/report/operations-tables.ts';

const path = fileURLToPath(new URL('../docs/operations.md', import.meta.url));
writeFileSync(path, withTables(readFileSync(path, 'utf8')));
