/** `kinesis-autoscaler backtest`: the same comparison over a stream's own past, and what to do about it. */
import { Option } from 'commander';
import { defineCommand } from '../command.ts';
import { namesOf, numberOf } from '../option-values.ts';
import type { BacktestOptions } from '../simulation/backtest.ts';
import { collect, valuesOption, withComparisonOptions } from '../simulation/shared-options.ts';

const days = numberOf({
  least: 0,
  isExclusive: true,
  most: 63,
  what: 'days',
  because: 'CloudWatch keeps no finer metrics for longer',
});

export const backtest = defineCommand<BacktestOptions>({
  name: 'backtest',
  group: 'before',
  summary: "replays a stream's own CloudWatch metrics through every policy, and advises",
  regions: 'one',
  declare: (command) =>
    withComparisonOptions(
      command
        .option('--stream <name>', 'name of the stream (with --file: what to call it)')
        .option('--days <number>', 'how far to look back, up to 63 days', days, 14)
        .addOption(
          new Option(
            '--file <file>',
            'read saved metrics instead of CloudWatch: get-metric-data or get-metric-statistics JSON, or a CSV of the console, plain or gzip; repeatable',
          )
            .argParser(collect)
            .conflicts('days'),
        )
        .addOption(valuesOption())
        .option('--policy <names>', 'policies, by comma (default: all)', namesOf),
    ),
  run: async (_words, options, session) => {
    const { backtest } = await import('../simulation/backtest.ts');
    await backtest(options, session);
    return 'fine';
  },
});
