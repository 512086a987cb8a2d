/** Writes the table of hold reasons into docs/operations.md, so that the documentation cannot lie: `npm run docs:holds`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withHoldReasons } from '../core/report/hold-reason-table.ts';

const path = fileURLToPath(new URL('../docs/operations.md', import.meta.url));
writeFileSync(path, withHoldReasons(readFileSync(path, 'utf8')));
