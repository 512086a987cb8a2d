import type { OptionWords, ProgramWords } from './program-words.ts';

/** Lines of fish's `complete`. */
export function fishCompletion({ name, globalOptions, commands }: ProgramWords): string {
  const names = commands.map((command) => command.name).join(' ');
  const always = `complete -c ${name}`;
  const noCommand = `${always} -n 'not __fish_seen_subcommand_from ${names}'`;
  return [
    `# ${name} completion for fish: ${name} completion fish > ~/.config/fish/completions/${name}.fish`,
    `${always} -f`,
    ...globalOptions.map((option) => `${always} ${flagsOf(option)}`),
    ...commands.map((command) => `${noCommand} -a ${command.name} -d ${quote(command.about)}`),
    ...commands.flatMap(({ name: command, options, choices }) => {
      const seen = `${always} -n '__fish_seen_subcommand_from ${command}'`;
      const words = choices.length > 0 ? [`${seen} -a ${quote(choices.join(' '))}`] : [];
      return [...words, ...options.map((option) => `${seen} ${flagsOf(option)}`)];
    }),
  ].join('\n');
}

function flagsOf({ names, about, value }: OptionWords): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const choices = value?.choices.length ? [`-x -a ${quote(value.choices.join(' '))}`] : [];
  const needs = value === undefined || choices.length > 0 ? choices : [value.isFile ? '-r -F' : '-x'];
  return [...flags, ...needs, `-d ${quote(about)}`].join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
