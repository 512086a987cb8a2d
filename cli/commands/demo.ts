/** `kinesis-autoscaler demo`: the product doing its job on this machine, from an alarm to a scaled stream. */
import { type Command, Option } from 'commander';
import { policyNames } from '../../core/settings/stream-settings.ts';
import type { DemoOptions } from '../demo/demo.ts';
import { UsageError } from '../usage-error.ts';

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('plays days of real traffic against a local AWS and shows the deployed functions scale a stream')
    .addOption(new Option('--policy <name>', 'how the stream is scaled').choices(policyNames).default('doubling'))
    .option('--json', 'print a JSON summary as the last line', false)
    .option(
      '--trace <file>',
      'load to play: CSV of t_seconds,value, plain or gzip (default: the one that ships with it)',
    )
    .option('--start-day <number>', 'day of the trace to begin with', readDays, 1)
    .option('--days <number>', 'days to play', readDays, 5)
    .option('--peak-shards <number>', 'scale the load so that its peak needs so many shards', readDays, 16)
    .option('--out <directory>', 'where page and picture go', 'out')
    .action(async (options: DemoOptions & { json: boolean }) => {
      const { runDemo } = await import('../demo/demo.ts');
      const summary = await runDemo(options, (line) => console.log(line));
      if (options.json) console.log(JSON.stringify(summary));
      if (!summary.ok) process.exitCode = 1;
    });
}

function readDays(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new UsageError(`"${text}" is not a number from 0 up`);
}
