#!/usr/bin/env node
/**
 * `kinesis-autoscaler`: one file per subcommand. A subcommand loads its own modules when it runs, so that `--help` is quick
 * and no command needs the packages of another.
 */
import { Command } from 'commander';
import { describeAwsError } from './aws-error.ts';
import * as commands from './commands/index.ts';
import { UsageError } from './usage-error.ts';

const program = new Command('kinesis-autoscaler')
  .description('Scales the shards of Amazon Kinesis data streams, and shows beforehand what it would do.')
  .showHelpAfterError('(run with --help for the options)');

for (const register of Object.values(commands)) register(program);

try {
  await program.parseAsync();
} catch (error) {
  // An error that the user can correct gets one line; a bug shows its stack.
  const message = error instanceof UsageError ? error.message : describeAwsError(error);
  if (message === undefined) throw error;
  console.error(message);
  process.exitCode = 1;
}
