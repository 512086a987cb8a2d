/** What a running command has: its global options, where it writes, and where AWS is. */
import type { Command } from 'commander';
import { type AwsAccess, awsAccesses } from './aws/access.ts';
import { UsageError } from './exit-codes.ts';
import { awsOptionsGiven, defaultStack, type GlobalOptions, type OutputFormat } from './global-options.ts';
import { type Progress, startProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

export interface Session {
  readonly format: OutputFormat;
  readonly stack: string;
  /** Where AWS is, one for each region. @throws UsageError for a profile that does not exist */
  readonly accesses: () => Promise<readonly AwsAccess[]>;
  /** The same for a command that asks one region. */
  readonly access: () => Promise<AwsAccess>;
  /** See `Terminal`. */
  readonly columns: number | undefined;
  /** Prints what was asked for. With JSON, standard output holds nothing else. */
  readonly answer: (text: string) => void;
  /** Prints a remark beside the answer. */
  readonly aside: (text: string) => void;
  /** Prints a fault beside an answer that was given all the same. */
  readonly complain: (text: string) => void;
  readonly startProgress: (label: string) => Progress;
  /** The whole command line, for what describes it. */
  readonly program: Command;
}

/** Which AWS regions a command asks. */
export type Regions = 'none' | 'one' | 'several';

export function openSession(command: Command, regions: Regions, globals: GlobalOptions, terminal: Terminal): Session {
  const name = command.name();
  refuseUselessOptions(name, regions, globals);
  const { format, stack } = globals;
  const accesses = () => awsAccesses(globals, terminal.environment);
  return {
    format,
    stack,
    accesses,
    access: async () => {
      const [access] = await accesses();
      if (access === undefined) throw new Error(`${name} asks AWS without a region`);
      return access;
    },
    columns: terminal.columns,
    answer: terminal.write,
    aside: format === 'json' ? terminal.writeError : terminal.write,
    complain: terminal.writeError,
    startProgress: (label) => startProgress(label, terminal),
    program: command.parent ?? command,
  };
}

/** An option without effect would let its user believe in one. */
function refuseUselessOptions(command: string, regions: Regions, globals: GlobalOptions): void {
  if (regions === 'none') {
    const useless = [...awsOptionsGiven(globals), ...(globals.stack === defaultStack ? [] : ['--stack'])];
    if (useless.length > 0) {
      throw new UsageError(`${useless.join(', ')}: ${command} asks no AWS account; leave it out`);
    }
  }
  const { region = [] } = globals;
  if (regions === 'one' && region.length > 1) {
    throw new UsageError(`--region ${region.join(',')}: ${command} asks one region; name one`);
  }
}
