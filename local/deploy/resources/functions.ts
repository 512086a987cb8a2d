/** AWS::Lambda::* */
import { randomUUID } from 'node:crypto';
import { member, pick } from '../../lambda/api/lambda-operation.ts';
import { readEventInvokeConfig } from '../../lambda/event-invoke-config.ts';
import { type FunctionDefinition, functionArn, functionNameOf } from '../../lambda/function-definition.ts';
import { assertModelled } from '../../parameters/assert-modelled.ts';
import type { JsonObject } from '../../wire/api-call.ts';
import { optionalNumber, optionalText, requireText, tagList, textList, textMap } from '../../wire/input.ts';
import type { PhysicalResource } from '../deployed-stack.ts';
import type { ResourceRequest, ResourceTypes } from '../resource-type.ts';

export const FUNCTION_TYPES: ResourceTypes = {
  'AWS::Lambda::Function': {
    replacedBy: ['FunctionName'],
    create: async (request) => {
      const name = optionalText(request.properties, 'FunctionName') ?? request.generatedName;
      return putFunction(request, name, { permissions: [] });
    },
    // What CloudFormation does not set (permissions, the asynchronous configuration) stays as it is.
    update: async (request, old) => {
      const { permissions, eventInvokeConfig } = request.aws.lambda.functions.get(old.id);
      const kept = { permissions, ...(eventInvokeConfig === undefined ? {} : { eventInvokeConfig }) };
      return putFunction(request, old.id, kept);
    },
    delete: ({ aws }, old) => aws.lambda.delete(old.id),
  },
  'AWS::Lambda::Version': {
    replacedBy: ['FunctionName'],
    create: ({ aws, properties }) => {
      const { arn } = aws.lambda.functions.get(requireText(properties, 'FunctionName'));
      const version = String(versionCount(aws.lambda, arn));
      return { id: `${arn}:${version}`, attributes: { Version: version, FunctionArn: arn } };
    },
    delete: () => {},
  },
  'AWS::Lambda::Permission': {
    replacedBy: ['FunctionName', 'Principal', 'SourceArn', 'Action'],
    create: ({ aws, generatedName, properties }) => {
      const definition = aws.lambda.functions.get(requireText(properties, 'FunctionName'));
      const StatementId = generatedName;
      assertModelled({ service: 'lambda', operation: 'AddPermission' }, { ...properties, StatementId });
      const sourceArn = optionalText(properties, 'SourceArn');
      const sourceAccount = optionalText(properties, 'SourceAccount');
      const permission = {
        statementId: generatedName,
        principal: requireText(properties, 'Principal'),
        ...(sourceArn === undefined ? {} : { sourceArn }),
        ...(sourceAccount === undefined ? {} : { sourceAccount }),
      };
      aws.lambda.functions.set({ ...definition, permissions: [...definition.permissions, permission] });
      return { id: generatedName, attributes: {} };
    },
    delete: ({ aws }, old, properties) => {
      const definition = aws.lambda.functions.find(requireText(properties, 'FunctionName'));
      if (definition === undefined) return;
      const permissions = definition.permissions.filter(({ statementId }) => statementId !== old.id);
      aws.lambda.functions.set({ ...definition, permissions });
    },
  },
  'AWS::Lambda::EventSourceMapping': {
    replacedBy: ['EventSourceArn', 'FunctionName'],
    create: ({ aws, properties }) => {
      assertMapping(properties);
      const { id } = aws.lambda.eventSources.add({
        functionArn: aws.lambda.functions.get(requireText(properties, 'FunctionName')).arn,
        eventSourceArn: requireText(properties, 'EventSourceArn'),
        parallelizationFactor: optionalNumber(properties, 'ParallelizationFactor') ?? 1,
        enabled: properties.Enabled !== false,
        lastModifiedMs: aws.clock.nowMs(),
        polling: pollingOf(properties),
      });
      return { id, attributes: { Id: id } };
    },
    update: ({ aws, properties }, old) => {
      assertMapping(properties);
      const parallelizationFactor = optionalNumber(properties, 'ParallelizationFactor') ?? 1;
      const enabled = properties.Enabled !== false;
      const polling = pollingOf(properties);
      aws.lambda.eventSources.set({ ...aws.lambda.eventSources.get(old.id), parallelizationFactor, enabled, polling });
      return old;
    },
    delete: ({ aws }, old) => {
      aws.lambda.eventSources.delete(old.id);
    },
  },
  'AWS::Lambda::EventInvokeConfig': {
    replacedBy: ['FunctionName', 'Qualifier'],
    create: ({ aws, logicalId, properties }) => {
      const definition = aws.lambda.functions.get(requireText(properties, 'FunctionName'));
      assertModelled({ service: 'lambda', operation: 'PutFunctionEventInvokeConfig' }, properties);
      const eventInvokeConfig = readEventInvokeConfig(properties, undefined, aws.clock.nowMs());
      aws.lambda.functions.set({ ...definition, eventInvokeConfig });
      return { id: logicalId, attributes: {} };
    },
    delete: ({ aws }, _, properties) => {
      const found = aws.lambda.functions.find(requireText(properties, 'FunctionName'));
      if (found === undefined) return;
      const { eventInvokeConfig: __, ...definition } = found;
      aws.lambda.functions.set(definition);
    },
  },
};

