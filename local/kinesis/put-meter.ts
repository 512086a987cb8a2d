/** Kinesis's own metrics of what is really put: minute sums, successful puts only, as in AWS. */
import { minuteMs } from '../../core/time.ts';
import type { Clock } from '../../simulator/models/clock.ts';
import type { MetricStore } from '../../simulator/models/cloudwatch/metric/metric-store.ts';
import type { JsonObject } from '../wire/api-call.ts';
import { bytesOf } from './put-admission.ts';

export class PutMeter {
  readonly #clock: Clock;
  readonly #metrics: MetricStore;

  constructor(clock: Clock, metrics: MetricStore) {
    this.#clock = clock;
    this.#metrics = metrics;
  }

  /** @param records as PutRecord and PutRecords take them: base64 data and a partition key. */
  accepted(streamName: string, records: readonly JsonObject[]): void {
    if (records.length === 0) return;
    const bytes = records.reduce((sum, record) => sum + bytesOf(record), 0);
    this.#add(streamName, 'IncomingBytes', bytes);
    this.#add(streamName, 'IncomingRecords', records.length);
  }

  rejected(streamName: string, records: number): void {
    if (records > 0) this.#add(streamName, 'WriteProvisionedThroughputExceeded', records);
  }

  #add(streamName: string, metricName: string, value: number): void {
    const nowMs = this.#clock.nowMs();
    const dimensions = [{ name: 'StreamName', value: streamName }];
    const series = this.#metrics.series({ namespace: 'AWS/Kinesis', metricName, dimensions });
    this.#metrics.putValue(series, Math.floor(nowMs / minuteMs), value, nowMs);
  }
}
