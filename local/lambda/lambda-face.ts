/** Lambda as REST JSON: https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
import { randomUUID } from 'node:crypto';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { ApiCall, ApiResponse, JsonObject, ServiceFace } from '../wire/api-call.ts';
import { optionalNumber, optionalText, requireNumber, requireText, textMap } from '../wire/input.ts';
import { parseJsonBody } from '../wire/json-face.ts';
import { lambdaPathLabels } from '../wire/lambda-paths.ts';
import { type FunctionDefinition, functionArn } from './function-definition.ts';
import {
  describeCode,
  describeConfiguration,
  describeEventInvokeConfig,
  describeStatement,
} from './function-description.ts';
import type { LambdaHost, LambdaService } from './lambda-service.ts';

type LambdaOperation = (request: LambdaRequest) => Promise<ApiResponse> | ApiResponse;

interface LambdaRequest {
  readonly call: ApiCall;
  /** The function's name or ARN, or the ARN whose tags are meant. */
  readonly label: string;
  readonly secondLabel: string;
  /** Empty for an invocation, whose body is the payload. */
  readonly input: JsonObject;
}

export function lambdaFace(lambda: LambdaService, host: Pick<LambdaHost, 'account' | 'time'>): ServiceFace {
  const operations: Readonly<Record<string, LambdaOperation>> = {
    ...functionOperations(lambda, host),
    ...invocationOperations(lambda, host),
    ...concurrencyOperations(lambda),
    ...tagOperations(lambda),
    ...permissionOperations(lambda),
  };
  return {
    handle(call) {
      const operation = operations[call.operation];
      if (operation === undefined)
        throw new AwsServiceError('UnknownOperationException', `${call.operation} is unknown`);
      const [label = '', secondLabel = ''] = lambdaPathLabels(call.request.method, call.request.path);
      const input = call.operation === 'Invoke' ? {} : parseJsonBody(call);
      return operation({ call, label, secondLabel, input });
    },
  };
}

type Table = Readonly<Record<string, LambdaOperation>>;

function functionOperations(lambda: LambdaService, host: Pick<LambdaHost, 'account' | 'time'>): Table {
  const { functions } = lambda;
  const nowMs = (): number => host.time.clock.nowMs();
  return {
    ListFunctions: () => json(200, { Functions: functions.list().map(describeConfiguration) }),
    GetFunction: ({ label }) => json(200, describeCode(functions.get(label))),
    GetFunctionConfiguration: ({ label }) => json(200, describeConfiguration(functions.get(label))),
    CreateFunction: async ({ input }) => {
      const name = requireText(input, 'FunctionName');
      if (functions.find(name) !== undefined) {
        throw new AwsServiceError('ResourceConflictException', `Function already exist: ${name}`);
      }
      const code = await lambda.code.fromZip(Buffer.from(requireText(member(input, 'Code'), 'ZipFile'), 'base64'));
      const definition = lambda.redefine({
        name,
        arn: functionArn(host.account, name),
        description: '',
        role: requireText(input, 'Role'),
        handler: requireText(input, 'Handler'),
        runtime: requireText(input, 'Runtime'),
        architecture: 'x86_64',
        code,
        timeoutSeconds: 3,
        memoryMegabytes: 128,
        variables: {},
        logFormat: 'Text',
        logGroup: `/aws/lambda/${name}`,
        tracing: 'PassThrough',
        tags: textMap(input, 'Tags'),
        permissions: [],
        lastModifiedMs: nowMs(),
        revisionId: randomUUID(),
        ...configurationChanges(input),
      });
      return json(201, describeConfiguration(definition));
    },
    UpdateFunctionConfiguration: ({ label, input }) => {
      const changed = {
        ...functions.get(label),
        ...configurationChanges(input),
        lastModifiedMs: nowMs(),
        revisionId: randomUUID(),
      };
      return json(200, describeConfiguration(lambda.redefine(changed)));
    },
    UpdateFunctionCode: async ({ label, input }) => {
      const code = await lambda.code.fromZip(Buffer.from(requireText(input, 'ZipFile'), 'base64'));
      const changed = { ...functions.get(label), code, lastModifiedMs: nowMs(), revisionId: randomUUID() };
      return json(200, describeConfiguration(lambda.redefine(changed)));
    },
    DeleteFunction: ({ label }) => {
      lambda.delete(label);
      return json(204, undefined);
    },
  };
}

