/** Something that the user can put right: its message names the field, the value and the way out. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
