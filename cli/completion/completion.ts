/** The scripts that bash, zsh and fish source. */
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import type { ProgramWords } from './program-words.ts';
import { zshCompletion } from './zsh.ts';

const writers = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export function completionOf(shell: keyof typeof writers, words: ProgramWords): string {
  return writers[shell](words);
}
