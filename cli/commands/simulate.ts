/** `kinesis-autoscaler simulate`: what each policy would have made of a recorded load. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Output, SharedOptions, SimulateOptions } from '../simulation/simulate.ts';

export function registerSimulate(program: Command): void {
  const command = program
    .command('simulate')
    .description('replays a recorded load through policies, and compares cost and throttling with the best possible')
    .requiredOption('--trace <file>', 'CSV of t_seconds,value or get-metric-data JSON, plain or gzip')
    .addOption(new Option('--unit <unit>', 'what the load counts').choices(['records', 'bytes']).default('records'))
    .addOption(
      new Option('--peak-shards <number>', 'scale the load so that its peak needs so many shards')
        .argParser(readPositive)
        .conflicts('scale'),
    )
    .addOption(new Option('--scale <factor>', 'multiply the values of the trace (default 1)').argParser(readPositive))
    .option('--policy <names>', 'policies, by comma (default: adaptive, target, doubling)', readNames)
    .option('--compare', 'run every policy', false)
    .option('--record-bytes <number>', 'mean size of a record', readPositive, 1000);
  withComparisonOptions(command).action(async (options: SimulateOptions) => {
    const { simulate } = await import('../simulation/simulate.ts');
    await simulate(options, outputOf(options));
  });
}

/** With JSON, standard output holds nothing else. */
export function outputOf({ format }: Pick<SharedOptions, 'format'>): Output {
  return {
    answer: (text) => console.log(text),
    aside: (text) => (format === 'json' ? console.error(text) : console.log(text)),
  };
}

/** What `simulate` and `backtest` share. */
export function withComparisonOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--model <model>', 'records that do not fit: lost, or offered again')
        .choices(['loss', 'retry'])
        .default('loss'),
    )
    .option('--consumers <number>', 'applications that read the stream (on-demand bills each)', readPositive, 1)
    .option('--shared-commitment', 'other streams fill the commitment of On-demand Advantage', false)
    .option('--prices <file>', 'price list to use instead of the one that ships (us-east-1)')
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'json']).default('table'))
    .option('--report <file>', 'also write a page (.html) and beside it a picture (.png)');
}

export function readPositive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a number above 0.');
}

export function readNames(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}
