/** `kinesis-autoscaler simulate`: what each policy would have made of a recorded load. */
import { Option } from 'commander';
import { defineCommand } from '../command.ts';
import { namesOf, positiveNumber } from '../option-values.ts';
import { collect, valuesOption, withComparisonOptions } from '../simulation/shared-options.ts';
import type { SimulateOptions } from '../simulation/simulate.ts';

export const simulate = defineCommand<SimulateOptions>({
  name: 'simulate',
  group: 'before',
  summary: 'replays a recorded load through policies, and compares cost and throttling with the best possible',
  regions: 'none',
  declare: (command) =>
    withComparisonOptions(
      command
        .option(
          '--trace <file>',
          'recorded load, plain or gzip: CSV of t_seconds,value (records a second), get-metric-data or get-metric-statistics JSON, or a CSV of the CloudWatch console; repeatable for several files of one stream',
          collect,
        )
        .addOption(
          new Option('--unit <unit>', 'what the load counts, where the file does not say (CSV: records)').choices([
            'records',
            'bytes',
          ]),
        )
        .addOption(valuesOption())
        .addOption(
          new Option('--peak-shards <number>', 'scale the load so that its peak needs so many shards')
            .argParser(positiveNumber)
            .conflicts('scale'),
        )
        .addOption(
          new Option('--scale <factor>', 'multiply the values of the trace (default: 1)').argParser(positiveNumber),
        )
        .option('--policy <names>', 'policies, by comma (default: adaptive, target, doubling)', namesOf)
        .option('--compare', 'run every policy', false)
        .option('--today <policy|shards>', 'what the stream runs with today, to compare with (default: doubling)')
        .option('--record-bytes <number>', 'mean size of a record', positiveNumber, 1000),
    ),
  run: async (_words, options, session) => {
    const { simulate } = await import('../simulation/simulate.ts');
    await simulate(options, session);
    return 'fine';
  },
});
