import { defineConfig } from 'vitest/config';
import common from './vitest.config.ts';

/** `npm run check:long`: proofs that take a minute or more. `npm test` has a short one of each. */
export default defineConfig({
  test: {
    ...common.test,
    include: ['test/**/*.long.ts'],
    outputFile: { json: 'out/long-test-results.json' },
  },
});
