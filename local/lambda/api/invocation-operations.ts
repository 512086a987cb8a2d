/** Invoke, and how asynchronous invocations are dealt with. */
import { AwsServiceError } from '../../../simulator/models/aws-service-error.ts';
import type { ApiCall, ApiResponse } from '../../wire/api-call.ts';
import { optionalNumber, optionalText } from '../../wire/input.ts';
import type { FunctionDefinition } from '../function-definition.ts';
import { describeEventInvokeConfig } from '../function-description.ts';
import type { LambdaHost, LambdaService } from '../lambda-service.ts';
import { json, type LambdaOperations, member } from './lambda-operation.ts';

export function invocationOperations(lambda: LambdaService, host: Pick<LambdaHost, 'time'>): LambdaOperations {
  const { functions } = lambda;
  return {
    Invoke: async ({ call, label }) => {
      const payload = call.request.body.length === 0 ? '{}' : call.request.body.toString();
      assertJson(payload);
      const definition = functions.get(label);
      switch (call.request.headers['x-amz-invocation-type'] ?? 'RequestResponse') {
        case 'DryRun':
          return json(204, undefined);
        case 'Event':
          return {
            ...json(202, undefined),
            headers: { 'x-amzn-requestid': lambda.invokeAsynchronously(definition.name, payload) },
          };
        default:
          return invokeSynchronously(lambda, definition, payload, call);
      }
    },
    PutFunctionEventInvokeConfig: ({ label, input }) => {
      const destinations = member(input, 'DestinationConfig');
      const onFailureArn = optionalText(member(destinations, 'OnFailure'), 'Destination');
      const onSuccessArn = optionalText(member(destinations, 'OnSuccess'), 'Destination');
      const eventInvokeConfig = {
        maximumRetryAttempts: optionalNumber(input, 'MaximumRetryAttempts') ?? 2,
        maximumEventAgeSeconds: optionalNumber(input, 'MaximumEventAgeInSeconds') ?? 21_600,
        ...(onFailureArn === undefined ? {} : { onFailureArn }),
        ...(onSuccessArn === undefined ? {} : { onSuccessArn }),
        lastModifiedMs: host.time.clock.nowMs(),
      };
      return json(200, describeEventInvokeConfig(functions.set({ ...functions.get(label), eventInvokeConfig })));
    },
    GetFunctionEventInvokeConfig: ({ label }) => {
      const definition = functions.get(label);
      if (definition.eventInvokeConfig === undefined) {
        const message = `The function ${definition.arn} doesn't have an EventInvokeConfig`;
        throw new AwsServiceError('ResourceNotFoundException', message);
      }
      return json(200, describeEventInvokeConfig(definition));
    },
    DeleteFunctionEventInvokeConfig: ({ label }) => {
      const { eventInvokeConfig: _, ...definition } = functions.get(label);
      functions.set(definition);
      return json(204, undefined);
    },
  };
}

async function invokeSynchronously(
  lambda: LambdaService,
  definition: FunctionDefinition,
  payload: string,
  call: ApiCall,
): Promise<ApiResponse> {
  const result = await lambda.invoke(definition.name, payload, call.requestId);
  if (result.kind === 'throttled') {
    throw new AwsServiceError('TooManyRequestsException', 'Rate Exceeded.', {
      Reason:
        definition.reservedConcurrency === undefined
          ? 'ConcurrentInvocationLimitExceeded'
          : 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
  }
  const wantsLog = call.request.headers['x-amz-log-type'] === 'Tail';
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amz-executed-version': '$LATEST',
      ...(result.kind === 'function-error' ? { 'x-amz-function-error': 'Unhandled' } : {}),
      ...(wantsLog ? { 'x-amz-log-result': Buffer.from(result.logTail).toString('base64') } : {}),
    },
    body: result.payload,
  };
}

function assertJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch (error) {
    throw new AwsServiceError('InvalidRequestContentException', `Could not parse request body into json: ${error}`);
  }
}
