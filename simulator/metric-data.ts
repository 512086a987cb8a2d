/**
 * The JSON of `aws cloudwatch get-metric-data` as a trace. Metrics are recognised by Id or Label: the incoming metric of the
 * wanted unit (Sum), and WriteProvisionedThroughputExceeded, which is added because rejected records are load too.
 * CloudWatch has no datapoint where there was no traffic, so a missing one is zero. A long answer holds each series several
 * times, once a page.
 */
import { offeredShards } from '../core/load/load-history.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import {
  collectPoints,
  findNameless,
  findSeveral,
  incoming,
  isNamed,
  layOut,
  noSeries,
  parseMetricData,
  throttledName,
} from './metric-series.ts';
import type { LoadUnit, Trace } from './trace.ts';

export function readMetricData(text: string, name: string, unit: LoadUnit): Result<Trace> {
  const parsed = parseMetricData(text);
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
  const parsed = parseMetricData(text);
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
