import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { ApiCall, Operation, Operations } from './api-call.ts';

/** @throws AwsServiceError UnknownOperationException (InvalidAction in the Query protocol) if the table has none. */
export function operationOf(operations: Operations, call: ApiCall): Operation {
  const operation = Object.hasOwn(operations, call.operation) ? operations[call.operation] : undefined;
  if (operation !== undefined) return operation;
  const name = call.protocol === 'query' ? 'InvalidAction' : 'UnknownOperationException';
  throw new AwsServiceError(name, `The action ${call.operation} is not served by local AWS (${call.service})`);
}
