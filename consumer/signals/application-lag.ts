/** How far behind a KCL application is, from the metrics that the KCL publishes itself. */
import {
  type Dimensions,
  isKnown,
  type KnownSample,
  type Sample,
  type Signal,
  unknownSample,
} from '../decision/sample.ts';
import { type MetricQuery, type MetricReadOptions, readMetric, readMetrics } from './cloudwatch-metric.ts';
import type { Lease, LeaseTable } from './lease-table.ts';
import { namedSignal } from './named-signal.ts';

/**
 * The application's lag over all its streams, Milliseconds.
 *
 * Source: `MillisBehindLatest`, statistic Maximum; the namespace is the application's name, the dimension
 * `Operation=ApplicationTracker` (KCL developer guide, "Monitor the KCL with CloudWatch").
 */
export function applicationLag(applicationName: string, options: MetricReadOptions): Signal {
  const query = lagQuery(applicationName, { Operation: 'ApplicationTracker' });
  return namedSignal(`lag of application ${applicationName}`, (abortSignal) => readMetric(query, options, abortSignal));
}

/**
 * The lag of one stream of an application that reads several, Milliseconds: that of its worst shard. The KCL publishes
 * no number for a stream. It is unknown when no shard tells its lag.
 */
export function streamLag(
  application: { readonly applicationName: string; readonly streamName: string },
  readLeases: (abortSignal: AbortSignal) => Promise<LeaseTable>,
  options: MetricReadOptions,
): Signal {
  const { applicationName, streamName } = application;
  return namedSignal(`lag of application ${applicationName} on stream ${streamName}`, async (abortSignal) => {
    const { active } = await readLeases(abortSignal);
    const shardLags = await readShardLags(applicationName, active, options, abortSignal);
    return worstLag(shardLags, active.length, streamName, options.nowMs());
  });
}

/** The worst of a stream's shards. A missing shard could only be worse, so it makes "keeping up" stale news. */
export function worstLag(
  shardLags: ReadonlyMap<string, KnownSample>,
  activeShardCount: number,
  streamName: string,
  nowMs: number,
): Sample {
  const details = { unit: 'Milliseconds', dimensions: { StreamName: streamName } } as const;
  const [first, ...others] = shardLags.values();
  if (first === undefined) return unknownSample(`none of its ${activeShardCount} shards tells a lag`, nowMs, details);
  const worst = others.reduce((known, each) => (each.value > known.value ? each : known), first);
  const stale = worst.quality === 'stale' || shardLags.size < activeShardCount;
  return { ...worst, ...details, quality: stale ? 'stale' : 'ok' };
}

/**
 * The lag of single shards by shard id, Milliseconds; a shard without a datapoint is left out. The KCL publishes these
 * at its metrics level DETAILED, which is its default: `MillisBehindLatest`, dimensions `Operation=ProcessTask`,
 * `ShardId`, and with several streams `StreamId`. (Source: KCL, ProcessTask and MetricsUtil.)
 */
export async function readShardLags(
  applicationName: string,
  shards: readonly Pick<Lease, 'shardId' | 'streamId'>[],
  options: MetricReadOptions,
  abortSignal: AbortSignal,
): Promise<ReadonlyMap<string, KnownSample>> {
  const queries = shards.map(({ shardId, streamId }) => {
    const stream: Dimensions = streamId === undefined ? {} : { StreamId: streamId };
    return lagQuery(applicationName, { Operation: 'ProcessTask', ...stream, ShardId: shardId });
  });
  const samples = await readMetrics(queries, options, abortSignal);
  const lags = new Map<string, KnownSample>();
  for (const [index, { shardId }] of shards.entries()) {
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
    isLag: true,
  };
}
