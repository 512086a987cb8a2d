/** How far behind one KCL application is, from the metrics that the KCL publishes itself. */
import type { Dimensions, KnownSample, Signal } from '../decision/sample.ts';
import { isKnown } from '../decision/sample.ts';
import { type MetricQuery, type MetricReadOptions, readMetric, readMetrics } from './cloudwatch-metric.ts';

/**
 * The application's lag, Milliseconds.
 *
 * Source: `MillisBehindLatest`, statistic Maximum; the namespace is the application's name, the dimension
 * `Operation=ApplicationTracker` (KCL developer guide, "Monitor the KCL with CloudWatch").
 */
export function applicationLag(applicationName: string, options: MetricReadOptions): Signal {
  const query = lagQuery(applicationName, { Operation: 'ApplicationTracker' });
  return (abortSignal) => readMetric(query, options, abortSignal);
}

/**
 * The lag of single shards, Milliseconds; a shard without a datapoint is left out. The KCL publishes these at its
 * metrics level DETAILED, which is its default: `MillisBehindLatest`, dimensions `Operation=ProcessTask`, `ShardId`.
 */
export async function readShardLags(
  applicationName: string,
  shardIds: readonly string[],
  options: MetricReadOptions,
  abortSignal: AbortSignal,
): Promise<ReadonlyMap<string, KnownSample>> {
  const queries = shardIds.map((shardId) => lagQuery(applicationName, { Operation: 'ProcessTask', ShardId: shardId }));
  const samples = await readMetrics(queries, options, abortSignal);
  const lags = new Map<string, KnownSample>();
  for (const [index, shardId] of shardIds.entries()) {
    const sample = samples[index];
    if (sample !== undefined && isKnown(sample)) lags.set(shardId, sample);
  }
  return lags;
}

function lagQuery(applicationName: string, dimensions: Dimensions): MetricQuery {
  return {
    namespace: applicationName,
    metricName: 'MillisBehindLatest',
    dimensions,
    statistic: 'Maximum',
    unit: 'Milliseconds',
  };
}
