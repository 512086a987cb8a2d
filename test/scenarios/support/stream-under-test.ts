/** One stream of a scenario: its traffic, and what an operator would see of it. Writes as a user does, never as the product. */
import type { MetricAlarm, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { kinesisNamespace, streamDimension } from '../../../core/alarm/alarm-definition.ts';
import type { LocalAws } from '../../../local/local-aws.ts';
import type { VirtualClock } from '../../../simulator/models/clock.ts';
import type { KinesisStreamModel } from '../../../simulator/models/kinesis-model.ts';
import { initialShardCount, type StreamKind } from './fleet.ts';

export interface StreamUnderTestOptions {
  readonly name: string;
  readonly aws: LocalAws;
  readonly clock: VirtualClock;
  /** Name of the function that reads it. */
  readonly processor?: string;
}

export type Direction = 'up' | 'down';

const minuteMs = 60_000;
const recordsPerShardMinute = 60_000;
const recordBytes = 500;
/** So much has been there before a scenario begins: more than the scale-down alarm looks at. */
const historyMinutes = 400;
const surgeMinutes = 30;

export class StreamUnderTest {
  readonly name: string;
  readonly processor: string | undefined;
  /** Load in shards: at 2.0 four shards are half used. What is more than the open shards take is rejected. */
  loadShards = initialShardCount / 2;
  /** How far the readers are behind; undefined: no datapoints, as of a stream that nobody reads. */
  iteratorAgeMs: number | undefined;
  /** Minutes that a datapoint takes to arrive; when it is raised, none arrive for so long. */
  lateMinutes = 0;
  readonly #aws: LocalAws;
  readonly #clock: VirtualClock;
  /** The first minute without datapoints. */
  #nextMinute = 0;

  constructor({ name, aws, clock, processor }: StreamUnderTestOptions) {
    this.name = name;
    this.processor = processor;
    this.iteratorAgeMs = processor === undefined ? undefined : 250;
    this.#aws = aws;
    this.#clock = clock;
  }

  get kind(): StreamKind {
    return this.processor === undefined ? 'plain' : 'served';
  }

  /** Writes the load of the last hours, and from now on that of each minute. */
  beginTraffic(): void {
    const nowMinute = Math.ceil(this.#clock.nowMs() / minuteMs);
    this.#nextMinute = nowMinute - historyMinutes;
    this.#putUntil(nowMinute);
    this.#playMinute(nowMinute);
  }

  /** The load has been as high as this for half an hour: the scale-up alarm fires at the next full minute. */
  surge(loadShards: number): void {
    const moreShards = Math.min(loadShards, this.openShardCount) - Math.min(this.loadShards, this.openShardCount);
    for (let minute = this.#nextMinute - surgeMinutes; minute < this.#nextMinute; minute += 1) {
      this.#put('IncomingRecords', minute, moreShards * recordsPerShardMinute);
    }
    this.loadShards = loadShards;
  }

  /** Publishes traffic by shard, and for the last hour the first shard has carried it all. */
  overloadFirstShard(): void {
    this.#aws.kinesis.setShardLevelMetrics(this.name, 'enable', ['ALL']);
    for (let minute = this.#nextMinute - 60; minute < this.#nextMinute + 5; minute += 1) {
      this.#put('IncomingRecords', minute, recordsPerShardMinute, [{ name: 'ShardId', value: 'shardId-000000000000' }]);
    }
  }

  get model(): KinesisStreamModel {
    return this.#aws.kinesis.account.stream(this.name);
  }

  get openShardCount(): number {
    return this.model.openShardCountAt(this.#clock.nowMs());
  }

  /** UpdateShardCount calls that AWS accepted in the last day. */
  get acceptedCalls(): number {
    return this.model.callsWithin24h(this.#clock.nowMs());
  }

  get tags(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.model.tags.list().map(({ Key, Value }) => [Key, Value]));
  }

  /** A user tags the stream. */
  setTags(tags: Readonly<Record<string, string>>): void {
    this.model.tags.add(tags, this.#clock.nowMs());
  }

  alarmName(direction: Direction): string {
    return `${this.name}-scale-${direction}`;
  }

  alarm(direction: Direction): MetricAlarm {
    const { MetricAlarms = [] } = this.#aws.cloudwatch.describeAlarms({ AlarmNames: [this.alarmName(direction)] });
    const [alarm] = MetricAlarms;
    if (!alarm) throw new Error(`${this.alarmName(direction)} does not exist`);
    return alarm;
  }

  /** The shard count that the alarm judges by. */
  judgedShardCount(direction: Direction): string | undefined {
    return this.alarm(direction).Metrics?.find(({ Id }) => Id === 's1')?.Expression;
  }

  alarmTags(direction: Direction): Readonly<Record<string, string>> {
    const { Tags = [] } = this.#aws.cloudwatch.listTagsForResource({ ResourceARN: this.alarm(direction).AlarmArn });
    return Object.fromEntries(Tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  }

  /** A user tags the alarm. */
  setAlarmTags(direction: Direction, tags: Readonly<Record<string, string>>): void {
    this.#aws.cloudwatch.tagResource({
      ResourceARN: this.alarm(direction).AlarmArn,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    });
  }

  /** A user changes the alarm at the console: all else stays. */
  changeAlarm(direction: Direction, changes: Partial<MetricAlarm>): void {
    this.#aws.cloudwatch.putMetricAlarm({ ...this.alarm(direction), ...changes } as PutMetricAlarmInput);
  }

  setAlarmState(direction: Direction, state: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA'): void {
    this.#aws.cloudwatch.setAlarmState({
      AlarmName: this.alarmName(direction),
      StateValue: state,
      StateReason: 'set by a scenario',
    });
  }

  /** Reserved concurrency of its processor. */
  get concurrency(): number | undefined {
    return this.processor === undefined
      ? undefined
      : this.#aws.lambda.functions.get(this.processor).reservedConcurrency;
  }

  /** A user caps the processor. */
  set concurrency(reserved: number | undefined) {
    if (this.processor !== undefined) this.#aws.lambda.functions.reserveConcurrency(this.processor, reserved);
  }

  #playMinute(minute: number): void {
    this.#clock.schedule(minute * minuteMs, () => {
      this.#putUntil(minute + 1 - this.lateMinutes);
      this.#playMinute(minute + 1);
    });
  }

  #putUntil(endMinute: number): void {
    for (; this.#nextMinute < endMinute; this.#nextMinute += 1) this.#putMinute(this.#nextMinute);
  }

  #putMinute(minute: number): void {
    const shards = this.model.capacityShardCountAt(minute * minuteMs);
    const records = Math.min(this.loadShards, shards) * recordsPerShardMinute;
    this.#put('IncomingRecords', minute, records);
    this.#put('IncomingBytes', minute, records * recordBytes);
    const throttled = Math.max(0, this.loadShards - shards) * recordsPerShardMinute;
    this.#put('WriteProvisionedThroughputExceeded', minute, throttled);
    if (this.iteratorAgeMs !== undefined) this.#put('GetRecords.IteratorAgeMilliseconds', minute, this.iteratorAgeMs);
  }

  #put(metricName: string, minute: number, value: number, more: readonly { name: string; value: string }[] = []): void {
    const { metrics } = this.#aws.cloudwatch;
    const dimensions = [{ name: streamDimension, value: this.name }, ...more];
    metrics.putValue(
      metrics.series({ namespace: kinesisNamespace, metricName, dimensions }),
      minute,
      value,
      this.#clock.nowMs(),
    );
  }
}
