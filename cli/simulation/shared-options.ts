/** Declares the options that `simulate` and `backtest` share. Loaded with every command, so it loads nothing of the simulator. */
import { type Command, Option } from 'commander';
import type { LoadModel } from '../../simulator/stream-run.ts';
import type { ValueKind } from '../../simulator/trace.ts';
import { positiveNumber } from '../option-values.ts';

export interface SharedOptions {
  readonly policy?: readonly string[];
  readonly values?: ValueKind;
  readonly model: LoadModel;
  readonly consumers: number;
  readonly sharedCommitment: boolean;
  readonly prices?: string;
  readonly report?: string;
}

export function withComparisonOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--model <model>', 'records that do not fit: lost, or offered again')
        .choices(['loss', 'retry'])
        .default('loss'),
    )
    .option('--consumers <number>', 'applications that read the stream (on-demand bills each)', positiveNumber, 1)
    .option('--shared-commitment', 'other streams fill the commitment of On-demand Advantage', false)
    .option('--prices <file>', 'price list to use instead of the one that ships (us-east-1)')
    .option('--report <file>', 'also write a page (.html) and beside it a picture (.png)');
}

/** For files that do not say what their values are. */
export function valuesOption(): Option {
  return new Option(
    '--values <kind>',
    'what a value is, where the file does not say: the sum of its period (default for files of CloudWatch) or a rate a second (default for t_seconds,value)',
  ).choices(['sum', 'per-second']);
}

/** An option that may be given several times. */
export function collect(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}
