/** Lambda as REST JSON: https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
import { notModelled } from '../../simulator/models/not-modelled.ts';
import type { JsonObject, ServiceEndpoint } from '../wire/api-call.ts';
import { optionalText } from '../wire/input.ts';
import { readRest } from '../wire/rest-paths.ts';
import { accessOperations } from './api/access-operations.ts';
import { concurrencyOperations } from './api/concurrency-operations.ts';
import { eventSourceOperations } from './api/event-source-operations.ts';
import { functionOperations } from './api/function-operations.ts';
import { invocationOperations } from './api/invocation-operations.ts';
import type { LambdaOperations } from './api/lambda-operation.ts';
import type { LambdaHost, LambdaService } from './lambda-service.ts';

export function lambdaEndpoint(
  lambda: LambdaService,
  host: Pick<LambdaHost, 'account' | 'time' | 'hasEventSource'>,
): ServiceEndpoint {
  const operations: LambdaOperations = {
    ...functionOperations(lambda, host),
    ...invocationOperations(lambda, host),
    ...concurrencyOperations(lambda),
    ...accessOperations(lambda),
    ...eventSourceOperations(lambda, host),
  };
  return {
    parse: readRest,
    handle(call, input) {
      const operation = operations[call.operation];
      // The rules of the parameters and this table belong together: one without the other is a bug here.
      if (operation === undefined) throw new Error(`${call.operation} has rules, and no operation`);
      return operation({ call, label: labelOf(input), input });
    },
  };
}

/** @throws AwsServiceError NotModelled for a version or an alias. */
function labelOf(input: JsonObject): string {
  const name = optionalText(input, 'FunctionName');
  if (name === undefined) return optionalText(input, 'Resource') ?? optionalText(input, 'UUID') ?? '';
  const qualifier = name.startsWith('arn:') ? name.split(':')[7] : /^[\w-]+:(.+)$/.exec(name)?.[1];
  if (qualifier === undefined || qualifier === '$LATEST' || /^function:/.test(qualifier)) return name;
  throw notModelled(`the qualifier of FunctionName "${name}"`, 'leave it out: a function here has $LATEST only');
}
