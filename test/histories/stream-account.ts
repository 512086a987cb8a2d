/**
 * An AWS account with one stream, its two alarms and the deployed functions, on a virtual clock. The functions are the
 * production code down to the AWS adapters; CloudWatch, Kinesis and Lambda's asynchronous queue are models.
 */
import { alarmNameOf, type Direction, defineAlarm } from '../../core/alarm/alarm-definition.ts';
import { type Deployment, readDeployment } from '../../core/settings/deployment.ts';
import type { AlarmUserParts } from '../../core/stream/stream-state.ts';
import { cloudWatchAlarms } from '../../lambda/aws/alarms.ts';
import { lambdaFunctions } from '../../lambda/aws/functions.ts';
import { cloudWatchMetrics } from '../../lambda/aws/metrics.ts';
import { kinesisStreams } from '../../lambda/aws/streams.ts';
import type { FleetPort, NoticePort, Ports } from '../../lambda/ports.ts';
import { LoadCache } from '../../lambda/stream/load-cache.ts';
import type { Carrier } from '../../simulator/in-process-clients.ts';
import { type AccountModels, inProcessClients, ReservedConcurrency } from '../../simulator/in-process-clients.ts';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { VirtualClock } from '../../simulator/models/clock.ts';
import type { AlarmNotification } from '../../simulator/models/cloudwatch/alarm/alarm-notification.ts';
import { CloudWatchModel } from '../../simulator/models/cloudwatch/cloudwatch-model.ts';
import { MetricStore } from '../../simulator/models/cloudwatch/metric/metric-store.ts';
import { KinesisAccount, type KinesisStreamModel, type StreamMode } from '../../simulator/models/kinesis-model.ts';
import {
  consumerMapping,
  consumerName,
  type DeploymentChoice,
  type History,
  settingsOf,
  streamName,
} from './history.ts';
import { NoiseSource } from './noise.ts';

export const minuteMs = 60_000;
export const startMs = Date.UTC(2026, 2, 2);
const account = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' } as const;
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:kinesis-scaling';
const pagerArn = 'arn:aws:sns:eu-west-1:123456789012:pager';

/** What belongs to the user and must be the same at the end. */
export const userParts: AlarmUserParts = {
  description: 'pages the team',
  actionsEnabled: true,
  alarmActions: [topicArn, pagerArn],
  okActions: [topicArn],
  insufficientDataActions: [],
  treatMissingData: 'ignore',
};

export class StreamAccount {
  readonly account = account;
  readonly clock = new VirtualClock({ startMs, settleTurns: 1 });
  readonly noise: NoiseSource;
  readonly models: AccountModels;
  readonly stream: KinesisStreamModel;
  readonly hasConsumer: boolean;
  choice: DeploymentChoice;
  /** When somebody else last changed the shard count, or the mode. */
  changedByHandAtMs = Number.NEGATIVE_INFINITY;
  /** Of the one process that runs the scaler, as long as it is warm. */
  readonly loadCache = new LoadCache();
  /** Told of each notification to the topic. */
  onNotification: (notification: AlarmNotification) => void = () => {};
  readonly #metrics = new MetricStore({ retentionMinutes: 1_500 });
  readonly #series: Readonly<Record<'bytes' | 'records' | 'throttled' | 'age', ReturnType<MetricStore['series']>>>;

