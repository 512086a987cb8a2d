/**
 * The construct: everything that scales a fleet of Kinesis streams, in the account and region of its stack.
 *
 *     const autoscaler = new KinesisAutoscaler(this, 'Autoscaler', { dryRun: false, defaults: { maxShards: 64 } });
 *     autoscaler.addStream(Stream.fromStreamArn(this, 'Orders', ordersArn), { minShards: 4, shardCount: 16 });
 *
 * Faults in settings are collected and reported together when the app is synthesized.
 */
import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { type IStream, Stream } from 'aws-cdk-lib/aws-kinesis';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Trigger } from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import type { AlarmDefinition, Direction } from '../core/alarm/alarm-definition.ts';
import { defaultReconcileMinutes } from '../core/plan/rearming.ts';
import { describeFault } from '../core/result.ts';
import { isLoadDriven } from '../core/settings/stream-settings.ts';
import { createAlarmTopic } from './alarm-topic.ts';
import type { AddStreamOptions, KinesisAutoscalerProps } from './autoscaler-props.ts';
import { Dashboards } from './dashboards.ts';
import { FunctionBundle } from './function-bundle.ts';
import { environmentOf, type FunctionSettings, findRefusals, findSettingFaults } from './function-settings.ts';
import { HealthAlarms } from './health-alarms.ts';
import { ManagedStream } from './managed-stream.ts';
import { createNoticeTopic, createPagerTopic, type NoticeTopic, topicArnsOf } from './notice-topics.ts';
import { FleetPermissions, policiesPerRole } from './permissions.ts';
import { createDeadLetterQueue, createFunctions, type ScalingFunction } from './scaling-functions.ts';
import { StreamRegistry } from './stream-registry.ts';
import { createTemporaryMinimumSchedule } from './temporary-minimum-schedule.ts';
import { createTopicKey } from './topic-key.ts';
import {
  allowHandOver,
  createDeployTrigger,
  createLoadCheckSchedule,
  createReconcileSchedule,
  createScheduleRole,
} from './triggers.ts';

export type { AddStreamOptions, KinesisAutoscalerProps } from './autoscaler-props.ts';

export class KinesisAutoscaler extends Construct {
  readonly alarmTopic: Topic;
  /** Undefined where nobody is notified. */
  readonly noticeTopic: NoticeTopic | undefined;
  readonly pagerTopic: NoticeTopic | undefined;
  readonly scaler: ScalingFunction;
  readonly reconciler: ScalingFunction;
  readonly deadLetterQueue: Queue;
  readonly healthAlarms: HealthAlarms;
  readonly dashboards: Dashboards | undefined;
  readonly #settings: FunctionSettings;
  readonly #streams: StreamRegistry;
  readonly #permissions: FleetPermissions;
  readonly #scheduleRole: Role;
  readonly #deployTrigger: Trigger;
  #hasLoadCheck = false;
  readonly #definitions = new Map<string, Readonly<Record<Direction, AlarmDefinition>>>();

