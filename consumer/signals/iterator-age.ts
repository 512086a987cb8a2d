/** How far behind the slowest reader of a stream is, over all its applications. */
import type { Signal } from '../decision/sample.ts';
import { type MetricQuery, type MetricReadOptions, readMetric } from './cloudwatch-metric.ts';
import { namedSignal } from './named-signal.ts';

/**
 * The stream's iterator age, Milliseconds. It is the maximum over every application that polls the stream; an
 * application that reads by enhanced fan-out only does not show in it. Where one application must be told from
 * another use `applicationLag`.
 *
 * Source: `GetRecords.IteratorAgeMilliseconds`, statistic Maximum, namespace AWS/Kinesis (Kinesis developer guide,
 * "Monitoring with CloudWatch").
 */
export function iteratorAge(streamName: string, options: MetricReadOptions): Signal {
  const query: MetricQuery = {
    namespace: 'AWS/Kinesis',
    metricName: 'GetRecords.IteratorAgeMilliseconds',
    dimensions: { StreamName: streamName },
    statistic: 'Maximum',
    unit: 'Milliseconds',
    isLag: true,
  };
  return namedSignal(`iterator age of stream ${streamName}`, (abortSignal) => readMetric(query, options, abortSignal));
}
