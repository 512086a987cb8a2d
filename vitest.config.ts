import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Many tests wait for servers and clocks: on two cores a third worker fills the pauses.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A second summary for machines; the first is for people.
    reporters: ['default', 'json'],
    outputFile: { json: 'out/test-results.json' },
    env: { CDK_VALIDATION: 'false' },
  },
});