  constructor(scope: Construct, id: string, props: KinesisAutoscalerProps = {}) {
    super(scope, id);
    const { encryption = 'customer-key', dashboards = false } = props;
    const key = encryption === 'customer-key' ? createTopicKey(this) : undefined;
    this.alarmTopic = createAlarmTopic(this, key);
    this.noticeTopic = createNoticeTopic(this, props.notices, key);
    this.pagerTopic = createPagerTopic(this, props.pager, key);
    const openShardCounts = dashboards === true || (dashboards !== false && dashboards.openShardCounts);
    this.#settings = this.#settingsOf(props, openShardCounts);
    this.#streams = new StreamRegistry(Stack.of(this), this.#settings.defaults);
    this.deadLetterQueue = createDeadLetterQueue(this);
    [this.scaler, this.reconciler] = createFunctions(this, {
      code: new FunctionBundle(this, { entry: props.entry, settingsJson: () => this.#streams.settingsJson }),
      environment: environmentOf(this.#settings),
      deadLetterQueue: this.deadLetterQueue,
      logRetention: props.logRetention ?? RetentionDays.THREE_MONTHS,
      reservedConcurrency: props.reservedConcurrency ?? 1,
    });
    const subscription = new LambdaSubscription(this.scaler.function, { deadLetterQueue: this.deadLetterQueue });
    this.alarmTopic.addSubscription(subscription);
    this.#permissions = this.#createPermissions(key);
    const reconciler = this.reconciler.function;
    this.#scheduleRole = createScheduleRole(this, reconciler);
    createReconcileSchedule(
      this,
      reconciler,
      this.#scheduleRole,
      props.reconcileEvery ?? Duration.minutes(defaultReconcileMinutes),
    );
    this.#deployTrigger = createDeployTrigger(this, reconciler, () => [...this.#definitions]);
    const handOver = allowHandOver(this, this.reconciler);
    this.#deployTrigger.executeAfter(this.alarmTopic, this.scaler, this.reconciler, this.#permissions, handOver);
    this.healthAlarms = new HealthAlarms(this, 'Health', {
      scaler: this.scaler.function,
      reconciler,
      deadLetterQueue: this.deadLetterQueue,
      actions: [...new Set([...(props.alarmActions ?? []), ...topicArnsOf([this.pagerTopic])])],
    });
    const logGroups = [this.scaler, this.reconciler].map(({ logGroup }) => logGroup.logGroupName);
    const discovery = props.discovery ?? false;
    if (dashboards !== false) {
      this.dashboards = new Dashboards(this, 'Dashboards', { openShardCounts, discovery, logGroups });
    }
    // A stream that is found by its tag has the deployment's policy.
    if (this.#settings.discovery && isLoadDriven(this.#settings.defaults)) this.#checkLoadEveryMinute();
    this.node.addValidation({ validate: () => this.#validate() });
  }

  /**
   * Scales a stream: creates its two alarms, grants its permissions, and puts its settings into settings.json.
   * @param stream new or existing, in this account and region; one of this app needs a fixed `streamName`.
   * @returns undefined for a stream with faults, which synthesis reports.
   */
  addStream(stream: IStream, options: AddStreamOptions = {}): ManagedStream | undefined {
    const { shardCount, schedules = [], ...given } = options;
    const registered = this.#streams.add(stream, given, schedules);
    if (!registered) return undefined;
    const { streamName, settings } = registered;
    const managed = new ManagedStream(this, `Stream-${streamName}`, {
      ...registered,
      shardCount: shardCount ?? settings.minShards,
      alarmTopic: this.alarmTopic,
    });
    this.#definitions.set(streamName, managed.definitions);
    if (isLoadDriven(settings)) this.#checkLoadEveryMinute();
    this.dashboards?.addStream(registered);
    const target = { reconciler: this.reconciler.function, role: this.#scheduleRole };
    for (const schedule of schedules) createTemporaryMinimumSchedule(managed, streamName, schedule, target);
    this.#permissions.addStream({ streamName, streamArn: stream.streamArn, alarmNames: managed.alarmNames, settings });
    // The first reconcile needs the alarms, and the stream if this app creates it.
    this.#deployTrigger.executeAfter(managed, ...(stream instanceof Stream ? [stream] : []));
    if (shardCount === undefined && this.#settings.dryRun) {
      Annotations.of(managed).addWarningV2(
        'kinesis-autoscaler:shardCount',
        `${streamName}: a dry run writes nothing, so its alarms go on judging by minShards; give shardCount, the open shards it has now`,
      );
    }
    return managed;
  }

  #checkLoadEveryMinute(): void {
    if (this.#hasLoadCheck) return;
    this.#hasLoadCheck = true;
    createLoadCheckSchedule(this, this.scaler.function, this.#scheduleRole);
  }

  /** In the order in which they were added. */
  get streamNames(): readonly string[] {
    return this.#streams.streamNames;
  }

  #settingsOf(props: KinesisAutoscalerProps, streamMetrics: boolean): FunctionSettings {
    const discovery = { alarmTopicArn: this.alarmTopic.topicArn, owner: Stack.of(this).stackName };
    return {
      ...props,
      dryRun: props.dryRun ?? true,
      defaults: props.defaults ?? {},
      noticeTopicArn: this.noticeTopic?.topicArn,
      pagerTopicArn: this.pagerTopic?.topicArn,
      streamMetrics: streamMetrics || undefined,
      discovery: props.discovery ? discovery : undefined,
    };
  }

  #createPermissions(key: Key | undefined): FleetPermissions {
    const permissions = new FleetPermissions(this, 'Permissions', [this.scaler.role, this.reconciler.role]);
    const topics = [this.noticeTopic, this.pagerTopic];
    const ownKey = topics.some((topic) => topic?.isOwn) ? key?.keyArn : undefined;
    if (topicArnsOf(topics).length > 0) permissions.addNoticeTopics(topicArnsOf(topics), ownKey);
    if (this.#settings.discovery) permissions.addDiscovery(Stack.of(this).stackName, this.#settings.defaults);
    return permissions;
  }

  #validate(): string[] {
    const faults = [...this.#streams.faults, ...findSettingFaults(this.#settings)];
    if (faults.length === 0) faults.push(...findRefusals(this.#settings, this.#streams.settingsJson));
    if (this.streamNames.length === 0 && faults.length === 0 && !this.#settings.discovery) {
      faults.push({
        field: this.node.path,
        value: 'it',
        problem: 'manages no stream',
        remedy: 'call addStream, or turn discovery on',
      });
    }
    if (this.#permissions.policyCount > policiesPerRole) {
      faults.push({
        field: this.node.path,
        value: `${this.streamNames.length} streams`,
        problem: `need more than the ${policiesPerRole} policies that IAM takes at a role`,
        remedy: 'split them over several autoscalers',
      });
    }
    return faults.map(describeFault);
  }
}
