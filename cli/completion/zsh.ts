import type { CommandWords, OptionWords, ProgramWords } from './program-words.ts';

/** A function for zsh's completion system, which `compinit` must have started. */
export function zshCompletion({ name, globalOptions, commands }: ProgramWords): string {
  const functionName = `_${name.replaceAll('-', '_')}`;
  return `#compdef ${name}
# ${name} completion for zsh: source <(${name} completion zsh), after compinit
${functionName}() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  local -a global_options=(
${lines(globalOptions)}
  )
  local -a commands=(
${commands.map(({ name: command, about }) => `    ${quote(`${command}:${plain(about)}`)}`).join('\n')}
  )
  _arguments -C -A '-*' $global_options '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe -t commands command commands ;;
    argument)
      case $line[1] in
${commands.map(commandCase).join('\n')}
      esac ;;
  esac
}
compdef ${functionName} ${name}`;
}

function commandCase({ name, options, choices }: CommandWords): string {
  const words = choices.length > 0 ? ` '1:word:(${choices.join(' ')})'` : '';
  return `        ${name})
          _arguments $global_options${words} \\
${options.map((option) => `            ${specificationsOf(option).join(' ')}`).join(' \\\n')} ;;`;
}

function lines(options: readonly OptionWords[]): string {
  return options.map((option) => `    ${specificationsOf(option).join(' ')}`).join('\n');
}

/** `'*--region[about]:value: '`: the star lets an option be given again, the blank offers no value. */
function specificationsOf({ names, about, value }: OptionWords): readonly string[] {
  const action = value?.choices.length ? `(${value.choices.join(' ')})` : value?.isFile ? '_files' : ' ';
  const message = value === undefined ? '' : `:value:${action}`;
  return names.map((name) => quote(`*${name}[${plain(about)}]${message}`));
}

/** Without what `_arguments` and `_describe` read as their own. */
function plain(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, ' ').replaceAll(/\s+/g, ' ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
