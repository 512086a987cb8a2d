/** Writes docs/local-aws.md from the rules of the parameters: `npm run docs:local-aws`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeParameters } from '../local/parameters/parameter-page.ts';

writeFileSync(fileURLToPath(new URL('../docs/local-aws.md', import.meta.url)), describeParameters());
