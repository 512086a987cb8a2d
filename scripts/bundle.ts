/**
 * `npm run bundle`: the function's code alone, for a deployment that is taken over by changing its code
 * (docs/take-over.md).
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunction } from '../infra/function-bundle.ts';

const entry = fileURLToPath(new URL('../lambda/index.ts', import.meta.url));
const outfile = fileURLToPath(new URL('../out/function/index.js', import.meta.url));

mkdirSync(dirname(outfile), { recursive: true });
bundleFunction(entry, outfile);
console.log(`out/function/index.js, ${Math.round(statSync(outfile).size / 1000)} kB`);
