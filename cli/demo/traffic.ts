/**
 * Plays a load against the local stream, minute by minute on the product's clock. The stream accepts what fits its shards
 * and throttles the rest; a consumer reads as fast as its reserved concurrency allows. All of it becomes metrics.
 */
import { kinesisNamespace, streamDimension } from '../../core/alarm/alarm-definition.ts';
import { minuteMs } from '../../core/time.ts';
import type { LocalAws } from '../../local/local-aws.ts';
import { admitMinute } from '../../simulator/models/kinesis-capacity.ts';
import type { RunMinute } from './run-record.ts';

export interface Consumer {
  readonly functionName: string;
  /** Records per second that one concurrent execution reads. */
  readonly recordsPerSecondPerExecution: number;
}

/** Small, so that the number of records and not their bytes fills a shard. */
const recordBytes = 500;
const recordsPerSecondPerShard = 1_000;
/** The iterator age of a consumer that keeps up. */
const restingAgeMs = 250;

export class Traffic {
  readonly #aws: LocalAws;
  readonly #streamName: string;
  readonly #consumer: Consumer;
  #unreadRecords = 0;

  constructor(aws: LocalAws, streamName: string, consumer: Consumer) {
    this.#aws = aws;
    this.#streamName = streamName;
    this.#consumer = consumer;
  }

  /** @param atMs begin of the minute, which must be the clock's time; its datapoints exist when it is over */
  playMinute(atMs: number, offeredRecordsPerSecond: number): RunMinute {
    const stream = this.#aws.kinesis.account.stream(this.#streamName);
    const shards = stream.capacityShardCountAt(atMs);
    const offered = { records: offeredRecordsPerSecond * 60, bytes: offeredRecordsPerSecond * 60 * recordBytes };
    const { accepted, rejected } = admitMinute(offered, shards, 'lost');
    const minute = Math.floor(atMs / minuteMs);
    this.#put('IncomingRecords', minute, accepted.records);
    this.#put('IncomingBytes', minute, accepted.bytes);
    this.#put('WriteProvisionedThroughputExceeded', minute, rejected.records);
    this.#put('GetRecords.IteratorAgeMilliseconds', minute, this.#readMinute(accepted.records));
    return {
      atMs,
      offeredRecordsPerSecond,
      rejectedRecordsPerSecond: rejected.records / 60,
      capacityRecordsPerSecond: shards * recordsPerSecondPerShard,
      openShardCount: stream.openShardCountAt(atMs),
    };
  }

  /** @returns the iterator age at the end of the minute, in ms. */
  #readMinute(acceptedRecords: number): number {
    const { functionName, recordsPerSecondPerExecution } = this.#consumer;
    const executions = this.#aws.lambda.functions.get(functionName).reservedConcurrency ?? Number.POSITIVE_INFINITY;
    const readable = executions * recordsPerSecondPerExecution * 60;
    const waiting = this.#unreadRecords + acceptedRecords;
    this.#unreadRecords = Math.max(0, waiting - readable);
    if (this.#unreadRecords === 0) return restingAgeMs;
    return acceptedRecords === 0 ? minuteMs : (this.#unreadRecords / acceptedRecords) * minuteMs;
  }

  #put(metricName: string, minute: number, value: number): void {
    const { metrics } = this.#aws.cloudwatch;
    const dimensions = [{ name: streamDimension, value: this.#streamName }];
    metrics.putValue(
      metrics.series({ namespace: kinesisNamespace, metricName, dimensions }),
      minute,
      value,
      this.#aws.clock.nowMs(),
    );
  }
}
