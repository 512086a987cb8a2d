/** The words of the command line, as its completions need them: read from the program itself, so that none is forgotten. */
import type { Command, Option } from 'commander';

export interface OptionWords {
  /** `--region`, and the short form where there is one. */
  readonly names: readonly string[];
  readonly about: string;
  /** Undefined for an option without a value. */
  readonly value: { readonly choices: readonly string[]; readonly isFile: boolean } | undefined;
}

export interface CommandWords {
  readonly name: string;
  readonly about: string;
  readonly options: readonly OptionWords[];
  /** Of its first argument, where only some words are allowed. */
  readonly choices: readonly string[];
}

export interface ProgramWords {
  readonly name: string;
  readonly globalOptions: readonly OptionWords[];
  readonly commands: readonly CommandWords[];
}

export function describeProgram(program: Command): ProgramWords {
  return {
    name: program.name(),
    globalOptions: optionsOf(program),
    commands: program.commands.map((command) => ({
      name: command.name(),
      about: command.description(),
      options: optionsOf(command),
      choices: command.registeredArguments[0]?.argChoices ?? [],
    })),
  };
}

function optionsOf(command: Command): readonly OptionWords[] {
  return [...command.options.map(describeOption), { names: ['--help', '-h'], about: 'print help', value: undefined }];
}

function describeOption({ long, short, description, argChoices, flags, required, optional }: Option): OptionWords {
  const takesValue = required || optional;
  return {
    names: [long, short].filter((name) => typeof name === 'string'),
    about: description,
    value: takesValue ? { choices: argChoices ?? [], isFile: /<(file|directory)>/.test(flags) } : undefined,
  };
}
