/**
 * Series as a trace, or as a stream's history. Metrics are recognised by Id or Label: the incoming metric of the wanted unit
 * (Sum), and WriteProvisionedThroughputExceeded, which is added because rejected records are load too. CloudWatch has no
 * datapoint where there was no traffic, so a missing one is zero.
 */
import { offeredShards } from '../core/load/load-history.ts';
import { fail, quote, type Result, succeed } from '../core/result.ts';
import {
  collectPoints,
  findNameless,
  findOtherStatistics,
  findSeveral,
  incoming,
  isNamed,
  layOut,
  noSeries,
  type Series,
  sumsOf,
  throttledName,
} from './metric-series.ts';
import { readRecordedSeries } from './recorded-series.ts';
import type { LoadUnit, RecordedLoad, RecordingOptions, Trace } from './trace.ts';

export function readMetricData(text: string, name: string, unit: LoadUnit): Result<Trace> {
  const all = readRecordedSeries(text);
  if (!all.ok) return all;
  const load = traceOf(all.value, name, { unit });
  return load.ok ? succeed(load.value.trace) : load;
}

export function traceOf(given: readonly Series[], name: string, options: RecordingOptions): Result<RecordedLoad> {
  const all = options.values === 'per-second' ? given.map(sumsOf) : given;
  const unit = options.unit ?? unitOf(all);
  if (unit === undefined) return unknownUnit(all);
  const named = all.filter((series) => isNamed(series, incoming[unit]));
  const load = named.length > 0 ? named : findNameless(all);
  if (load.length === 0) return noSeries(all, unit);
  // A rejected record's bytes are not counted anywhere; its number is.
  const rejected = unit === 'records' ? all.filter((series) => isNamed(series, throttledName)) : [];
  const faults = [...findSeveral(load), ...findSeveral(rejected), ...findOtherStatistics([...load, ...rejected])];
  if (faults.length > 0) return fail(faults);
  const loadPoints = collectPoints(load);
  const rejectedPoints = collectPoints(rejected, 0);
  if (!loadPoints.ok) return loadPoints;
  if (!rejectedPoints.ok) return rejectedPoints;
  const points = new Map(loadPoints.value);
  for (const [at, value] of rejectedPoints.value) points.set(at, (points.get(at) ?? 0) + value);
  const trace = layOut(points, name, periodOf(load));
  return trace.ok ? succeed({ trace: trace.value, unit }) : trace;
}

/** By the names of the metrics; records where both are there, because they count rejected ones as well. */
function unitOf(all: readonly Series[]): LoadUnit | undefined {
  return (['records', 'bytes'] as const).find((unit) => all.some((series) => isNamed(series, incoming[unit])));
}

function unknownUnit(all: readonly Series[]): Result<never> {
  if (findNameless(all).length === 0) return noSeries(all, 'records');
  const value = quote(all[0]?.Label || all[0]?.Id);
  const problem = 'does not say whether it counts records or bytes';
  return fail([{ field: all[0]?.from ?? '', value, problem, remedy: 'give --unit records or --unit bytes' }]);
}

function periodOf(all: readonly Series[]): number | undefined {
  const periods = new Set(all.map(({ periodSeconds }) => periodSeconds));
  return periods.size === 1 ? all[0]?.periodSeconds : undefined;
}

/** A stream's own metrics as one load, and the mean size of its records. */
export interface StreamHistory {
  /** Values are shards. */
  readonly trace: Trace;
  readonly recordBytes: number;
}

export interface HistoryOptions extends Pick<RecordingOptions, 'values'> {
  /** Of the datapoints; where it is not known, the widest grid that holds them all. */
  readonly periodSeconds?: number;
}

export function readStreamHistory(text: string, name: string, periodSeconds?: number): Result<StreamHistory> {
  const all = readRecordedSeries(text);
  return all.ok ? historyOf(all.value, name, periodSeconds === undefined ? {} : { periodSeconds }) : all;
}

/** Needs IncomingRecords and IncomingBytes; WriteProvisionedThroughputExceeded is added where there is any. */
export function historyOf(given: readonly Series[], name: string, options: HistoryOptions): Result<StreamHistory> {
  const all = options.values === 'per-second' ? given.map(sumsOf) : given;
  const records = all.filter((series) => isNamed(series, incoming.records));
  const bytes = all.filter((series) => isNamed(series, incoming.bytes));
  if (records.length === 0) return noSeries(all, 'records');
  if (bytes.length === 0) return noSeries(all, 'bytes');
  const rejected = all.filter((series) => isNamed(series, throttledName));
  const metrics = [records, bytes, rejected];
  const faults = [...metrics.flatMap(findSeveral), ...metrics.flatMap(findOtherStatistics)];
  if (faults.length > 0) return fail(faults);
  const recordPoints = collectPoints(records);
  const bytePoints = collectPoints(bytes);
  const throttled = collectPoints(rejected, 0);
  if (!recordPoints.ok) return recordPoints;
  if (!bytePoints.ok) return bytePoints;
  if (!throttled.ok) return throttled;
  // In a minute in which all was rejected, nothing was incoming.
  const times = new Map([...recordPoints.value, ...bytePoints.value, ...throttled.value]);
  const grid = layOut(times, name, options.periodSeconds ?? periodOf([...records, ...bytes]));
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
