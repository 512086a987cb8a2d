/**
 * Everything that the functions may do, action by action, on the narrowest resource that each action supports (Service
 * Authorization Reference). Both functions get the same: the reconciler converges, and enforces the minimum and maximum.
 *
 * Not narrower, because AWS cannot:
 * - kinesis:DescribeLimits, cloudwatch:GetMetricData, lambda:GetAccountSettings and lambda:ListEventSourceMappings take no
 *   resource;
 * - cloudwatch:DescribeAlarms by several names is authorized on `alarm:*`, whatever the names are.
 */
import { Stack, Token, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { StreamSettings } from '../core/knobs.ts';
import type { ScalingFunction } from './scaling-functions.ts';

export interface StreamPermissions {
  readonly streamName: string;
  readonly streamArn: string;
  readonly alarmNames: readonly string[];
  readonly settings: Pick<StreamSettings, 'consumers' | 'concurrencyFallback'>;
}

/** What IAM takes: characters in a managed policy, without white space, and managed policies at a role. */
const policySize = 6144;
export const policiesPerRole = 10;
/** Characters of the statements of a policy without their resources; those of consumers come with the first of them. */
const skeletonSize = 450;
const accountSkeletonSize = 350;
const consumersSkeletonSize = 450;
const noticesSkeletonSize = 700;
/** Characters of an ARN around a name: the longest service, region and resource type of the partition `aws`. */
const quotesSize = '"",'.length;
const arnSize = 'arn:aws:cloudwatch:ap-southeast-1:111122223333:alarm:'.length + quotesSize;

/** The permissions of a fleet: as many managed policies as its streams need, at every role that acts on it. */
export class FleetPermissions extends Construct {
  readonly #roles: readonly Role[];
  #policies: ManagedPolicy[] = [];
  #statements = new Map<string, PolicyStatement>();
  #room = 0;
  #consumersRead = false;

  constructor(scope: Construct, id: string, roles: readonly Role[]) {
    super(scope, id);
    this.#roles = roles;
    this.#beginPolicy();
    this.#room -= accountSkeletonSize;
    this.#grant('limits', ['kinesis:DescribeLimits', 'cloudwatch:GetMetricData'], ['*']);
    this.#grant('describe', ['cloudwatch:DescribeAlarms'], [alarmArn(this, '*')]);
    acknowledgeWildcards(this);
  }

  get policyCount(): number {
    return this.#policies.length;
  }

  /** Before any stream, so that there is room. A topic under a customer key must let these roles use the key. */
  addNoticeTopics(topicArns: readonly string[]): void {
    this.#room -= noticesSkeletonSize;
    this.#grant('notices', ['sns:Publish'], [...new Set(topicArns)]);
  }

  addStream({ streamName, streamArn, alarmNames, settings }: StreamPermissions): void {
    const alarmArns = alarmNames.map((name) => alarmArn(this, name));
    // Concurrency belongs to the function, not to a version or an alias.
    const functionArns = settings.consumers.map(({ functionArn }) => functionArn.split(':').slice(0, 7).join(':'));
    const size = sizeOf([streamName, ...alarmNames], functionArns);
    const withConsumers = () =>
      size + (functionArns.length > 0 && !this.#statements.has('concurrency') ? consumersSkeletonSize : 0);
    if (withConsumers() > this.#room) this.#beginPolicy();
    this.#room -= withConsumers();
    this.#grant('streams', streamActions, [streamArn]);
    this.#grant('alarms', alarmActions, alarmArns);
    if (functionArns.length > 0) this.#addConsumers(functionArns, settings.concurrencyFallback);
  }

  #addConsumers(functionArns: readonly string[], fallback: StreamSettings['concurrencyFallback']): void {
    this.#grant('concurrency', concurrencyActions, functionArns);
    if (fallback === 'remove') this.#grant('removal', ['lambda:DeleteFunctionConcurrency'], functionArns);
    if (this.#consumersRead) return;
    this.#consumersRead = true;
    this.#grant('consumers', ['lambda:GetAccountSettings', 'lambda:ListEventSourceMappings'], ['*']);
  }

  #beginPolicy(): void {
    const policy = new ManagedPolicy(this, `Policy${this.#policies.length + 1}`, {
      description: 'What the functions of the Kinesis autoscaler may do',
    });
    for (const role of this.#roles) role.addManagedPolicy(policy);
    this.#policies.push(policy);
    this.#statements = new Map();
    this.#room = policySize - skeletonSize;
  }

  /** Adds resources to the statement of that purpose in the last policy, or begins it. */
  #grant(purpose: string, actions: readonly string[], resources: readonly string[]): void {
    const known = this.#statements.get(purpose);
    if (known) {
      known.addResources(...resources);
      return;
    }
    const statement = new PolicyStatement({ actions: [...actions], resources: [...resources] });
    this.#statements.set(purpose, statement);
    this.#policies.at(-1)?.addStatements(statement);
  }
}

/**
 * Lets a reconcile that nears its time-out hand the rest on to the next run. In a policy apart: the function waits for the
 * policies of its role, and this one names the function.
 */
export function allowHandOver(scope: Construct, reconciler: ScalingFunction): Policy {
  const { role, function: itself } = reconciler;
  const statement = new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [itself.functionArn] });
  return new Policy(scope, 'HandOver', { roles: [role], statements: [statement] });
}

/** ARNs of this deployment hold tokens, so their size follows from the names; those of functions are given, and named twice. */
function sizeOf(names: readonly string[], functionArns: readonly string[]): number {
  const length = (sum: number, text: string) => sum + text.length;
  return (
    names.reduce(length, names.length * arnSize) + 2 * functionArns.reduce(length, functionArns.length * quotesSize)
  );
}

const streamActions = [
  'kinesis:DescribeStreamSummary',
  'kinesis:ListTagsForStream',
  'kinesis:AddTagsToStream',
  'kinesis:UpdateShardCount',
];
const alarmActions = [
  'cloudwatch:ListTagsForResource',
  'cloudwatch:PutMetricAlarm',
  'cloudwatch:SetAlarmState',
  'cloudwatch:TagResource',
];
const concurrencyActions = ['lambda:GetFunctionConcurrency', 'lambda:PutFunctionConcurrency'];

export function alarmArn(scope: Construct, name: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:cloudwatch:${region}:${account}:alarm:${name}`;
}

function acknowledgeWildcards(scope: Construct): void {
  const { region, account } = Stack.of(scope);
  // cdk-nag names a finding by the ARN, with what is only known at deployment in angle brackets.
  const shown = (value: string, name: string) => (Token.isUnresolved(value) ? `<AWS::${name}>` : value);
  Validations.of(scope).acknowledge(
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'kinesis:DescribeLimits, cloudwatch:GetMetricData, lambda:GetAccountSettings and lambda:ListEventSourceMappings take no resource; all of them only read.',
    },
    {
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudwatch:${shown(region, 'Region')}:${shown(account, 'AccountId')}:alarm:*]`,
      reason: 'cloudwatch:DescribeAlarms by several names is authorized on alarm:*; it only reads.',
    },
  );
}
