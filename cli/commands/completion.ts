import { Argument } from 'commander';
import { defineCommand } from '../command.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** `completion bash`: prints what the shell must source to complete commands, options and their values. */
export const completion = defineCommand({
  name: 'completion',
  group: 'shell',
  summary: 'prints the completions for a shell: bash, zsh or fish',
  regions: 'none',
  declare: (command) =>
    command.addArgument(new Argument('<shell>', 'the shell').choices(shells)).addHelpText(
      'after',
      `
  bash: source <(kinesis-autoscaler completion bash)      in ~/.bashrc
  zsh:  source <(kinesis-autoscaler completion zsh)       in ~/.zshrc, after compinit
  fish: kinesis-autoscaler completion fish > ~/.config/fish/completions/kinesis-autoscaler.fish`,
    ),
  run: async ([shell], _options, { answer, program }) => {
    const { completionOf } = await import('../completion/completion.ts');
    const { describeProgram } = await import('../completion/program-words.ts');
    answer(completionOf(shell as (typeof shells)[number], describeProgram(program)));
    return 'fine';
  },
});
