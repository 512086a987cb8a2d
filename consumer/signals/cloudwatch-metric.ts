/**
 * The newest datapoint of a CloudWatch metric as a sample. Iterator age and application lag are both read like this.
 */
import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type Metric,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { type Dimensions, knownSample, type Sample, type SampleUnit, unknownSample } from '../decision/sample.ts';
import { type SteadyLag, steadyLag } from '../decision/steady-lag.ts';

export type CloudWatchReader = Pick<CloudWatchClient, 'send'>;

export interface MetricQuery {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Dimensions;
  readonly statistic: 'Maximum' | 'Average' | 'Sum';
  readonly unit: SampleUnit;
  /** A lag in milliseconds: it is believed only as far as its datapoints support it (decision/steady-lag.ts). */
  readonly isLag?: boolean;
}

export interface MetricReadOptions {
  readonly client: CloudWatchReader;
  /** Epoch ms. */
  readonly nowMs: () => number;
  /** Length of a datapoint. Default 60, the finest that Kinesis publishes. */
  readonly periodSeconds?: number;
  /** How far back a datapoint may lie to count at all. Default 600,000. */
  readonly lookbackMs?: number;
  /** From which age on it counts as stale. Default 180,000: CloudWatch publishes with a minute or two of delay. */
  readonly staleAfterMs?: number;
}

const defaultPeriodSeconds = 60;
const defaultLookbackMs = 600_000;
const defaultStaleAfterMs = 180_000;
/** GetMetricData takes at most 500 queries a call. Source: CloudWatch API reference, GetMetricData. */
const maxQueriesPerCall = 500;

/** Reads one metric. No datapoint within the lookback is unknown: a dead consumer publishes none. */
export async function readMetric(
  query: MetricQuery,
  options: MetricReadOptions,
  abortSignal: AbortSignal,
): Promise<Sample> {
  const [sample] = await readMetrics([query], options, abortSignal);
  return sample ?? unknownSample('CloudWatch did not answer the query', options.nowMs());
}

/** Reads many metrics with as few calls as can be; one sample per query, in their order. */
export async function readMetrics(
  queries: readonly MetricQuery[],
  options: MetricReadOptions,
  abortSignal: AbortSignal,
): Promise<readonly Sample[]> {
  const datapoints = new Map<string, Datapoint[]>();
  for (let start = 0; start < queries.length; start += maxQueriesPerCall) {
    await readBatch(queries, start, options, abortSignal, datapoints);
  }
  return queries.map((query, index) => toSample(query, datapoints.get(idOf(index)) ?? [], options));
}

interface Datapoint {
  readonly value: number;
  readonly startedAtMs: number;
}

async function readBatch(
  queries: readonly MetricQuery[],
  start: number,
  options: MetricReadOptions,
  abortSignal: AbortSignal,
  datapoints: Map<string, Datapoint[]>,
): Promise<void> {
  const nowMs = options.nowMs();
  const period = options.periodSeconds ?? defaultPeriodSeconds;
  const batch = queries.slice(start, start + maxQueriesPerCall);
  let nextToken: string | undefined;
  do {
    const answer = await options.client.send(
      new GetMetricDataCommand({
        StartTime: new Date(nowMs - (options.lookbackMs ?? defaultLookbackMs)),
        EndTime: new Date(nowMs),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: batch.map((query, index) => ({
          Id: idOf(start + index),
          MetricStat: { Metric: toMetric(query), Period: period, Stat: query.statistic },
          ReturnData: true,
        })),
        ...(nextToken === undefined ? {} : { NextToken: nextToken }),
      }),
      { abortSignal },
    );
    for (const result of answer.MetricDataResults ?? []) collect(result, datapoints);
    nextToken = answer.NextToken;
  } while (nextToken !== undefined);
}

/** Ids must begin with a lower-case letter. */
function idOf(index: number): string {
  return `m${index}`;
}

function toMetric(query: MetricQuery): Metric {
  const dimensions = Object.entries(query.dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Namespace: query.namespace, MetricName: query.metricName, Dimensions: dimensions };
}

function collect(result: MetricDataResult, datapoints: Map<string, Datapoint[]>): void {
  const { Id: id, Timestamps: timestamps = [], Values: values = [] } = result;
  if (id === undefined) return;
  const known = datapoints.get(id) ?? [];
  datapoints.set(id, known);
  for (const [index, timestamp] of timestamps.entries()) {
    const value = values[index];
    if (value !== undefined && Number.isFinite(value)) known.push({ value, startedAtMs: timestamp.getTime() });
  }
}

function toSample(query: MetricQuery, datapoints: readonly Datapoint[], options: MetricReadOptions): Sample {
  const details = { unit: query.unit, dimensions: query.dimensions };
  const { lookbackMs = defaultLookbackMs } = options;
  const nowMs = options.nowMs();
  const [newest] = [...datapoints].sort((left, right) => right.startedAtMs - left.startedAtMs);
  if (newest === undefined) {
    const name = `${query.namespace} ${query.metricName}`;
    return unknownSample(`${name} has no datapoint within the lookback of ${lookbackMs / 60_000} min`, nowMs, details);
  }
  // A datapoint bears the start of its period, and stands for the time up to its end.
  const periodMs = (options.periodSeconds ?? defaultPeriodSeconds) * 1000;
  const observedAtMs = Math.min(nowMs, newest.startedAtMs + periodMs);
  const stale = nowMs - observedAtMs > (options.staleAfterMs ?? defaultStaleAfterMs);
  if (!query.isLag) return knownSample(newest.value, observedAtMs, { ...details, stale });
  const lags = datapoints.map(({ value, startedAtMs }) => ({ lagMs: value, startedAtMs }));
  const steady = steadyLag(lags, { startedAtMs: nowMs - lookbackMs, periodMs }) ?? { lagMs: newest.value };
  const note = noteOf(steady);
  return knownSample(steady.lagMs, observedAtMs, { ...details, stale, ...(note === undefined ? {} : { note }) });
}

function noteOf({ unconfirmedLagMs }: SteadyLag): string | undefined {
  if (unconfirmedLagMs === undefined) return undefined;
  return `the newest datapoint is ${unconfirmedLagMs} ms, more than time can explain; it counts when the next one confirms it`;
}
