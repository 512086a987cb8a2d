/** The commands of the consumer side alone, as a program of their own. */
import { Command } from 'commander';
import { registerConsumerDemo } from '../../../cli/commands/consumer-demo.ts';
import { registerManifests } from '../../../cli/commands/manifests.ts';
import { registerServe } from '../../../cli/commands/serve.ts';
import { UsageError } from '../../../cli/usage-error.ts';

const program = new Command('kinesis-autoscaler');
registerConsumerDemo(program);
registerServe(program);
registerManifests(program);
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
