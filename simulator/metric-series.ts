/** The JSON of `aws cloudwatch get-metric-data`: its series, the points of a metric, and their grid. Reports all faults at once. */
import * as v from 'valibot';
import { type Fault, fail, quote, type Result, succeed } from '../core/result.ts';
import { minuteMs } from '../core/time.ts';
import { findTooLong, type LoadUnit, type Trace } from './trace.ts';

const seriesSchema = v.object({
  Id: v.optional(v.string(), ''),
  Label: v.optional(v.string(), ''),
  Timestamps: v.array(v.union([v.string(), v.number()])),
  Values: v.array(v.number()),
});
const metricDataSchema = v.object({ MetricDataResults: v.pipe(v.array(seriesSchema), v.minLength(1)) });
export type Series = v.InferOutput<typeof seriesSchema>;

/** How a series of each metric is recognised, by its Id or Label. */
export const incoming = {
  records: /IncomingRecords|^records$/i,
  bytes: /IncomingBytes|^bytes$/i,
} as const satisfies Record<LoadUnit, RegExp>;
export const throttledName = /WriteProvisionedThroughputExceeded|^throttled$/i;

export function isNamed({ Label, Id }: Series, name: RegExp): boolean {
  return name.test(Label) || name.test(Id);
}

/** The only series of an answer is taken for the wanted one, unless its name says that it is another. */
export function findNameless(all: readonly Series[]): readonly Series[] {
  const known = [incoming.records, incoming.bytes, throttledName];
  const isKnown = all.some((series) => known.some((name) => isNamed(series, name)));
  return isKnown || findSeveral(all).length > 0 ? [] : all;
}

/** Pages of one series share its Id; two Ids of one metric are two streams, whose loads are no load of either. */
export function findSeveral(series: readonly Series[]): readonly Fault[] {
  const names = [...new Set(series.map(({ Id, Label }) => Id || Label))];
  if (names.length <= 1) return [];
  const problem = 'are several series of one metric';
  return [{ field: 'MetricDataResults', value: quote(names.join(', ')), problem, remedy: 'give those of one stream' }];
}

export function noSeries(all: readonly Series[], unit: LoadUnit): Result<never> {
  const found = all.map((series) => series.Label || series.Id).join(', ');
  const problem = `hold no series of incoming ${unit}`;
  return fail([
    {
      field: 'MetricDataResults',
      value: quote(found),
      problem,
      remedy: `query Incoming${unit === 'records' ? 'Records' : 'Bytes'} (Sum)`,
    },
  ]);
}

export function parseMetricData(text: string): Result<v.InferOutput<typeof metricDataSchema>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const value = error instanceof Error ? error.message : String(error);
    return fail([{ field: 'trace', value, problem: 'is not JSON', remedy: 'give the output of get-metric-data' }]);
  }
  const result = v.safeParse(metricDataSchema, json);
  if (result.success) return succeed(result.output);
  const faults = result.issues.map((issue) => {
    const field = v.getDotPath(issue) ?? 'trace';
    return {
      field,
      value: quote(issue.received),
      problem: `is not ${issue.expected ?? 'valid'}`,
      remedy: 'give the output of get-metric-data',
    };
  });
  return fail(faults);
}

/** Sum of the series by epoch ms; a fault when there are fewer than `least` points. */
export function collectPoints(all: readonly Series[], least = 2): Result<Map<number, number>> {
  const faults: Fault[] = [];
  const points = new Map<number, number>();
  for (const series of all) {
    const field = `${series.Label || series.Id}.Values`;
    if (series.Values.length !== series.Timestamps.length) {
      const value = `${series.Values.length} values, ${series.Timestamps.length} timestamps`;
      faults.push({ field, value, problem: 'do not match', remedy: 'give the output unchanged' });
      continue;
    }
    series.Timestamps.forEach((timestamp, index) => {
      const ms = typeof timestamp === 'number' ? timestamp * 1000 : Date.parse(timestamp);
      const value = series.Values[index] ?? Number.NaN;
      if (!Number.isFinite(ms) || ms % minuteMs !== 0) {
        faults.push({
          field: `${series.Label || series.Id}.Timestamps[${index}]`,
          value: quote(timestamp),
          problem: 'is not a time on the minute',
          remedy: 'query a period of 60 s or more',
        });
      } else if (!Number.isFinite(value) || value < 0) {
        faults.push({
          field: `${field}[${index}]`,
          value: quote(value),
          problem: 'is not a load',
          remedy: 'give zero or more',
        });
      } else points.set(ms, (points.get(ms) ?? 0) + value);
    });
  }
  if (points.size < least && faults.length === 0) {
    faults.push({
      field: 'Timestamps',
      value: String(points.size),
      problem: 'are fewer than two',
      remedy: 'ask for a longer time',
    });
  }
  return faults.length > 0 ? fail(faults.slice(0, 10)) : succeed(points);
}

/** Missing datapoints leave gaps of several periods, so the period is what divides every gap. */
export function layOut(points: ReadonlyMap<number, number>, name: string, periodSeconds?: number): Result<Trace> {
  const times = [...points.keys()].sort((a, b) => a - b);
  const first = times[0] ?? 0;
  const stepMs = periodSeconds === undefined ? widestGrid(times) : periodSeconds * 1000;
  const stray = times.find((time) => (time - first) % stepMs !== 0);
  if (stray !== undefined) {
    const value = new Date(stray).toISOString();
    return fail([
      { field: 'Timestamps', value, problem: `is off the grid of ${stepMs / 1000} s`, remedy: 'query one period' },
    ]);
  }
  const tooLong = findTooLong('Timestamps', ((times.at(-1) ?? first) - first) / 1000);
  if (tooLong.length > 0) return fail(tooLong);
  const stepSeconds = stepMs / 1000;
  const values = new Float64Array(((times.at(-1) ?? first) - first) / stepMs + 1);
  for (const [time, sum] of points) values[(time - first) / stepMs] = sum / stepSeconds;
  return succeed({ name, stepSeconds, values, startMs: first });
}

function widestGrid(times: readonly number[]): number {
  const divide = (one: number, other: number): number => (other === 0 ? one : divide(other, one % other));
  return times.reduce((width, time) => divide(width, time - (times[0] ?? time)), 0);
}
