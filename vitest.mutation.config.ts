import { defineConfig } from 'vitest/config';

// Mutants run in threads, which cannot change their zone: times are tested where local time is not UTC.
process.env.TZ = 'Asia/Kolkata';

/** The tests that mutants of `core/` and of the functions' logic are run against: those without sockets or processes. */
export default defineConfig({
  test: {
    // Below the folder that the mutants' configuration names.
    include: ['**/*.test.ts'],
    // Properties would kill more, at seconds a mutant: what they hold is to be held by examples as well.
    exclude: ['**/properties.test.ts', '**/aws/**', '**/index.test.ts'],
    // Nothing in these tests is shared, and a mutant needs its handful of tests quickly.
    isolate: false,
    // Mutated code is slower, also where nothing is mutated yet, and the machine has other work.
    testTimeout: 30_000,
    env: { AWS_REGION: 'eu-west-1', POWERTOOLS_DEV: 'false' },
  },
});