function invocationOperations(lambda: LambdaService, host: Pick<LambdaHost, 'time'>): Table {
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

function concurrencyOperations({ functions }: LambdaService): Table {
  return {
    PutFunctionConcurrency: ({ label, input }) => {
      const reserved = requireNumber(input, 'ReservedConcurrentExecutions');
      const definition = functions.reserveConcurrency(label, reserved);
      return json(200, { ReservedConcurrentExecutions: definition.reservedConcurrency });
    },
    GetFunctionConcurrency: ({ label }) => {
      const { reservedConcurrency } = functions.get(label);
      return json(200, reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency });
    },
    DeleteFunctionConcurrency: ({ label }) => {
      functions.reserveConcurrency(label, undefined);
      return json(204, undefined);
    },
    GetAccountSettings: () =>
      json(200, {
        AccountLimit: {
          TotalCodeSize: 80_530_636_800,
          CodeSizeUnzipped: 262_144_000,
          CodeSizeZipped: 52_428_800,
          ConcurrentExecutions: functions.accountConcurrency,
          UnreservedConcurrentExecutions: functions.unreservedConcurrency,
        },
        AccountUsage: {
          TotalCodeSize: functions.list().reduce((sum, { code }) => sum + code.sizeBytes, 0),
          FunctionCount: functions.list().length,
        },
      }),
  };
}

function tagOperations({ functions }: LambdaService): Table {
  return {
    ListTags: ({ label }) => json(200, { Tags: functions.get(label).tags }),
    TagResource: ({ label, input }) => {
      const definition = functions.get(label);
      functions.set({ ...definition, tags: { ...definition.tags, ...textMap(input, 'Tags') } });
      return json(204, undefined);
    },
    UntagResource: ({ label, call }) => {
      const definition = functions.get(label);
      const gone = new Set(call.request.query.getAll('tagKeys'));
      const tags = Object.fromEntries(Object.entries(definition.tags).filter(([key]) => !gone.has(key)));
      functions.set({ ...definition, tags });
      return json(204, undefined);
    },
  };
}

function permissionOperations({ functions }: LambdaService): Table {
  return {
    AddPermission: ({ label, input }) => {
      const definition = functions.get(label);
      const sourceArn = optionalText(input, 'SourceArn');
      const permission = {
        statementId: requireText(input, 'StatementId'),
        principal: requireText(input, 'Principal'),
        ...(sourceArn === undefined ? {} : { sourceArn }),
      };
      if (definition.permissions.some(({ statementId }) => statementId === permission.statementId)) {
        const message = `The statement id (${permission.statementId}) provided already exists.`;
        throw new AwsServiceError('ResourceConflictException', message);
      }
      functions.set({ ...definition, permissions: [...definition.permissions, permission] });
      return json(201, { Statement: JSON.stringify(describeStatement(definition, permission)) });
    },
    GetPolicy: ({ label }) => {
      const definition = functions.get(label);
      if (definition.permissions.length === 0) {
        throw new AwsServiceError('ResourceNotFoundException', 'The resource you requested does not exist.');
      }
      const statements = definition.permissions.map((permission) => describeStatement(definition, permission));
      const policy = { Version: '2012-10-17', Id: 'default', Statement: statements };
      return json(200, { Policy: JSON.stringify(policy), RevisionId: definition.revisionId });
    },
    RemovePermission: ({ label, secondLabel }) => {
      const definition = functions.get(label);
      const permissions = definition.permissions.filter(({ statementId }) => statementId !== secondLabel);
      functions.set({ ...definition, permissions });
      return json(204, undefined);
    },
  };
}

function configurationChanges(input: JsonObject): Partial<FunctionDefinition> {
  const deadLetterArn = optionalText(member(input, 'DeadLetterConfig'), 'TargetArn');
  const logging = member(input, 'LoggingConfig');
  const changes: Record<keyof FunctionDefinition | string, unknown> = {
    description: optionalText(input, 'Description'),
    role: optionalText(input, 'Role'),
    handler: optionalText(input, 'Handler'),
    runtime: optionalText(input, 'Runtime'),
    timeoutSeconds: optionalNumber(input, 'Timeout'),
    memoryMegabytes: optionalNumber(input, 'MemorySize'),
    variables: input.Environment === undefined ? undefined : textMap(member(input, 'Environment'), 'Variables'),
    deadLetterArn: deadLetterArn === '' ? undefined : deadLetterArn,
    logFormat: optionalText(logging, 'LogFormat'),
    logGroup: optionalText(logging, 'LogGroup'),
  };
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

function member(input: JsonObject, name: string): JsonObject {
  const value = input[name];
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

function assertJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch (error) {
    throw new AwsServiceError('InvalidRequestContentException', `Could not parse request body into json: ${error}`);
  }
}

function json(status: number, output: JsonObject | undefined): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: output === undefined ? '' : JSON.stringify(output),
  };
}
