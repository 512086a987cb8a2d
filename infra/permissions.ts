/**
 * Everything that the functions may do, action by action, on the narrowest resource that each action supports (Service
 * Authorization Reference). Both functions get the same: the reconciler converges, and enforces the minimum and maximum.
 *
 * Not narrower, because AWS cannot:
 * - kinesis:DescribeLimits, cloudwatch:GetMetricData, lambda:GetAccountSettings and lambda:ListEventSourceMappings take no
 *   resource;
 * - cloudwatch:DescribeAlarms by several names is authorized on `alarm:*`, whatever the names are.
 *
 * With discovery the streams are not known, so resources are patterns, and what writes stands under a condition on the tag:
 * - kinesis:AddTagsToStream only on streams tagged `autoscaling/enabled` = `true`. kinesis:UpdateShardCount knows no condition
 *   key; the functions never call it before AddTagsToStream has worked. Reading is free of it, so that the functions can see
 *   that a stream no longer asks;
 * - the alarms by their names' endings, for those that were there before must be kept up too; cloudwatch:DeleteAlarms only on
 *   alarms that carry this deployment's own tag;
 * - reserved concurrency only of functions tagged `autoscaling/enabled` = `true`: their owner agrees;
 * - tag:GetResources takes neither a resource nor a condition.
 */
