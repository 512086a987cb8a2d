import { configDefaults, defineConfig } from 'vitest/config';

/** Decisions and the functions behind their ports: no server, and no state that one file could leave for the next. */
const sharing = ['test/core/**/*.test.ts', 'test/lambda/**/*.test.ts'];

export default defineConfig({
  test: {
    // Many tests wait for servers and clocks: on two cores a third worker fills the pauses.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A second summary for machines; the first is for people.
    reporters: ['default', 'json'],
    outputFile: { json: 'out/test-results.json' },
    env: { CDK_VALIDATION: 'false' },
    projects: [
      // One process for many files: half of their time would go into starting a process for each.
      { extends: true, test: { name: 'decisions', include: sharing, isolate: false } },
      {
        extends: true,
        test: {
          name: 'product',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...sharing],
        },
      },
    ],
  },
});
