import type { ApiCall, Operation, Operations } from './api-call.ts';

/** The operation of a call that was found to be served. */
export function operationOf(operations: Operations, call: ApiCall): Operation {
  const operation = Object.hasOwn(operations, call.operation) ? operations[call.operation] : undefined;
  // The rules of the parameters and this table belong together: one without the other is a bug here.
  if (operation === undefined) throw new Error(`${call.operation} has rules, and no operation of ${call.service}`);
  return operation;
}
