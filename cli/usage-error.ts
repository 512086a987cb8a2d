/** The user can correct the cause: the message names the option, the value and the remedy. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