/** A template spells them as the API does; its tags are a list there. */
function assertMapping({ Tags: _, KmsKeyArn, ...properties }: JsonObject): void {
  const parameters = { ...properties, KMSKeyArn: KmsKeyArn };
  assertModelled({ service: 'lambda', operation: 'CreateEventSourceMapping' }, parameters);
}

/** What the mapping's other properties say of polling is kept, as over the API. */
function pollingOf(properties: JsonObject): JsonObject {
  const { FunctionName: _, EventSourceArn: __, ParallelizationFactor: ___, Enabled: ____, ...polling } = properties;
  return polling;
}

async function putFunction(
  { aws, properties, assetFolder }: ResourceRequest,
  name: string,
  kept: Pick<FunctionDefinition, 'permissions' | 'eventInvokeConfig'>,
): Promise<PhysicalResource> {
  const { Code: _, Tags: __, ReservedConcurrentExecutions: ___, KmsKeyArn, ...parameters } = properties;
  assertModelled({ service: 'lambda', operation: 'CreateFunction' }, { ...parameters, KMSKeyArn: KmsKeyArn });
  const code = await aws.lambda.code.fromFolder(assetFolder(requireText(member(properties, 'Code'), 'S3Key')));
  const deadLetterArn = optionalText(member(properties, 'DeadLetterConfig'), 'TargetArn');
  const logging = member(properties, 'LoggingConfig');
  const applicationLogLevel = optionalText(logging, 'ApplicationLogLevel');
  const definition: FunctionDefinition = {
    ...kept,
    name,
    arn: functionArn(aws.account, name),
    description: optionalText(properties, 'Description') ?? '',
    role: requireText(properties, 'Role'),
    handler: requireText(properties, 'Handler'),
    runtime: requireText(properties, 'Runtime'),
    architecture: textList(properties, 'Architectures')[0] ?? 'x86_64',
    code,
    timeoutSeconds: optionalNumber(properties, 'Timeout') ?? 3,
    memoryMegabytes: optionalNumber(properties, 'MemorySize') ?? 128,
    variables: textMap(member(properties, 'Environment'), 'Variables'),
    ...(deadLetterArn === undefined ? {} : { deadLetterArn }),
    ...(applicationLogLevel === undefined ? {} : { applicationLogLevel }),
    stored: { ...pick(properties, ['EphemeralStorage']), ...(KmsKeyArn === undefined ? {} : { KMSKeyArn: KmsKeyArn }) },
    logFormat: optionalText(logging, 'LogFormat') === 'JSON' ? 'JSON' : 'Text',
    logGroup: optionalText(logging, 'LogGroup') ?? `/aws/lambda/${name}`,
    tracing: optionalText(member(properties, 'TracingConfig'), 'Mode') === 'Active' ? 'Active' : 'PassThrough',
    tags: tagList(properties, 'Tags'),
    lastModifiedMs: aws.clock.nowMs(),
    revisionId: randomUUID(),
  };
  aws.lambda.redefine(definition);
  const reserved = optionalNumber(properties, 'ReservedConcurrentExecutions');
  if (reserved !== undefined) aws.lambda.functions.reserveConcurrency(name, reserved);
  return { id: name, attributes: { Arn: definition.arn } };
}

const versions = new WeakMap<object, Map<string, number>>();

/** Versions are counted per function and never reused; all of them run what `$LATEST` is. */
function versionCount(lambda: object, arn: string): number {
  const counts = versions.get(lambda) ?? new Map<string, number>();
  versions.set(lambda, counts);
  const name = functionNameOf(arn);
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  return count;
}
