/** `kinesis-autoscaler demo`: the product doing its job on this machine, from an alarm to a scaled stream. */
import { Option } from 'commander';
import { policyNames } from '../../core/settings/stream-settings.ts';
import { defineCommand } from '../command.ts';
import type { DemoOptions } from '../demo/demo.ts';
import { numberOf, positiveNumber } from '../option-values.ts';

export const demo = defineCommand<DemoOptions>({
  name: 'demo',
  group: 'try',
  summary: 'plays days of real traffic against a local AWS and shows the deployed functions scale a stream',
  regions: 'none',
  declare: (command) =>
    command
      .addOption(new Option('--policy <name>', 'how the stream is scaled').choices(policyNames).default('doubling'))
      .option(
        '--trace <file>',
        'load to play: CSV of t_seconds,value in records a second, plain or gzip (default: the one that ships with it)',
      )
      .option('--start-day <number>', 'day of the trace to begin with', numberOf({ least: 0, what: 'days' }), 1)
      .option('--days <number>', 'days to play', numberOf({ least: 0, isExclusive: true, what: 'days' }), 5)
      .option('--peak-shards <number>', 'scale the load so that its peak needs so many shards', positiveNumber, 16)
      .option('--out <directory>', 'where page and picture go', 'out'),
  run: async (_words, options, session) => {
    const { runDemo } = await import('../demo/demo.ts');
    // The timeline belongs to the answer: the summary in JSON is its last line.
    const summary = await runDemo(options, session.answer);
    if (session.format === 'json') session.answer(JSON.stringify(summary));
    return summary.ok ? 'fine' : 'finding';
  },
});
