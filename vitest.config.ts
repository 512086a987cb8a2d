import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A second summary for machines; the first is for people.
    reporters: ['default', 'json'],
    outputFile: { json: 'out/test-results.json' },
    env: { CDK_VALIDATION: 'false' },
  },
});
