/** Invoke, and how asynchronous invocations are dealt with. */
import { AwsServiceError } from '../../../simulator/models/aws-service-error.ts';
import { notModelled } from '../../../simulator/models/not-modelled.ts';
import type { ApiResponse } from '../../wire/api-call.ts';
import { optionalText } from '../../wire/input.ts';
import { readEventInvokeConfig } from '../event-invoke-config.ts';
import { canRun, type FunctionDefinition } from '../function-definition.ts';
import { describeEventInvokeConfig } from '../function-description.ts';
import type { LambdaHost, LambdaService } from '../lambda-service.ts';
import { json, type LambdaOperations, type LambdaRequest } from './lambda-operation.ts';

/** Invoke, API reference: 6 MB synchronous, 1 MB asynchronous. */
const LARGEST_PAYLOAD_BYTES = 6_291_556;
const LARGEST_EVENT_BYTES = 1_048_576;

export function invocationOperations(lambda: LambdaService, host: Pick<LambdaHost, 'time'>): LambdaOperations {
  const { functions } = lambda;
  return {
    Invoke: async ({ call, label, input }) => {
      const payload = optionalText(input, 'Payload') ?? '{}';
      const invocationType = optionalText(input, 'InvocationType') ?? 'RequestResponse';
      assertJson(payload);
      assertSize(payload, invocationType === 'Event' ? LARGEST_EVENT_BYTES : LARGEST_PAYLOAD_BYTES);
      const definition = functions.get(label);
      if (!canRun(definition)) throw cannotRun(definition);
      switch (invocationType) {
        case 'DryRun':
          return json(204, undefined);
        case 'Event':
          return {
            ...json(202, undefined),
            headers: { 'x-amzn-requestid': lambda.invokeAsynchronously(definition.name, payload) },
          };
        case 'RequestResponse':
          return invokeSynchronously(lambda, definition, payload, { call, input });
        default:
          throw new AwsServiceError('InvalidParameterValueException', `Unknown InvocationType: ${invocationType}`);
      }
    },
    PutFunctionEventInvokeConfig: ({ label, input }) => {
      const eventInvokeConfig = readEventInvokeConfig(input, undefined, host.time.clock.nowMs());
      return json(200, describeEventInvokeConfig(functions.set({ ...functions.get(label), eventInvokeConfig })));
    },
    UpdateFunctionEventInvokeConfig: ({ label, input }) => {
      const before = functions.get(label).eventInvokeConfig;
      if (before === undefined) throw withoutEventInvokeConfig(functions.get(label));
      const eventInvokeConfig = readEventInvokeConfig(input, before, host.time.clock.nowMs());
      return json(200, describeEventInvokeConfig(functions.set({ ...functions.get(label), eventInvokeConfig })));
    },
    GetFunctionEventInvokeConfig: ({ label }) => {
      const definition = functions.get(label);
      if (definition.eventInvokeConfig === undefined) throw withoutEventInvokeConfig(definition);
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
  { call, input }: Pick<LambdaRequest, 'call' | 'input'>,
): Promise<ApiResponse> {
  const clientContext = optionalText(input, 'ClientContext');
  const result = await lambda.invoke(definition.name, payload, call.requestId, clientContext);
  if (result.kind === 'throttled') {
    throw new AwsServiceError('TooManyRequestsException', 'Rate Exceeded.', {
      Reason:
        definition.reservedConcurrency === undefined
          ? 'ConcurrentInvocationLimitExceeded'
          : 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
  }
  const wantsLog = optionalText(input, 'LogType') === 'Tail';
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

function withoutEventInvokeConfig({ arn }: FunctionDefinition): AwsServiceError {
  return new AwsServiceError('ResourceNotFoundException', `The function ${arn} doesn't have an EventInvokeConfig`);
}

function cannotRun({ name, runtime }: FunctionDefinition): AwsServiceError {
  return notModelled(`the runtime ${runtime} of the function ${name}`, 'invoke a function of Node.js (nodejs24.x)');
}

function assertSize(payload: string, limitBytes: number): void {
  const bytes = Buffer.byteLength(payload);
  if (bytes <= limitBytes) return;
  const message = `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`;
  throw new AwsServiceError('RequestEntityTooLargeException', message);
}

function assertJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch (error) {
    throw new AwsServiceError('InvalidRequestContentException', `Could not parse request body into json: ${error}`);
  }
}
