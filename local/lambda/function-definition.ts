/** A function as local Lambda keeps it. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { arnOf, type LocalAccount } from '../account.ts';
import type { JsonObject } from '../wire/api-call.ts';
import { optionalText } from '../wire/input.ts';
import type { EventInvokeConfig } from './event-invoke-config.ts';

export interface FunctionCode {
  /** Unpacked; processes run in it. */
  readonly folder: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface InvokePermission {
  readonly statementId: string;
  /** A service such as `sns.amazonaws.com`. */
  readonly principal: string;
  readonly sourceArn?: string;
  /** The account that the source must be in. */
  readonly sourceAccount?: string;
}

export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly role: string;
  readonly handler: string;
  readonly runtime: string;
  readonly architecture: string;
  readonly code: FunctionCode;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly deadLetterArn?: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly logGroup: string;
  /** The least severe line that the runtime writes, under JSON; all without it. */
  readonly applicationLogLevel?: string;
  readonly tracing: 'Active' | 'PassThrough';
  /** Stored and returned, and no more. */
  readonly stored?: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Who may invoke it, besides the account's own callers. */
  readonly permissions: readonly InvokePermission[];
  readonly reservedConcurrency?: number;
  readonly eventInvokeConfig?: EventInvokeConfig;
  readonly lastModifiedMs: number;
  readonly revisionId: string;
}

export function functionArn(account: LocalAccount, name: string): string {
  return arnOf(account, 'lambda', `function:${name}`);
}

/** A function as it stands in an account before anybody has given it code: for what looks at functions and runs none. */
export function functionWithoutCode(account: LocalAccount, name: string, lastModifiedMs: number): FunctionDefinition {
  return {
    name,
    arn: functionArn(account, name),
    description: '',
    role: `arn:aws:iam::${account.accountId}:role/${name}`,
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    architecture: 'arm64',
    code: { folder: '', sha256: '', sizeBytes: 0 },
    timeoutSeconds: 300,
    memoryMegabytes: 128,
    variables: {},
    logFormat: 'Text',
    logGroup: `/aws/lambda/${name}`,
    tracing: 'PassThrough',
    tags: {},
    permissions: [],
    lastModifiedMs,
    revisionId: 'first',
  };
}

/** @param nameOrArn a name, an ARN, or either with a qualifier; local Lambda has `$LATEST` only. */
export function functionNameOf(nameOrArn: string): string {
  const parts = nameOrArn.split(':');
  if (nameOrArn.startsWith('arn:')) return parts[6] ?? '';
  return (parts.length >= 3 ? parts[2] : parts[0]) ?? '';
}

/** @throws AwsServiceError PreconditionFailedException if the caller meant another revision. */
export function assertRevision(definition: FunctionDefinition, input: JsonObject): void {
  const revisionId = optionalText(input, 'RevisionId');
  if (revisionId === undefined || revisionId === definition.revisionId) return;
  const message =
    'The RevisionId provided does not match the latest RevisionId. Call the GetFunction API to retrieve it.';
  throw new AwsServiceError('PreconditionFailedException', message);
}

/** Only Node.js can be run here. */
export function canRun({ runtime }: Pick<FunctionDefinition, 'runtime'>): boolean {
  return /^nodejs\d+\.x$/.test(runtime);
}

/** Whether a service may invoke the function for the resource that it acts for. A source ARN may end in `*`. */
export function allowsInvocation(definition: FunctionDefinition, principal: string, sourceArn: string): boolean {
  return definition.permissions.some(
    (permission) =>
      permission.principal === principal &&
      matchesArn(permission.sourceArn, sourceArn) &&
      (permission.sourceAccount ?? sourceArn.split(':')[4]) === sourceArn.split(':')[4],
  );
}

function matchesArn(pattern: string | undefined, arn: string): boolean {
  if (pattern === undefined) return true;
  return pattern.endsWith('*') ? arn.startsWith(pattern.slice(0, -1)) : arn === pattern;
}
