/**
 * A call that AWS refuses. The models throw it where the SDK throws a ServiceException, and with the same `name`, so
 * that code written for one catches the other. An HTTP endpoint adds the status and the protocol's own spelling.
 */
export class AwsServiceError extends Error {
  /** Further members of the error's shape, such as `ResourceType`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(name: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = name;
    this.details = details;
  }
}
