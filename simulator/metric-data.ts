/**
 * The JSON of `aws cloudwatch get-metric-data` as a trace. Metrics are told apart by Id or Label: the incoming metric of
 * the wanted unit (Sum), and WriteProvisionedThroughputExceeded, which is added: rejected records are load too.
 * CloudWatch has no datapoint where there was no traffic, so a missing one is zero. A long answer holds each series several
 * times, a page each.
 */
import * as v from 'valibot';
import { offeredShards } from '../core/load/load-history.ts';
import { type Fault, fail, quote, type Result, succeed } from '../core/result.ts';
import type { LoadUnit, Trace } from './trace.ts';
import { findTooLong } from './trace-text.ts';

const seriesSchema = v.object({
  Id: v.optional(v.string(), ''),
  Label: v.optional(v.string(), ''),
  Timestamps: v.array(v.union([v.string(), v.number()])),
  Values: v.array(v.number()),
});
const metricDataSchema = v.object({ MetricDataResults: v.pipe(v.array(seriesSchema), v.minLength(1)) });
type Series = v.InferOutput<typeof seriesSchema>;

const incoming = {
  records: /IncomingRecords|^records$/i,
  bytes: /IncomingBytes|^bytes$/i,
} as const satisfies Record<LoadUnit, RegExp>;
const throttledName = /WriteProvisionedThroughputExceeded|^throttled$/i;
const MINUTE_MS = 60_000;

export function readMetricData(text: string, name: string, unit: LoadUnit): Result<Trace> {
  const parsed = parse(text);
  if (!parsed.ok) return parsed;
  const { MetricDataResults: all } = parsed.value;
  const named = all.filter((series) => isNamed(series, incoming[unit]));
  const load = named.length > 0 ? named : findNameless(all);
  if (load.length === 0) return noSeries(all, unit);
  const throttled = all.filter((series) => isNamed(series, throttledName));
  const faults = [...findSeveral(load), ...findSeveral(throttled)];
  if (faults.length > 0) return fail(faults);
  // A rejected record's bytes are not counted anywhere; its number is.
  const points = collectPoints(unit === 'records' ? [...load, ...throttled] : load);
  return points.ok ? layOut(points.value, name) : points;
}

/** A stream's own metrics as one load, and the mean size of its records. */
export interface StreamHistory {
  /** Values are shards. */
  readonly trace: Trace;
  readonly recordBytes: number;
}

/**
 * Needs IncomingRecords and IncomingBytes; WriteProvisionedThroughputExceeded is added where there is any.
 * @param periodSeconds of the datapoints; where it is not known, the widest grid that holds them all
 */
export function readStreamHistory(text: string, name: string, periodSeconds?: number): Result<StreamHistory> {
  const parsed = parse(text);
  if (!parsed.ok) return parsed;
  const { MetricDataResults: all } = parsed.value;
  const records = all.filter((series) => isNamed(series, incoming.records));
  const bytes = all.filter((series) => isNamed(series, incoming.bytes));
  if (records.length === 0) return noSeries(all, 'records');
  if (bytes.length === 0) return noSeries(all, 'bytes');
  const rejected = all.filter((series) => isNamed(series, throttledName));
  const faults = [...findSeveral(records), ...findSeveral(bytes), ...findSeveral(rejected)];
  if (faults.length > 0) return fail(faults);
  const recordPoints = collectPoints(records);
  const bytePoints = collectPoints(bytes);
  const throttled = collectPoints(rejected, 0);
  if (!recordPoints.ok) return recordPoints;
  if (!bytePoints.ok) return bytePoints;
  if (!throttled.ok) return throttled;
  // In a minute in which all was rejected, nothing was incoming.
  const times = new Map([...recordPoints.value, ...bytePoints.value, ...throttled.value]);
  const grid = layOut(times, name, periodSeconds);
  if (!grid.ok) return grid;
  const { stepSeconds, startMs = 0 } = grid.value;
  const values = grid.value.values.map((_, index) => {
    const at = startMs + index * stepSeconds * 1000;
    const sums = {
      records: recordPoints.value.get(at) ?? 0,
      bytes: bytePoints.value.get(at) ?? 0,
      throttledRecords: throttled.value.get(at) ?? 0,
    };
    return offeredShards(sums, stepSeconds);
  });
  const totalRecords = total(recordPoints.value);
  const recordBytes = totalRecords > 0 ? total(bytePoints.value) / totalRecords : 1000;
  return succeed({ trace: { ...grid.value, values }, recordBytes });
}

function total(points: ReadonlyMap<number, number>): number {
  return [...points.values()].reduce((sum, value) => sum + value, 0);
}

function isNamed({ Label, Id }: Series, name: RegExp): boolean {
  return name.test(Label) || name.test(Id);
}

/** The only series of an answer is taken for the wanted one, unless its name says that it is another. */
function findNameless(all: readonly Series[]): readonly Series[] {
  const known = [incoming.records, incoming.bytes, throttledName];
  const isKnown = all.some((series) => known.some((name) => isNamed(series, name)));
  return isKnown || findSeveral(all).length > 0 ? [] : all;
}

/** Pages of one series share its Id; two Ids of one metric are two streams, whose loads are no load of either. */
function findSeveral(series: readonly Series[]): readonly Fault[] {
  const names = [...new Set(series.map(({ Id, Label }) => Id || Label))];
  if (names.length <= 1) return [];
  const problem = 'are several series of one metric';
  return [{ field: 'MetricDataResults', value: quote(names.join(', ')), problem, remedy: 'give those of one stream' }];
}

function noSeries(all: readonly Series[], unit: LoadUnit): Result<never> {
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

function parse(text: string): Result<v.InferOutput<typeof metricDataSchema>> {
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
function collectPoints(all: readonly Series[], least = 2): Result<Map<number, number>> {
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
      if (!Number.isFinite(ms) || ms % MINUTE_MS !== 0) {
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
function layOut(points: ReadonlyMap<number, number>, name: string, periodSeconds?: number): Result<Trace> {
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
