/** What the exit code of every command says; documented in docs/cli.md. */
export const exitCodes = {
  fine: 0,
  /** AWS or the simulation was asked, and something in the answer needs attention. */
  finding: 1,
  /** The command was not carried out: an option, an argument, a file, a profile or credentials cannot be used. */
  usage: 2,
} as const;

export type Verdict = 'fine' | 'finding';

/** The user can correct the cause: the message names the option, the value and the remedy. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Ends a command whose only answer is that something is wrong, such as a stream that does not exist. */
export class FindingError extends Error {
  override readonly name = 'FindingError';
}
