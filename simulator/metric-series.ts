/** The series of a recording: which metric each holds, its points, and their grid. Reports all faults at once. */
import { type Fault, fail, quote, type Result, succeed } from '../core/result.ts';
import { minuteMs } from '../core/time.ts';
import { findTooLong, type LoadUnit, type Trace } from './trace.ts';

/** The datapoints of one metric, or of one page of it, from whichever file. */
export interface Series {
  /** Where its file names it; faults say so. */
  readonly from: 'MetricDataResults' | 'Datapoints' | 'Full label';
  readonly Id: string;
  readonly Label: string;
  /** ISO times, or epoch seconds. */
  readonly Timestamps: readonly (string | number)[];
  readonly Values: readonly number[];
  /** What a value is of its period, where the file says it. */
  readonly statistic?: string;
  readonly periodSeconds?: number;
}

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
  return [{ field: fieldOf(series), value: quote(names.join(', ')), problem, remedy: 'give those of one stream' }];
}

export function noSeries(all: readonly Series[], unit: LoadUnit): Result<never> {
  const found = all.map((series) => series.Label || series.Id).join(', ');
  const problem = `hold no series of incoming ${unit}`;
  return fail([
    {
      field: fieldOf(all),
      value: quote(found),
      problem,
      remedy: `query Incoming${unit === 'records' ? 'Records' : 'Bytes'} (Sum)`,
    },
  ]);
}

function fieldOf([first]: readonly Series[]): string {
  return first?.from ?? 'MetricDataResults';
}

/** A fraction of a record cannot arrive, so a series with fractions holds another statistic than the sum. */
export function findOtherStatistics(all: readonly Series[]): readonly Fault[] {
  return all.flatMap((series) => {
    const { statistic, Label, Id, Values } = series;
    if (statistic !== undefined && statistic !== 'Sum') {
      const problem = 'is not the sum of its period';
      return [
        { field: `${Label || Id}.statistic`, value: quote(statistic), problem, remedy: 'choose the statistic Sum' },
      ];
    }
    const fraction = statistic === undefined ? Values.find((value) => value % 1 !== 0) : undefined;
    if (fraction === undefined) return [];
    const problem = 'has a fraction, so it is not the sum of its period';
    const remedy = 'query the statistic Sum, or give --values per-second if these are rates';
    return [{ field: `${Label || Id}.Values`, value: String(fraction), problem, remedy }];
  });
}

/** Rates a second as the sums of their periods. */
export function sumsOf(series: Series): Series {
  const {
    Timestamps,
    Values,
    periodSeconds = widestGrid(Timestamps.map(timeOf).toSorted((a, b) => a - b)) / 1000,
  } = series;
  return { ...series, Values: Values.map((value) => value * periodSeconds), statistic: 'Sum', periodSeconds };
}

function timeOf(timestamp: string | number): number {
  return typeof timestamp === 'number' ? timestamp * 1000 : Date.parse(timestamp);
}

/** The value at each epoch ms of one metric, whose pages or files may overlap; a fault below `least` points. */
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
      const found = findPointFault(series, index, timestamp, points);
      if (found === undefined) points.set(timeOf(timestamp), series.Values[index] ?? 0);
      else faults.push(found);
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

/** What is wrong with a point, if anything. */
function findPointFault(
  series: Series,
  index: number,
  timestamp: string | number,
  points: ReadonlyMap<number, number>,
): Fault | undefined {
  const name = series.Label || series.Id;
  const time = { field: `${name}.Timestamps[${index}]`, value: quote(timestamp) };
  const ms = timeOf(timestamp);
  const value = series.Values[index] ?? Number.NaN;
  if (!Number.isFinite(ms) || ms % minuteMs !== 0)
    return { ...time, problem: 'is not a time on the minute', remedy: 'query a period of 60 s or more' };
  if (!Number.isFinite(value) || value < 0) {
    const remedy = 'give zero or more';
    return { field: `${name}.Values[${index}]`, value: quote(value), problem: 'is not a load', remedy };
  }
  const known = points.get(ms);
  if (known === undefined || known === value) return undefined;
  return { ...time, problem: `is there twice, with ${known} and ${value}`, remedy: 'give each time once' };
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
