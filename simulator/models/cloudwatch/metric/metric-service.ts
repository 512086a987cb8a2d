import type {
  GetMetricDataInput,
  GetMetricDataOutput,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
  ListMetricsInput,
  ListMetricsOutput,
  PutMetricDataInput,
} from '@aws-sdk/client-cloudwatch';
import { dayMs, minuteMs } from '../../../../core/time.ts';
import { AwsServiceError } from '../../aws-service-error.ts';
import type { Clock } from '../../clock.ts';
import type { CloudWatchFacts } from '../cloudwatch-facts.ts';
import { permitted } from '../constraints.ts';
import { pageRange, takePage } from '../paging.ts';
import { identityOf, readMetricData } from './metric-datum.ts';
import type { MathFrame } from './metric-math-values.ts';
import { checkPeriod, type MetricQueryPlan, planMetricQueries, unknownStatistic } from './metric-query-plan.ts';
import { type MetricIdentity, type MetricSeries, STATISTICS } from './metric-series.ts';
import type { MetricStore } from './metric-store.ts';

/** The metric calls of CloudWatch. */
export class MetricService {
  readonly #clock: Clock;
  readonly #facts: CloudWatchFacts;
  readonly #metrics: MetricStore;

  constructor(clock: Clock, facts: CloudWatchFacts, metrics: MetricStore) {
    this.#clock = clock;
    this.#facts = facts;
    this.#metrics = metrics;
  }

  put(input: PutMetricDataInput): void {
    const nowMs = this.#clock.nowMs();
    for (const { identity, atMs, values, unit } of readMetricData(input))
      this.#metrics.put(this.#metrics.series(identity), Math.floor((atMs ?? nowMs) / minuteMs), values, nowMs, unit);
  }