import { Stack, Token, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { StreamSettings } from '../core/settings/stream-settings.ts';
import { enabledTag, ownerTag } from '../core/stream/tag-settings.ts';
import type { ScalingFunction } from './scaling-functions.ts';

export interface StreamPermissions {
  readonly streamName: string;
  readonly streamArn: string;
  readonly alarmNames: readonly string[];
  readonly settings: Pick<StreamSettings, 'consumers' | 'concurrencyFallback' | 'hotShard'>;
}

/** What IAM takes: characters in a managed policy, without white space, and managed policies at a role. */
const policySize = 6144;
export const policiesPerRole = 10;
/** Characters of the statements of a policy without their resources; those of consumers come with the first of them. */
const skeletonSize = 450;
const accountSkeletonSize = 350;
const consumersSkeletonSize = 450;
const noticesSkeletonSize = 900;
const discoverySkeletonSize = 2000;
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
  addNoticeTopics(topicArns: readonly string[], keyArn: string | undefined): void {
    this.#room -= noticesSkeletonSize;
    this.#grant('notices', ['sns:Publish'], [...new Set(topicArns)]);
    if (keyArn !== undefined) this.#grant('key', ['kms:Decrypt', 'kms:GenerateDataKey'], [keyArn]);
  }

  /**
   * Streams that nobody has named. Before any stream that is, so that there is room.
   * @param owner on the alarms that are made. @param hotShard the deployment's default.
   */
  addDiscovery(owner: string, hotShard: StreamSettings['hotShard'] | undefined): void {
    this.#room -= discoverySkeletonSize;
    const anyStream = arnOf(this, 'kinesis', 'stream/*');
    const anyFunction = arnOf(this, 'lambda', 'function:*');
    const scalingAlarms = ['*-scale-up', '*-scale-down'].map((pattern) => alarmArn(this, pattern));
    const asking = { StringEqualsIgnoreCase: { [`aws:ResourceTag/${enabledTag}`]: 'true' } };
    const own = { StringEquals: { [`aws:ResourceTag/${ownerTag}`]: owner } };
    this.#grant('find', ['tag:GetResources'], ['*']);
    this.#grant(
      'any-stream',
      streamActions.filter((action) => action !== tagStream),
      [anyStream],
    );
    if (hotShard === 'split') this.#grant('split', ['kinesis:SplitShard'], [anyStream]);
    this.#grant('tag-asking-streams', [tagStream], [anyStream], asking);
    this.#grant('scaling-alarms', alarmActions, scalingAlarms);
    this.#grant('own-alarms', ['cloudwatch:DeleteAlarms'], scalingAlarms, own);
    const concurrency = [...concurrencyActions, 'lambda:DeleteFunctionConcurrency'];
    this.#grant('asking-functions', concurrency, [anyFunction], asking);
    this.#readConsumers();
    acknowledgePatterns(this, [anyStream, ...scalingAlarms, anyFunction]);
  }

  addStream({ streamName, streamArn, alarmNames, settings }: StreamPermissions): void {
    const alarmArns = alarmNames.map((name) => alarmArn(this, name));
    // Concurrency belongs to the function, not to a version or an alias.
    const functionArns = settings.consumers.map(({ functionArn }) => functionArn.split(':').slice(0, 7).join(':'));
    const splitNames = settings.hotShard === 'split' ? [streamName] : [];
    const size = sizeOf([streamName, ...splitNames, ...alarmNames], functionArns);
    const withConsumers = () =>
      size + (functionArns.length > 0 && !this.#statements.has('concurrency') ? consumersSkeletonSize : 0);
    if (withConsumers() > this.#room) this.#beginPolicy();
    this.#room -= withConsumers();
    this.#grant('streams', streamActions, [streamArn]);
    if (settings.hotShard === 'split') this.#grant('split', ['kinesis:SplitShard'], [streamArn]);
    this.#grant('alarms', alarmActions, alarmArns);
    if (functionArns.length > 0) this.#addConsumers(functionArns, settings.concurrencyFallback);
  }

  #addConsumers(functionArns: readonly string[], fallback: StreamSettings['concurrencyFallback']): void {
    this.#grant('concurrency', concurrencyActions, functionArns);
    if (fallback === 'remove') this.#grant('removal', ['lambda:DeleteFunctionConcurrency'], functionArns);
    this.#readConsumers();
  }

  #readConsumers(): void {
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
  #grant(
    purpose: string,
    actions: readonly string[],
    resources: readonly string[],
    conditions?: Readonly<Record<string, Readonly<Record<string, string>>>>,
  ): void {
    const known = this.#statements.get(purpose);
    if (known) {
      known.addResources(...resources);
      return;
    }
    const statement = new PolicyStatement({
      actions: [...actions],
      resources: [...resources],
      ...(conditions && { conditions }),
    });
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

const tagStream = 'kinesis:AddTagsToStream';
const streamActions = [
  'kinesis:DescribeStreamSummary',
  'kinesis:ListTagsForStream',
  tagStream,
  'kinesis:UpdateShardCount',
  // For streams that publish their traffic by shard: which shard is the hot one.
  'kinesis:ListShards',
];
const alarmActions = [
  'cloudwatch:ListTagsForResource',
  'cloudwatch:PutMetricAlarm',
  'cloudwatch:SetAlarmState',
  'cloudwatch:TagResource',
];
const concurrencyActions = ['lambda:GetFunctionConcurrency', 'lambda:PutFunctionConcurrency'];

export function alarmArn(scope: Construct, name: string): string {
  return arnOf(scope, 'cloudwatch', `alarm:${name}`);
}

function arnOf(scope: Construct, service: string, resource: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

function acknowledgeWildcards(scope: Construct): void {
  Validations.of(scope).acknowledge(
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'kinesis:DescribeLimits, cloudwatch:GetMetricData, tag:GetResources, lambda:GetAccountSettings and lambda:ListEventSourceMappings take no resource; all of them only read.',
    },
    {
      id: findingOf(scope, alarmArn(scope, '*')),
      reason: 'cloudwatch:DescribeAlarms by several names is authorized on alarm:*; it only reads.',
    },
  );
}

function acknowledgePatterns(scope: Construct, patterns: readonly string[]): void {
  const reason =
    'Streams that ask by their tag are not known at synth. Writing stands under a condition on the tag wherever the action knows one.';
  Validations.of(scope).acknowledge(...patterns.map((pattern) => ({ id: findingOf(scope, pattern), reason })));
}

/** cdk-nag names a finding by the ARN, with what is only known at deployment in angle brackets. */
function findingOf(scope: Construct, arn: string): string {
  const { partition, region, account } = Stack.of(scope);
  const places = { [partition]: 'Partition', [region]: 'Region', [account]: 'AccountId' };
  const shown = Object.entries(places).reduce(
    (text, [value, name]) => (Token.isUnresolved(value) ? text.replace(value, `<AWS::${name}>`) : text),
    arn,
  );
  return `AwsSolutions-IAM5[Resource::${shown}]`;
}
