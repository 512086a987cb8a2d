/** `kinesis-autoscaler backtest`: the same comparison over a stream's own past, and what to do about it. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { BacktestOptions } from '../simulation/backtest.ts';
import { outputOf, readNames, withComparisonOptions } from './simulate.ts';

export function registerBacktest(program: Command): void {
  const command = program
    .command('backtest')
    .description("replays a stream's own CloudWatch metrics through every policy, and advises")
    .requiredOption('--stream <name>', 'name of the stream')
    .option('--days <number>', 'how far to look back, up to 63 days', readDays, 14)
    .addOption(new Option('--file <file>', 'read saved get-metric-data JSON instead of CloudWatch').conflicts('days'))
    .option('--policy <names>', 'policies, by comma (default: all)', readNames);
  withComparisonOptions(command).action(async (options: BacktestOptions) => {
    const { backtest } = await import('../simulation/backtest.ts');
    await backtest(options, outputOf(options));
  });
}

function readDays(text: string): number {
  const days = Number(text);
  if (Number.isFinite(days) && days > 0 && days <= 63) return days;
  throw new InvalidArgumentError(
    'Give a number of days above 0, at most 63: CloudWatch keeps no finer metrics for longer.',
  );
}