  getData(input: GetMetricDataInput): GetMetricDataOutput {
    const [startMs, endMs] = rangeOf(input.StartTime, input.EndTime);
    const plan = planMetricQueries(input.MetricDataQueries ?? [], this.#facts);
    this.#metrics.deliver(this.#clock.nowMs());
    const newestFirst = input.ScanBy !== 'TimestampAscending';
    // Queries of one period read the same metrics: two weeks of them are not read once for each query.
    const frames = new Map<number, MathFrame>();
    const results = plan.returned.map(({ id, label, program, periodSeconds }) => {
      const seconds = periodSeconds ?? longestPeriod(plan);
      const [from, to, minutes] = [
        Math.floor(startMs / 1000 / seconds),
        Math.ceil(endMs / 1000 / seconds),
        seconds / 60,
      ];
      if (program.scalar && plan.metrics.length === 0) throw invalidQuery(`'${id}' returns no time series.`);
      const frame = frames.get(seconds) ?? this.#frameOf(plan, from, to, minutes);
      frames.set(seconds, frame);
      const points: { at: Date; value: number }[] = [];
      for (let period = 0; period < frame.length; period += 1) {
        const value = program.at(frame, period);
        if (Number.isFinite(value)) points.push({ at: new Date((from + period) * seconds * 1000), value });
      }
      return { id, label, points: newestFirst ? points.reverse() : points };
    });
    return this.#pageOf(results, input);
  }

  getStatistics(input: GetMetricStatisticsInput): GetMetricStatisticsOutput {
    const [startMs, endMs] = rangeOf(input.StartTime, input.EndTime);
    const { Namespace: namespace, MetricName: name, Period: seconds = 0 } = input;
    if (namespace === undefined || name === undefined)
      throw new AwsServiceError(
        'MissingRequiredParameterException',
        'The parameters Namespace and MetricName are required.',
      );
    checkPeriod(seconds, 'Period');
    const statistics = (input.Statistics ?? []).map((given) => {
      const statistic = permitted(STATISTICS, given);
      if (statistic === undefined) throw unknownStatistic(given, 'Statistics');
      return statistic;
    });
    if (statistics.length === 0) throw unsupportedStatistics();
    const [from, to] = [Math.floor(startMs / 1000 / seconds), Math.ceil(endMs / 1000 / seconds)];
    if (to - from > this.#facts.maxDatapointsPerGetMetricStatistics)
      throw new AwsServiceError(
        'InvalidParameterCombinationException',
        `You have requested up to ${to - from} datapoints, which exceeds the limit of ${this.#facts.maxDatapointsPerGetMetricStatistics}.`,
      );
    this.#metrics.deliver(this.#clock.nowMs());
    const series = this.#metrics.series(identityOf(namespace, name, input.Dimensions));
    const datapoints = [];
    for (let period = from; period < to; period += 1) {
      const [first, end] = [period * (seconds / 60), (period + 1) * (seconds / 60)];
      if (!series.hasDataIn(first, end) || this.#isForgotten(end, seconds)) continue;
      const values = statistics.map((statistic) => [statistic, series.aggregate(first, end, statistic)] as const);
      datapoints.push({
        Timestamp: new Date(period * seconds * 1000),
        ...Object.fromEntries(values),
        Unit: unitOf(series),
      });
    }
    return { Label: name, Datapoints: datapoints };
  }

  list(input: ListMetricsInput): ListMetricsOutput {
    this.#metrics.deliver(this.#clock.nowMs());
    const sinceMinute = recentSince(input.RecentlyActive, this.#clock.nowMs());
    const found = [...this.#metrics.withData()]
      .filter(({ latestMinute }) => latestMinute >= sinceMinute)
      .map((series) => series.identity)
      .filter((identity) => matches(identity, input));
    const page = takePage(found, 500, input.NextToken);
    return {
      Metrics: page.items.map(({ namespace, metricName, dimensions }) => ({
        Namespace: namespace,
        MetricName: metricName,
        Dimensions: dimensions.map(({ name, value }) => ({ Name: name, Value: value })),
      })),
      ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
    };
  }

  #frameOf(plan: MetricQueryPlan, from: number, to: number, periodMinutes: number): MathFrame {
    const length = Math.max(to - from, 0);
    const series = plan.metrics.map(({ identity }) => this.#metrics.series(identity));
    const values = plan.metrics.map(({ statistic }, index) => {
      const column = new Float64Array(length).fill(Number.NaN);
      for (let period = 0; period < length; period += 1) {
        const first = (from + period) * periodMinutes;
        if (this.#isForgotten(first + periodMinutes, periodMinutes * 60)) continue;
        column[period] = series[index]?.aggregate(first, first + periodMinutes, statistic) ?? Number.NaN;
      }
      return column;
    });
    const asEmpty = this.#facts.fillOfEmptySeries === 'nothing';
    return { length, values, empty: values.map((column) => asEmpty && column.every(Number.isNaN)) };
  }

  #isForgotten(endMinute: number, periodSeconds: number): boolean {
    const { oneMinuteRetentionDays, fiveMinuteRetentionDays } = this.#facts;
    const days = periodSeconds < 300 ? oneMinuteRetentionDays : fiveMinuteRetentionDays;
    return periodSeconds < 3600 && endMinute * minuteMs < this.#clock.nowMs() - days * dayMs;
  }

  #pageOf(results: readonly QueryResult[], input: GetMetricDataInput): GetMetricDataOutput {
    // As AWS does, a page holds so many datapoints in all, and a query that did not end says PartialData.
    const limit = Math.min(input.MaxDatapoints ?? Number.POSITIVE_INFINITY, this.#facts.maxDatapointsPerGetMetricData);
    const ends: number[] = [];
    for (const { points } of results) ends.push((ends.at(-1) ?? 0) + points.length);
    const { from, to, nextToken } = pageRange(ends.at(-1) ?? 0, limit, input.NextToken);
    const last = nextToken === undefined ? undefined : ends.findIndex((end) => end >= to);
    return {
      MetricDataResults: results.map(({ id, label, points: all }, index) => {
        const start = (ends[index] ?? 0) - all.length;
        const points = all.slice(Math.max(from - start, 0), Math.max(to - start, 0));
        return {
          Id: id,
          Label: label,
          Timestamps: points.map((point) => point.at),
          Values: points.map((point) => point.value),
          StatusCode: last !== undefined && index >= last ? 'PartialData' : 'Complete',
        };
      }),
      Messages: [],
      ...(nextToken === undefined ? {} : { NextToken: nextToken }),
    };
  }
}

interface QueryResult {
  readonly id: string;
  readonly label: string;
  readonly points: readonly { readonly at: Date; readonly value: number }[];
}

function rangeOf(start: Date | undefined, end: Date | undefined): [number, number] {
  if (start === undefined || end === undefined)
    throw new AwsServiceError(
      'MissingRequiredParameterException',
      'The parameters StartTime and EndTime are required.',
    );
  if (!(start < end))
    throw new AwsServiceError(
      'ValidationException',
      'The parameter StartTime must be less than the parameter EndTime.',
    );
  return [start.getTime(), end.getTime()];
}

function longestPeriod(plan: MetricQueryPlan): number {
  return Math.max(60, ...plan.metrics.map(({ periodSeconds }) => periodSeconds));
}

/** `PT3H` is the only value. @throws AwsServiceError ValidationException */
function recentSince(recentlyActive: string | undefined, nowMs: number): number {
  if (recentlyActive === undefined) return Number.NEGATIVE_INFINITY;
  if (recentlyActive === 'PT3H') return Math.floor(nowMs / minuteMs) - 180;
  throw invalidQuery(`The value ${recentlyActive} for parameter RecentlyActive is invalid: it must be PT3H.`);
}

function matches(identity: MetricIdentity, input: ListMetricsInput): boolean {
  return (
    (input.Namespace === undefined || input.Namespace === identity.namespace) &&
    (input.MetricName === undefined || input.MetricName === identity.metricName) &&
    (input.Dimensions ?? []).every((wanted) =>
      identity.dimensions.some(
        ({ name, value }) => name === wanted.Name && (wanted.Value === undefined || wanted.Value === value),
      ),
    )
  );
}

function unitOf(series: MetricSeries): 'None' {
  return (series.unit ?? 'None') as 'None';
}

function unsupportedStatistics(): AwsServiceError {
  return new AwsServiceError('MissingRequiredParameterException', 'The parameter Statistics is required.');
}

function invalidQuery(message: string): AwsServiceError {
  return new AwsServiceError('ValidationException', message);
}
