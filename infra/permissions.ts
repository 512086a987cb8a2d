/**
 * Everything that the functions may do, action by action, on the narrowest resource that each action supports (Service
 * Authorization Reference). Both functions get the same: the reconciler converges, and enforces the minimum and maximum.
 *
 * Not narrower, because AWS cannot:
 * - kinesis:DescribeLimits, cloudwatch:GetMetricData, lambda:GetAccountSettings and lambda:ListEventSourceMappings take no
 *   resource;
 * - cloudwatch:DescribeAlarms by several names is authorized on `alarm:*`, whatever the names are.
 */
import { type Stack, Token, Validations } from 'aws-cdk-lib';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { StreamSettings } from '../core/knobs.ts';

export interface StreamPermissions {
  readonly streamArn: string;
  readonly alarmNames: readonly string[];
  readonly settings: Pick<StreamSettings, 'consumers' | 'concurrencyFallback'>;
}

/** IAM and CDK split large policies between statements, never within one; so no statement grows beyond this many streams. */
const streamsPerStatement = 20;

/** The permissions of a fleet, given to every role that acts on it. */
export class FleetPermissions {
  readonly #roles: readonly Role[];
  readonly #stack: Stack;
  #streamCount = 0;
  #statements = new Map<string, PolicyStatement>();
  #consumersRead = false;

  constructor(roles: readonly Role[], stack: Stack) {
    this.#roles = roles;
    this.#stack = stack;
    this.#grant('ReadLimitsAndMetrics', ['kinesis:DescribeLimits', 'cloudwatch:GetMetricData'], ['*']);
    this.#grant('ReadAlarms', ['cloudwatch:DescribeAlarms'], [this.#alarmArn('*')]);
    for (const role of roles) acknowledgeWildcards(role, stack);
  }

  addStream({ streamArn, alarmNames, settings }: StreamPermissions): void {
    if (this.#streamCount % streamsPerStatement === 0) this.#statements = new Map();
    this.#streamCount += 1;
    this.#grant('ScaleStreams', streamActions, [streamArn]);
    this.#grant(
      'KeepAlarms',
      alarmActions,
      alarmNames.map((name) => this.#alarmArn(name)),
    );
    this.#addConsumers(settings);
  }

  #addConsumers({ consumers, concurrencyFallback }: StreamPermissions['settings']): void {
    if (consumers.length === 0) return;
    // Concurrency belongs to the function, not to a version or an alias.
    const functionArns = consumers.map(({ functionArn }) => functionArn.split(':').slice(0, 7).join(':'));
    this.#grant('SetConsumerConcurrency', concurrencyActions, functionArns);
    if (concurrencyFallback === 'remove') {
      this.#grant('RemoveConsumerConcurrency', ['lambda:DeleteFunctionConcurrency'], functionArns);
    }
    if (!this.#consumersRead) {
      this.#consumersRead = true;
      this.#grant('ReadConsumers', ['lambda:GetAccountSettings', 'lambda:ListEventSourceMappings'], ['*']);
    }
  }

  /** Adds resources to the statement of that name, or begins it. */
  #grant(name: string, actions: readonly string[], resources: readonly string[]): void {
    const known = this.#statements.get(name);
    if (known) {
      known.addResources(...resources);
      return;
    }
    const statement = new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });
    this.#statements.set(name, statement);
    for (const role of this.#roles) role.addToPolicy(statement);
  }

  #alarmArn(name: string): string {
    return alarmArn(this.#stack, name);
  }
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

export function alarmArn(stack: Stack, name: string): string {
  return `arn:${stack.partition}:cloudwatch:${stack.region}:${stack.account}:alarm:${name}`;
}

function acknowledgeWildcards(role: Role, stack: Stack): void {
  // cdk-nag names a finding by the ARN, with what is only known at deployment in angle brackets.
  const shown = (value: string, name: string) => (Token.isUnresolved(value) ? `<AWS::${name}>` : value);
  const place = `${shown(stack.region, 'Region')}:${shown(stack.account, 'AccountId')}`;
  Validations.of(role).acknowledge(
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'kinesis:DescribeLimits, cloudwatch:GetMetricData, lambda:GetAccountSettings and lambda:ListEventSourceMappings take no resource; all of them only read.',
    },
    {
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudwatch:${place}:alarm:*]`,
      reason: 'cloudwatch:DescribeAlarms by several names is authorized on alarm:*; it only reads.',
    },
  );
}
