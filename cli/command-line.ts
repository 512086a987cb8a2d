/** One run of `kinesis-autoscaler`: reads the words, runs the subcommand and returns the exit code. */
import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { describeAwsError } from './aws/describe-error.ts';
import { groups } from './command.ts';
import * as commands from './commands/index.ts';
import { exitCodes, FindingError, UsageError } from './exit-codes.ts';
import { addGlobalOptions } from './global-options.ts';
import type { Terminal } from './terminal.ts';

export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = exitCodes.fine;
  const program = createProgram(terminal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explainFailure(error, terminal);
  }
}

export function createProgram(terminal: Terminal, ended: (exitCode: number) => void): Command {
  const program = new Command('kinesis-autoscaler')
    .description('Scales the shards of Amazon Kinesis data streams, and shows beforehand what it would do.')
    .version(manifest.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showHelpAfterError('(run with --help for the options)')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', '\nExit codes: 0 fine, 1 a finding, 2 the command cannot be carried out as given.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.write(text.replace(/\n$/, '')),
      writeErr: (text) => terminal.writeError(text.replace(/\n$/, '')),
      getOutHelpWidth: () => terminal.columns ?? 100,
      getErrHelpWidth: () => terminal.columns ?? 100,
      getOutHasColors: () => terminal.hasColors,
      getErrHasColors: () => terminal.hasColors,
    });
  addGlobalOptions(program);
  const registrations = Object.values(commands);
  for (const group of Object.keys(groups)) {
    for (const register of registrations) {
      if (register.spec.group === group) register(program, { terminal, ended });
    }
  }
  return program;
}

/** An error that the user can correct gets one line. A bug is thrown on, with its stack. */
function explainFailure(error: unknown, terminal: Terminal): number {
  // Commander has printed its message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
  if (error instanceof UsageError || error instanceof FindingError) {
    terminal.writeError(error.message);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.finding;
  }
  const described = describeAwsError(error);
  if (described === undefined) throw error;
  terminal.writeError(described.message);
  return described.exitCode;
}
