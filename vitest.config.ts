import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A process runs file after file: half of the time would go into loading the AWS SDK, the CDK and our own modules anew
    // for each. So a file leaves nothing behind: no changed global, no environment variable, no server.
    isolate: false,
    // Many tests wait for servers and clocks: on two cores a third worker fills the pauses.
    maxWorkers: 3,
    // They end what hangs. No test may come near them, also where the machine has other work: none depends on its speed.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // A line of the log says the whole of what it is about.
    taskTitleValueFormatTruncate: 0,
    // A second summary for machines; the first is for people.
    reporters: ['default', 'json'],
    outputFile: { json: 'out/test-results.json' },
    env: { CDK_VALIDATION: 'false' },
  },
});
