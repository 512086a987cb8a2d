#!/usr/bin/env node
/**
 * `kinesis-autoscaler`: one command, one file per subcommand. A subcommand's own modules are loaded when it runs, so that
 * `--help` is quick and none needs what only another uses.
 */
import { Command } from 'commander';
import { describeAwsError } from './aws-error.ts';
import { registerBacktest } from './commands/backtest.ts';
import { registerConsumerDemo } from './commands/consumer-demo.ts';
import { registerDemo } from './commands/demo.ts';
import { registerFleet } from './commands/fleet.ts';
import { registerLocal } from './commands/local.ts';
import { registerManifests } from './commands/manifests.ts';
import { registerServe } from './commands/serve.ts';
import { registerSimulate } from './commands/simulate.ts';
import { UsageError } from './usage-error.ts';

const program = new Command('kinesis-autoscaler')
  .description('Scales the shards of Amazon Kinesis data streams, and shows beforehand what it would do.')
  .showHelpAfterError('(run with --help for the options)');

const registrations = [
  registerDemo,
  registerLocal,
  registerFleet,
  registerSimulate,
  registerBacktest,
  registerServe,
  registerManifests,
  registerConsumerDemo,
];
for (const register of registrations) register(program);

try {
  await program.parseAsync();
} catch (error) {
  // What the user can mend is said in a line; a bug shows its stack.
  const message = error instanceof UsageError ? error.message : describeAwsError(error);
  if (message === undefined) throw error;
  console.error(message);
  process.exitCode = 1;
}
