import { defineConfig } from 'vitest/config';

/** The tests that mutants of `core/` and of the functions' logic are run against: those without sockets or processes. */
export default defineConfig({
  test: {
    include: ['test/core/**/*.test.ts', 'test/lambda/*.test.ts'],
    // Nothing in these tests is shared, and a mutant needs its handful of tests quickly.
    isolate: false,
    env: { AWS_REGION: 'eu-west-1', POWERTOOLS_DEV: 'false' },
  },
});