  constructor(history: History) {
    const { clock } = this;
    this.noise = new NoiseSource(history.noise);
    this.choice = history.deployment;
    this.hasConsumer = history.hasConsumer;
    const kinesis = new KinesisAccount({ ...account, facts: { maxUpdateCallsPerSecond: Number.POSITIVE_INFINITY } });
    const cloudwatch = new CloudWatchModel({
      clock,
      ...account,
      metrics: this.#metrics,
      notify: (notification) => {
        if (notification.actionArn === topicArn) this.onNotification(notification);
      },
    });
    this.stream = kinesis.createStream({ streamName, openShardCount: history.openShardCount, nowMs: startMs });
    this.models = {
      clock,
      kinesis,
      cloudwatch,
      concurrency: new ReservedConcurrency(1_000),
      eventSourceMappings: [consumerMapping],
    };
    if (history.hasConsumer) this.models.concurrency.reserved.set(consumerName, history.openShardCount * 2);
    const series = (metricName: string) =>
      this.#metrics.series({
        namespace: 'AWS/Kinesis',
        metricName,
        dimensions: [{ name: 'StreamName', value: streamName }],
      });
    this.#series = {
      bytes: series('IncomingBytes'),
      records: series('IncomingRecords'),
      throttled: series('WriteProvisionedThroughputExceeded'),
      age: series('GetRecords.IteratorAgeMilliseconds'),
    };
    this.writeTemplateAlarms(history.openShardCount);
  }

  get nowMs(): number {
    return this.clock.nowMs();
  }

  get openShardCount(): number {
    return this.stream.openShardCountAt(this.nowMs);
  }

  /** Where a resharding is going; the open count once it is there. No API of AWS tells it. */
  get targetShardCount(): number {
    return this.stream.openShardCountAt(this.stream.activeAtMs);
  }

  get isActive(): boolean {
    return this.stream.statusAt(this.nowMs) === 'ACTIVE';
  }

  /** As the function would read it from its environment and settings.json. */
  deployment(): Deployment {
    const read = readDeployment({ DRY_RUN: String(this.choice.dryRun) }, JSON.stringify({ streams: {} }));
    if (!read.ok) throw new TypeError(JSON.stringify(read.faults));
    return { ...read.value, streams: new Map([[streamName, settingsOf(this.choice, this.hasConsumer)]]) };
  }

  ports(carry: Carrier): Ports {
    const { kinesis, cloudwatch, lambda } = inProcessClients(this.models, carry);
    return {
      streams: kinesisStreams(kinesis, kinesis, cloudwatch),
      alarms: cloudWatchAlarms(cloudwatch),
      metrics: cloudWatchMetrics(cloudwatch),
      functions: lambdaFunctions(lambda),
      // The stream is named in the deployment, and nobody is notified: nothing is asked of these.
      fleet: {} as FleetPort,
      notices: {} as NoticePort,
    };
  }

  /** Both alarms as the stack's template has them: with its own shard count, whatever the stream has by now. */
  writeTemplateAlarms(shardCount: number): void {
    const settings = settingsOf(this.choice, this.hasConsumer);
    for (const direction of ['up', 'down'] as const) {
      const definition = defineAlarm(direction, { streamName, shardCount, settings });
      void cloudWatchAlarms(inProcessClients(this.models, async ({ perform }) => perform()).cloudwatch).put(
        alarmNameOf(streamName, direction),
        definition,
        userParts,
      );
    }
  }

  /** The minute that has just ended, then CloudWatch's evaluation. @param shards load, in shards filled to the brim. */
  endMinute(shards: number, iteratorAgeMinutes: number | undefined): void {
    const nowMs = this.nowMs;
    const minute = Math.floor(nowMs / minuteMs) - 1;
    const accepted = Math.min(shards, this.stream.capacityShardCountAt(nowMs));
    // A stream that nobody writes to has no datapoints.
    if (accepted > 0) {
      this.#metrics.putValue(this.#series.records, minute, accepted * 1_000 * 60, nowMs);
      this.#metrics.putValue(this.#series.bytes, minute, accepted * 500_000 * 60, nowMs);
    }
    if (shards > accepted)
      this.#metrics.putValue(this.#series.throttled, minute, (shards - accepted) * 1_000 * 60, nowMs);
    if (iteratorAgeMinutes !== undefined)
      this.#metrics.putValue(this.#series.age, minute, iteratorAgeMinutes * minuteMs + 1_000, nowMs);
    this.models.cloudwatch.evaluateAlarms();
  }

  alarm(direction: Direction) {
    const [alarm] =
      this.models.cloudwatch.describeAlarms({ AlarmNames: [alarmNameOf(streamName, direction)] }).MetricAlarms ?? [];
    if (!alarm) throw new TypeError(`the ${direction} alarm is gone`);
    return alarm;
  }

  /** SplitShard and MergeShards by somebody else: the count is another one, at once. */
  reshardByHand(factor: number): number | undefined {
    if (!this.isActive) return undefined;
    const count = Math.max(1, Math.round(this.openShardCount * factor));
    this.stream.reshardByHand(count, this.nowMs);
    this.changedByHandAtMs = this.nowMs;
    return count;
  }

  /** UpdateShardCount by somebody else: no intent explains it. */
  updateByHand(factor: number): void {
    try {
      this.stream.updateShardCount(Math.max(1, Math.ceil(this.openShardCount * factor)), this.nowMs);
      this.changedByHandAtMs = this.nowMs;
    } catch (error) {
      if (!(error instanceof AwsServiceError)) throw error;
    }
  }

  changeMode(mode: StreamMode): void {
    if (this.isActive) this.stream.updateStreamMode(mode, this.nowMs);
  }

  /** Resolves at a later time on the clock, with time standing still until whoever waited has gone on. */
  pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.schedule(this.nowMs + ms, () => {
        const release = this.clock.hold();
        resolve();
        release();
      });
    });
  }
}
