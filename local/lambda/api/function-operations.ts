/** Functions: create, read, change, delete. */
import { randomUUID } from 'node:crypto';
import { AwsServiceError } from '../../../simulator/models/aws-service-error.ts';
import type { JsonObject } from '../../wire/api-call.ts';
import { optionalNumber, optionalText, requireText, textList, textMap } from '../../wire/input.ts';
import { assertRevision, type FunctionDefinition, functionArn } from '../function-definition.ts';
import { describeCode, describeConfiguration } from '../function-description.ts';
import type { LambdaHost, LambdaService } from '../lambda-service.ts';
import { json, type LambdaOperations, markedPage, member, pick } from './lambda-operation.ts';

export function functionOperations(
  lambda: LambdaService,
  host: Pick<LambdaHost, 'account' | 'time'>,
): LambdaOperations {
  const { functions } = lambda;
  const nowMs = (): number => host.time.clock.nowMs();
  return {
    ListFunctions: ({ input }) => {
      const { items, marker } = markedPage(functions.list(), input);
      return json(200, { Functions: items.map(describeConfiguration), ...marker });
    },
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
        architecture: textList(input, 'Architectures')[0] ?? 'x86_64',
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
      assertRevision(functions.get(label), input);
      const { stored } = functions.get(label);
      const changes = configurationChanges(input);
      const changed = {
        ...functions.get(label),
        ...changes,
        stored: { ...stored, ...changes.stored },
        lastModifiedMs: nowMs(),
        revisionId: randomUUID(),
      };
      return json(200, describeConfiguration(lambda.redefine(changed)));
    },
    UpdateFunctionCode: async ({ label, input }) => {
      assertRevision(functions.get(label), input);
      const code = await lambda.code.fromZip(Buffer.from(requireText(input, 'ZipFile'), 'base64'));
      const architecture = textList(input, 'Architectures')[0] ?? functions.get(label).architecture;
      const changed = {
        ...functions.get(label),
        code,
        architecture,
        lastModifiedMs: nowMs(),
        revisionId: randomUUID(),
      };
      if (input.DryRun === true) return json(200, describeConfiguration(changed));
      return json(200, describeConfiguration(lambda.redefine(changed)));
    },
    DeleteFunction: ({ label }) => {
      lambda.delete(label);
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
    applicationLogLevel: optionalText(logging, 'ApplicationLogLevel'),
    tracing: optionalText(member(input, 'TracingConfig'), 'Mode'),
    stored: pick(input, ['KMSKeyArn', 'EphemeralStorage']),
  };
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}
