import { defineConfig } from 'vitest/config';

/** `npm run check:full`: what takes minutes, or a toolchain that not every machine has. It announces what it leaves out. */
export default defineConfig({
  test: {
    include: ['test/**/*.full.ts'],
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 900_000,
    env: { CDK_VALIDATION: 'false' },
  },
});
