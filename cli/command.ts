/**
 * The shape of a subcommand. Its file declares name, arguments and options, and loads its own modules when it runs, so that
 * `--help` is quick and no command needs the packages of another.
 */
import type { Command } from 'commander';
import { exitCodes, type Verdict } from './exit-codes.ts';
import type { GlobalOptions } from './global-options.ts';
import { openSession, type Regions, type Session } from './session.ts';
import { type Terminal, withoutColors } from './terminal.ts';

/** In the order of `--help`. */
export const groups = {
  try: 'Try it on this machine:',
  before: 'Before it is deployed:',
  deployed: 'Ask the deployed autoscaler:',
  consumers: 'Scale the consumers of a stream:',
  shell: 'In the shell:',
} as const;

export interface CommandSpec<Options> {
  readonly name: string;
  readonly group: keyof typeof groups;
  readonly summary: string;
  readonly regions: Regions;
  /** Adds arguments and options. */
  readonly declare: (command: Command) => Command;
  /** @param words the arguments, those that are repeatable as one list */
  readonly run: (words: readonly string[], options: Options, session: Session) => Promise<Verdict>;
}

/** Adds one subcommand to the program. */
export type Registration = (program: Command, runtime: CommandRuntime) => void;

export interface CommandRuntime {
  readonly terminal: Terminal;
  /** Called once, when the command is done. */
  readonly ended: (exitCode: number) => void;
}

export function defineCommand<Options>(
  spec: CommandSpec<Options>,
): Registration & { readonly spec: CommandSpec<Options> } {
  const register: Registration = (program, { terminal, ended }) => {
    const command = program.command(spec.name).description(spec.summary).helpGroup(groups[spec.group]);
    spec.declare(command).action(async (...given: unknown[]) => {
      const options = command.optsWithGlobals<Options & GlobalOptions>();
      const usesColors = options.color && terminal.hasColors;
      const session = openSession(command, spec.regions, options, usesColors ? terminal : withoutColors(terminal));
      const words = (given.slice(0, command.registeredArguments.length) as (string | string[] | undefined)[]).flat();
      ended(
        exitCodes[
          await spec.run(
            words.filter((word) => word !== undefined),
            options,
            session,
          )
        ],
      );
    });
  };
  return Object.assign(register, { spec });
}
