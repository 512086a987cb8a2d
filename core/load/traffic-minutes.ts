/**
 * Turns CloudWatch's sums of a stream, minute by minute, into the load that a policy reads. A missing datapoint is late,
 * or there was nothing to count, and CloudWatch does not say which:
 *
 * - before the first datapoint nothing is known: the history begins with it (at its midnight, and flat until it);
 * - between two datapoints a missing one is 0;
 * - the history ends with the older of the newest records and the newest bytes: one alone would pass for a lighter load;
 * - after the newest datapoint the history stops for as long as datapoints may be late; only then a missing one is 0. An
 *   outage of CloudWatch must not look like a stream that nobody uses.
 */
import { dayMs, minuteMs } from '../time.ts';
import { LoadHistory, offeredShards } from './load-history.ts';
import type { StreamLoadHistory } from './load-policy.ts';

/** Sums of one minute each, from `startMs`, a full minute; NaN where there is no datapoint. All of one length. */
export interface MinuteSums {
  readonly startMs: number;
  readonly records: Float64Array;
  readonly bytes: Float64Array;
  readonly throttledRecords: Float64Array;
}

/** A datapoint arrives within minutes or, in an outage, within the hour. An hour of idle shards costs less than taking away busy ones. */
const latestMinutes = 60;

export function noSums(startMs: number, minutes: number): MinuteSums {
  const empty = () => new Float64Array(minutes).fill(Number.NaN);
  return { startMs, records: empty(), bytes: empty(), throttledRecords: empty() };
}

/** Undefined while there is no datapoint at all: then the load is unknown, which is not 0. */
export function loadHistoryOf(sums: MinuteSums, nowMs: number): StreamLoadHistory | undefined {
  const first = findMinute(sums, 0, 1);
  if (first === undefined) return undefined;
  const newest = newestMinute(sums) ?? first;
  const minutesOver = Math.floor((nowMs - sums.startMs) / minuteMs);
  const end = Math.min(sums.records.length, Math.max(newest + 1, minutesOver - latestMinutes));
  const firstMs = sums.startMs + first * minuteMs;
  const startMs = Math.floor(firstMs / dayMs) * dayMs;
  const unknown = (firstMs - startMs) / minuteMs;
  const load = new LoadHistory(unknown + end - first);
  const throttledBefore = new Float64Array(unknown + end - first + 1);
  const flat = loadAt(sums, first).offered;
  for (let minute = 0; minute < unknown; minute++) load.append(flat);
  for (let minute = first; minute < end; minute++) {
    const { offered, throttled } = loadAt(sums, minute);
    const index = load.length;
    load.append(offered);
    throttledBefore[index + 1] = (throttledBefore[index] as number) + throttled;
  }
  return { startMs, load, throttledBefore };
}

/** In shards. */
function loadAt({ records, bytes, throttledRecords }: MinuteSums, minute: number) {
  const taken = { records: records[minute] || 0, bytes: bytes[minute] || 0, throttledRecords: 0 };
  const offered = offeredShards({ ...taken, throttledRecords: throttledRecords[minute] || 0 }, minuteMs / 1000);
  return { offered, throttled: offered - offeredShards(taken, minuteMs / 1000) };
}

/** The last minute of which both records and bytes are known, as far as the stream has either. */
function newestMinute({ records, bytes }: MinuteSums): number | undefined {
  const ends = [records, bytes]
    .map((values) => values.findLastIndex((value) => !Number.isNaN(value)))
    .filter((index) => index >= 0);
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

function findMinute({ records, bytes, throttledRecords }: MinuteSums, from: number, step: 1 | -1): number | undefined {
  for (let minute = from; minute >= 0 && minute < records.length; minute += step) {
    const isMissing =
      Number.isNaN(records[minute]) && Number.isNaN(bytes[minute]) && Number.isNaN(throttledRecords[minute]);
    if (!isMissing) return minute;
  }
  return undefined;
}

/**
 * The older sums overwritten by the newer ones, from `startMs` on. CloudWatch may complete a minute that it reported
 * before; it never takes one back, so a minute that the newer sums lack keeps its older value.
 */
export function joinSums(older: MinuteSums, newer: MinuteSums, startMs: number): MinuteSums {
  const endMs = Math.max(endOf(older), endOf(newer));
  const joined = noSums(startMs, Math.max(0, (endMs - startMs) / minuteMs));
  for (const metric of ['records', 'bytes', 'throttledRecords'] as const) {
    const into = joined[metric];
    const kept = older[metric].subarray(minutesBetween(older.startMs, startMs));
    into.set(kept, minutesBetween(startMs, older.startMs));
    const news = newer[metric].subarray(minutesBetween(newer.startMs, startMs));
    const at = minutesBetween(startMs, newer.startMs);
    for (const [index, value] of news.entries()) {
      if (!Number.isNaN(value)) into[at + index] = value;
    }
  }
  return joined;
}

/** 0 where the later time is not later. */
function minutesBetween(earlierMs: number, laterMs: number): number {
  return Math.max(0, (laterMs - earlierMs) / minuteMs);
}

function endOf({ startMs, records }: MinuteSums): number {
  return startMs + records.length * minuteMs;
}
