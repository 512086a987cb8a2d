/**
 * The construct: everything that scales a fleet of Kinesis streams, in the account and region of its stack.
 *
 *     const autoscaler = new KinesisAutoscaler(this, 'Autoscaler', { dryRun: false, defaults: { maxShards: 64 } });
 *     autoscaler.addStream(Stream.fromStreamArn(this, 'Orders', ordersArn), { minShards: 4, shardCount: 16 });
 *
 * Faults in settings are collected and reported together when the app is synthesized.
 */
import { Annotations, Duration, Stack, Token } from 'aws-cdk-lib';
import { type IStream, Stream } from 'aws-cdk-lib/aws-kinesis';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Trigger } from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import type { AlarmDefinition, Direction } from '../core/alarm-definition.ts';
import { type LogLevel, type RetrySettings, readDeployment } from '../core/deployment.ts';
import type { KnobValues, StreamSettings } from '../core/knobs.ts';
import { describeFault } from '../core/result.ts';
import { createAlarmTopic, type TopicEncryption } from './alarm-topic.ts';
import { FunctionBundle, reconcilerHandler, scalerHandler } from './function-bundle.ts';
import { environmentOf, type FunctionSettings } from './function-settings.ts';
import { HealthAlarms } from './health-alarms.ts';
import { ManagedStream } from './managed-stream.ts';
import { allowHandOver, FleetPermissions, policiesPerRole } from './permissions.ts';
import { createDeployTrigger, createReconcileSchedule } from './reconcile-triggers.ts';
import { createDeadLetterQueue, ScalingFunction } from './scaling-functions.ts';
import { StreamRegistry } from './stream-registry.ts';

export interface KinesisAutoscalerProps {
  /** Decide and log, change nothing. Default: true. */
  readonly dryRun?: boolean | undefined;
  /** What stands in for a setting that a stream does not give. Default: each knob's own default. */
  readonly defaults?: Partial<KnobValues> | undefined;
  /** Of the alarm topic. Default: `customer-key`. */
  readonly encryption?: TopicEncryption | undefined;
  /** Default: three months. */
  readonly logRetention?: RetentionDays | undefined;
  /**
   * Concurrent executions reserved for each of the two functions. Default: 1; more is useless at CloudWatch's three writes a
   * second, and keeps two runs from writing one alarm. `none` for an account too small to reserve any.
   */
  readonly reservedConcurrency?: number | 'none' | undefined;
  /** Default: five minutes. */
  readonly reconcileEvery?: Duration | undefined;
  /** ARNs that the alarms on the autoscaler itself tell, for example a pager's SNS topic. Default: none. */
  readonly alarmActions?: readonly string[] | undefined;
  /** SNS topic that is told of every scaling, every hold that is news and every failure. Default: none. */
  readonly noticeTopicArn?: string | undefined;
  /** SNS topic that is told of failures only. Default: none. */
  readonly pagerTopicArn?: string | undefined;
  /** Fields of every log line. Default: empty. */
  readonly version?: string | undefined;
  readonly deploymentRing?: string | undefined;
  /** Default: info. */
  readonly logLevel?: LogLevel | undefined;
  /** Resending of throttled calls. Default: 1 to 3 seconds, 30 times; a call is given up after 5 seconds. */
  readonly retry?: Partial<RetrySettings> | undefined;
  /** Module that exports `scaler` and `reconciler`. Default: the one of this package. */
  readonly entry?: string | undefined;
}

/** Settings of one stream; what is not given comes from the deployment's defaults. */
export interface AddStreamOptions extends Partial<StreamSettings> {
  /** Open shards that the stream has, or is created with: the alarms judge by it until the first reconcile. Default: minShards. */
  readonly shardCount?: number | undefined;
}

export class KinesisAutoscaler extends Construct {
  readonly alarmTopic: Topic;
  readonly scaler: ScalingFunction;
  readonly reconciler: ScalingFunction;
  readonly deadLetterQueue: Queue;
  readonly healthAlarms: HealthAlarms;
  readonly #settings: FunctionSettings;
  readonly #streams: StreamRegistry;
  readonly #permissions: FleetPermissions;
  readonly #deployTrigger: Trigger;
  readonly #definitions = new Map<string, Readonly<Record<Direction, AlarmDefinition>>>();

