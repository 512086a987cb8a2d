/**
 * Everything that the functions may do: each action on the narrowest resource that it supports (Service Authorization
 * Reference). Both functions get the same permissions, because the reconciler also moves streams into their bounds.
 *
 * AWS allows nothing narrower than a wildcard for these:
 * - kinesis:DescribeLimits, cloudwatch:GetMetricData, lambda:GetAccountSettings and lambda:ListEventSourceMappings take
 *   no resource;
 * - cloudwatch:DescribeAlarms by several names is authorized on `alarm:*`, whatever the names are.
 *
 * With discovery the streams are not known, so resources are patterns, and actions that write have a condition on a
 * tag:
 * - kinesis:AddTagsToStream works only on streams with the tag `autoscaling/enabled` = `true`. kinesis:UpdateShardCount
 *   knows no condition key, and the functions never call it before AddTagsToStream has worked. Actions that read have
 *   no condition, so that the functions can see that a stream has lost the tag;
 * - actions on alarms are allowed by the endings of their names, because older alarms must be kept up too.
 *   cloudwatch:DeleteAlarms works only on alarms with this deployment's own tag;
 * - actions on reserved concurrency work only on functions with the tag `autoscaling/enabled` = `true`, by which their
 *   owner agrees;
 * - tag:GetResources takes neither a resource nor a condition.
 */
import { ManagedPolicy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { isLoadDriven, type StreamSettings } from '../core/settings/stream-settings.ts';
import { enabledTag, ownerTag } from '../core/stream/tag-settings.ts';
import { acknowledgePatterns, acknowledgeWildcards } from './acknowledgements.ts';
import { alarmArn, arnOf } from './arns.ts';

export interface StreamPermissions {
  readonly streamName: string;
  readonly streamArn: string;
  readonly alarmNames: readonly string[];
  readonly settings: Pick<StreamSettings, 'consumers' | 'concurrencyFallback' | 'hotShard' | 'policy' | 'resharding'>;
}

/** Only a load check takes steps. */
function reshardsStepwise({ policy, resharding }: Partial<Pick<StreamSettings, 'policy' | 'resharding'>>): boolean {
  return resharding === 'stepwise' && policy !== undefined && isLoadDriven({ policy });
}

/** IAM quotas: characters of a managed policy without white space, and managed policies of a role. */
const policySize = 6144;
export const policiesPerRole = 10;
/**
 * Characters of the statements of a policy without their resources. The first consumer brings the statements of
 * consumers.
 */
const skeletonSize = 450;
const accountSkeletonSize = 350;
const consumersSkeletonSize = 450;
const noticesSkeletonSize = 900;
const discoverySkeletonSize = 2000;
/** Characters of an ARN around a name, with the longest service, region and resource type of the partition `aws`. */
const quotesSize = '"",'.length;
const arnSize = 'arn:aws:cloudwatch:ap-southeast-1:111122223333:alarm:'.length + quotesSize;

/** The permissions of a fleet: as many managed policies as its streams need, attached to each role. */
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

  /** Call it before addStream, so that there is room. A topic with a customer key must let these roles use the key. */
  addNoticeTopics(topicArns: readonly string[], keyArn: string | undefined): void {
    this.#room -= noticesSkeletonSize;
    this.#grant('notices', ['sns:Publish'], [...new Set(topicArns)]);
    if (keyArn !== undefined) this.#grant('key', ['kms:Decrypt', 'kms:GenerateDataKey'], [keyArn]);
  }

  /**
   * For streams that are found by their tag. Call it before addStream, so that there is room.
   * @param owner name of the deployment, on the alarms that it creates.
   * @param defaults of the deployment, for streams that are not known.
   */
  addDiscovery(owner: string, defaults: Partial<StreamSettings>): void {
    this.#room -= discoverySkeletonSize;
    const anyStream = arnOf(this, 'kinesis', 'stream/*');
    const anyFunction = arnOf(this, 'lambda', 'function:*');
    const scalingAlarms = ['*-scale-up', '*-scale-down'].map((pattern) => alarmArn(this, pattern));
    const isEnabled = { StringEqualsIgnoreCase: { [`aws:ResourceTag/${enabledTag}`]: 'true' } };
    const own = { StringEquals: { [`aws:ResourceTag/${ownerTag}`]: owner } };
    this.#grant('find', ['tag:GetResources'], ['*']);
    this.#grant(
      'any-stream',
      streamActions.filter((action) => action !== tagStream),
      [anyStream],
    );
    if (defaults.hotShard === 'split') this.#grant('split', ['kinesis:SplitShard'], [anyStream]);
    if (reshardsStepwise(defaults)) this.#grant('steps', stepActions, [anyStream]);
    this.#grant('tag-enabled-streams', [tagStream], [anyStream], isEnabled);
    this.#grant('scaling-alarms', alarmActions, scalingAlarms);
    this.#grant('own-alarms', ['cloudwatch:DeleteAlarms'], scalingAlarms, own);
    const concurrency = [...concurrencyActions, 'lambda:DeleteFunctionConcurrency'];
    this.#grant('enabled-functions', concurrency, [anyFunction], isEnabled);
    this.#readConsumers();
    acknowledgePatterns(this, [anyStream, ...scalingAlarms, anyFunction]);
  }

  addStream({ streamName, streamArn, alarmNames, settings }: StreamPermissions): void {
    const alarmArns = alarmNames.map((name) => alarmArn(this, name));
    // Concurrency belongs to the function, not to a version or an alias.
    const functionArns = settings.consumers.map(({ functionArn }) => functionArn.split(':').slice(0, 7).join(':'));
    const splitNames = settings.hotShard === 'split' ? [streamName] : [];
    const stepNames = reshardsStepwise(settings) ? [streamName] : [];
    const size = sizeOf([streamName, ...splitNames, ...stepNames, ...alarmNames], functionArns);
    const withConsumers = () =>
      size + (functionArns.length > 0 && !this.#statements.has('concurrency') ? consumersSkeletonSize : 0);
    if (withConsumers() > this.#room) this.#beginPolicy();
    this.#room -= withConsumers();
    this.#grant('streams', streamActions, [streamArn]);
    if (settings.hotShard === 'split') this.#grant('split', ['kinesis:SplitShard'], [streamArn]);
    if (reshardsStepwise(settings)) this.#grant('steps', stepActions, [streamArn]);
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

  /** Adds resources to the statement of that purpose in the last policy; creates the statement if there is none. */
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
 * An ARN of this deployment contains tokens, so its size follows from the name. Functions have complete ARNs, and each
 * is used in two statements.
 */
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
  // Finds the hot shard of a stream that publishes its traffic by shard, and the next step of stepwise resharding.
  'kinesis:ListShards',
];
const stepActions = ['kinesis:MergeShards', 'kinesis:SplitShard'];
const alarmActions = [
  'cloudwatch:ListTagsForResource',
  'cloudwatch:PutMetricAlarm',
  'cloudwatch:SetAlarmState',
  'cloudwatch:TagResource',
];
const concurrencyActions = ['lambda:GetFunctionConcurrency', 'lambda:PutFunctionConcurrency'];
