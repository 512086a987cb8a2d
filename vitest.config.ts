import { defineConfig } from 'vitest/config';

/** `core` has no timers, files or sockets: it must stay fast enough to run on every save. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    env: { CDK_VALIDATION: 'false', AWS_REGION: 'eu-west-1', POWERTOOLS_DEV: 'false' },
  },
});
