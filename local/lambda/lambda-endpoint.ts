/** Lambda as REST JSON: https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
import type { ServiceEndpoint } from '../wire/api-call.ts';
import { parseJsonBody } from '../wire/json-endpoint.ts';
import { lambdaPathLabels } from '../wire/lambda-paths.ts';
import { accessOperations } from './api/access-operations.ts';
import { concurrencyOperations } from './api/concurrency-operations.ts';
import { eventSourceOperations } from './api/event-source-operations.ts';
import { functionOperations } from './api/function-operations.ts';
import { invocationOperations } from './api/invocation-operations.ts';
import type { LambdaOperations } from './api/lambda-operation.ts';
import type { LambdaHost, LambdaService } from './lambda-service.ts';

export function lambdaEndpoint(lambda: LambdaService, host: Pick<LambdaHost, 'account' | 'time'>): ServiceEndpoint {
  const operations: LambdaOperations = {
    ...functionOperations(lambda, host),
    ...invocationOperations(lambda, host),
    ...concurrencyOperations(lambda),
    ...accessOperations(lambda),
    ...eventSourceOperations(lambda, host),
  };
  return {
    handle(call) {
      const operation = operations[call.operation];
      // The paths and this table belong together: a path without an operation is a bug here.
      if (operation === undefined) throw new Error(`no operation ${call.operation}`);
      const [label = '', secondLabel = ''] = lambdaPathLabels(call.request.method, call.request.path);
      const input = call.operation === 'Invoke' ? {} : parseJsonBody(call);
      return operation({ call, label, secondLabel, input });
    },
  };
}
