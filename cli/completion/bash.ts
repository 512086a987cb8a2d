import type { OptionWords, ProgramWords } from './program-words.ts';

/** A function for bash's `complete`. It needs bash 3.2 and no package of completions. */
export function bashCompletion({ name, globalOptions, commands }: ProgramWords): string {
  const all = [...globalOptions, ...commands.flatMap(({ options }) => options)];
  const valued = all.filter(({ value }) => value !== undefined);
  const withoutWords = valued.filter(({ value }) => value?.choices.length === 0);
  const files = withoutWords.filter(({ value }) => value?.isFile);
  const free = withoutWords.filter(({ value }) => !value?.isFile);
  const functionName = `_${name.replaceAll('-', '_')}`;
  return `# ${name} completion for bash: source <(${name} completion bash)
${functionName}() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= index
  local valued=" ${namesOf(valued).join(' ')} "
  for ((index = 1; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index]} in
      -*) [[ $valued == *" \${COMP_WORDS[index]} "* ]] && ((index++)) ;;
      *) command=\${COMP_WORDS[index]}; break ;;
    esac
  done
  case $previous in
${choiceCases(valued)}${fileCase(files)}${freeCase(free)}  esac
  local options="${namesOf(globalOptions).join(' ')}"
  case $command in
    '') COMPREPLY=($(compgen -W "$options ${commands.map((command) => command.name).join(' ')}" -- "$word")); return ;;
${commands.map(({ name: command, options, choices }) => `    ${command}) options+=" ${[...namesOf(options), ...choices].join(' ')}" ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$options" -- "$word"))
}
complete -F ${functionName} ${name}`;
}

function namesOf(options: readonly OptionWords[]): readonly string[] {
  return [...new Set(options.flatMap(({ names }) => names))];
}

function choiceCases(valued: readonly OptionWords[]): string {
  const choices = new Map<string, Set<string>>();
  for (const { names, value } of valued) {
    for (const name of names) {
      const known = choices.get(name) ?? new Set();
      for (const choice of value?.choices ?? []) known.add(choice);
      if (known.size > 0) choices.set(name, known);
    }
  }
  return [...choices]
    .map(([name, words]) => `    ${name}) COMPREPLY=($(compgen -W "${[...words].join(' ')}" -- "$word")); return ;;\n`)
    .join('');
}

function fileCase(options: readonly OptionWords[]): string {
  if (options.length === 0) return '';
  return `    ${namesOf(options).join('|')}) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")); return ;;\n`;
}

/** A value that nobody can guess: nothing is offered, rather than an option in its place. */
function freeCase(options: readonly OptionWords[]): string {
  return options.length === 0 ? '' : `    ${namesOf(options).join('|')}) return ;;\n`;
}
