/** Functions as Lambda's API describes them. */
import type { JsonObject } from '../wire/api-call.ts';
import { canRun, type FunctionDefinition, type InvokePermission } from './function-definition.ts';

export function describeConfiguration(definition: FunctionDefinition): JsonObject {
  return {
    FunctionName: definition.name,
    FunctionArn: definition.arn,
    Description: definition.description,
    Role: definition.role,
    Handler: definition.handler,
    Runtime: definition.runtime,
    Architectures: [definition.architecture],
    CodeSha256: definition.code.sha256,
    CodeSize: definition.code.sizeBytes,
    PackageType: 'Zip',
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memoryMegabytes,
    Environment: { Variables: definition.variables },
    ...(definition.deadLetterArn === undefined ? {} : { DeadLetterConfig: { TargetArn: definition.deadLetterArn } }),
    LoggingConfig: {
      LogFormat: definition.logFormat,
      LogGroup: definition.logGroup,
      ...(definition.applicationLogLevel === undefined ? {} : { ApplicationLogLevel: definition.applicationLogLevel }),
    },
    EphemeralStorage: { Size: 512 },
    ...definition.stored,
    TracingConfig: { Mode: definition.tracing },
    Version: '$LATEST',
    RevisionId: definition.revisionId,
    LastModified: new Date(definition.lastModifiedMs).toISOString().replace('Z', '+0000'),
    LastUpdateStatus: 'Successful',
    ...(canRun(definition)
      ? { State: 'Active' }
      : {
          State: 'Failed',
          StateReasonCode: 'InvalidRuntime',
          StateReason: `Local AWS runs functions of Node.js only, not of ${definition.runtime}.`,
        }),
  };
}

/** GetFunction: the configuration with what belongs to it. */
export function describeCode(definition: FunctionDefinition): JsonObject {
  return {
    Configuration: describeConfiguration(definition),
    Code: { RepositoryType: 'S3', Location: `file://${definition.code.folder}` },
    Tags: definition.tags,
    ...(definition.reservedConcurrency === undefined
      ? {}
      : { Concurrency: { ReservedConcurrentExecutions: definition.reservedConcurrency } }),
  };
}

export function describeEventInvokeConfig(definition: FunctionDefinition): JsonObject {
  const config = definition.eventInvokeConfig;
  return {
    FunctionArn: `${definition.arn}:$LATEST`,
    LastModified: (config?.lastModifiedMs ?? definition.lastModifiedMs) / 1000,
    MaximumRetryAttempts: config?.maximumRetryAttempts ?? 2,
    MaximumEventAgeInSeconds: config?.maximumEventAgeSeconds ?? 21_600,
    DestinationConfig: {
      OnFailure: config?.onFailureArn === undefined ? {} : { Destination: config.onFailureArn },
      OnSuccess: config?.onSuccessArn === undefined ? {} : { Destination: config.onSuccessArn },
    },
  };
}

export function describeStatement(definition: FunctionDefinition, permission: InvokePermission): JsonObject {
  const { statementId, principal, sourceArn, sourceAccount } = permission;
  const condition = {
    ...(sourceAccount === undefined ? {} : { StringEquals: { 'AWS:SourceAccount': sourceAccount } }),
    ...(sourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': sourceArn } }),
  };
  return {
    Sid: statementId,
    Effect: 'Allow',
    Principal: principal.includes('.amazonaws.com') ? { Service: principal } : { AWS: principal },
    Action: 'lambda:InvokeFunction',
    Resource: definition.arn,
    ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
  };
}