  constructor(scope: Construct, id: string, props: KinesisAutoscalerProps = {}) {
    super(scope, id);
    this.#settings = { ...props, dryRun: props.dryRun ?? true, defaults: props.defaults ?? {} };
    this.#streams = new StreamRegistry(Stack.of(this), this.#settings.defaults);
    this.alarmTopic = createAlarmTopic(this, props.encryption ?? 'customer-key');
    this.deadLetterQueue = createDeadLetterQueue(this);
    [this.scaler, this.reconciler] = this.#createFunctions(props);
    const subscription = new LambdaSubscription(this.scaler.function, { deadLetterQueue: this.deadLetterQueue });
    this.alarmTopic.addSubscription(subscription);
    this.#permissions = new FleetPermissions(this, 'Permissions', [this.scaler.role, this.reconciler.role]);
    const topicArns = [props.noticeTopicArn, props.pagerTopicArn].filter((arn) => arn !== undefined);
    if (topicArns.length > 0) this.#permissions.addNoticeTopics(topicArns);
    const reconciler = this.reconciler.function;
    createReconcileSchedule(this, reconciler, props.reconcileEvery ?? Duration.minutes(5));
    this.#deployTrigger = createDeployTrigger(this, reconciler, () => [...this.#definitions]);
    const handOver = allowHandOver(this, this.reconciler);
    this.#deployTrigger.executeAfter(this.alarmTopic, this.scaler, this.reconciler, this.#permissions, handOver);
    this.healthAlarms = new HealthAlarms(this, 'Health', {
      scaler: this.scaler.function,
      reconciler,
      deadLetterQueue: this.deadLetterQueue,
      actions: props.alarmActions ?? [],
    });
    this.node.addValidation({ validate: () => this.#validate() });
  }

  /**
   * Scales a stream: its two alarms, its settings, its permissions.
   * @param stream new or existing, in this account and region; one of this app needs a fixed `streamName`.
   * @returns undefined for a stream with faults, which synthesis reports.
   */
  addStream(stream: IStream, options: AddStreamOptions = {}): ManagedStream | undefined {
    const { shardCount, ...given } = options;
    const registered = this.#streams.add(stream, given);
    if (!registered) return undefined;
    const { streamName, settings } = registered;
    const managed = new ManagedStream(this, `Stream-${streamName}`, {
      ...registered,
      shardCount: shardCount ?? settings.minShards,
      alarmTopic: this.alarmTopic,
    });
    this.#definitions.set(streamName, managed.definitions);
    this.#permissions.addStream({ streamName, streamArn: stream.streamArn, alarmNames: managed.alarmNames, settings });
    // The reconciler must not look before the alarms are there, and a stream that is made with them.
    this.#deployTrigger.executeAfter(managed, ...(stream instanceof Stream ? [stream] : []));
    if (shardCount === undefined && this.#settings.dryRun) {
      Annotations.of(managed).addWarningV2(
        'kinesis-autoscaler:shardCount',
        `${streamName}: a dry run writes nothing, so its alarms go on judging by minShards; give shardCount, the open shards it has now`,
      );
    }
    return managed;
  }

  /** In the order in which they were added. */
  get streamNames(): readonly string[] {
    return this.#streams.streamNames;
  }

  #createFunctions(props: KinesisAutoscalerProps): readonly [ScalingFunction, ScalingFunction] {
    const { entry, logRetention = RetentionDays.THREE_MONTHS, reservedConcurrency = 1 } = props;
    const shared = {
      code: new FunctionBundle(this, { entry, settingsJson: () => this.#streams.settingsJson }),
      environment: environmentOf(this.#settings),
      deadLetterQueue: this.deadLetterQueue,
      logRetention,
      reservedConcurrency: reservedConcurrency === 'none' ? undefined : reservedConcurrency,
    };
    return [
      new ScalingFunction(this, 'Scaler', {
        ...shared,
        handler: scalerHandler,
        description: 'Scales a Kinesis stream when one of its alarms fires',
        // A late alarm does no harm: it names the shard count that it judged. A lost one waits for the reconciler.
        maxEventAge: Duration.hours(6),
      }),
      new ScalingFunction(this, 'Reconciler', {
        ...shared,
        handler: reconcilerHandler,
        description: 'Brings alarms, tags and consumer concurrency of all managed streams to their shard counts',
        // By then the schedule has come round many times.
        maxEventAge: Duration.hours(1),
      }),
    ];
  }

  /** Reads back what is deployed with the function's own reader, so that nothing it would refuse at start gets that far. */
  #validate(): string[] {
    const entries = Object.entries(environmentOf(this.#settings));
    const known = Object.fromEntries(entries.filter(([, value]) => !Token.isUnresolved(value)));
    const read = readDeployment(known, this.#streams.settingsJson);
    const faults = [...this.#streams.faults, ...(read.ok ? [] : read.faults)];
    if (this.streamNames.length === 0 && faults.length === 0) {
      faults.push({ field: this.node.path, value: 'it', problem: 'manages no stream', remedy: 'call addStream' });
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
