/**
 * Reads a recorded load from files, gzip or plain: a CSV of `t_seconds,value`, or what AWS hands out. The contents decide which
 * it is, not the name.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Fault, fail, quote, type Result, succeed } from '../core/result.ts';
import { readCsvLoad } from './csv-trace.ts';
import { historyOf, type StreamHistory, traceOf } from './metric-data.ts';
import type { Series } from './metric-series.ts';
import { isRecordedSeries, readRecordedSeries } from './recorded-series.ts';
import type { LoadUnit, RecordedLoad, RecordingOptions, Trace } from './trace.ts';

const GZIP_MAGIC = 0x1f8b;
const BYTE_ORDER_MARK = '\ufeff';

/** One file, or several of AWS's that hold the metrics of one stream. Named after the first. */
export function readRecordedLoad(paths: readonly string[], options: RecordingOptions): Result<RecordedLoad> {
  const texts = readTexts(paths);
  if (!texts.ok) return texts;
  const [path = ''] = paths;
  const [text = ''] = texts.value;
  if (paths.length === 1 && !isRecordedSeries(text)) return readCsvLoad(text, nameOf(path), options);
  const series = readSeriesOf(paths, texts.value);
  return series.ok ? traceOf(series.value, nameOf(path), options) : series;
}

/** The same as a stream's history, for which records and bytes are needed. */
export function readRecordedHistory(
  paths: readonly string[],
  name: string,
  options: Pick<RecordingOptions, 'values'>,
): Result<StreamHistory> {
  const texts = readTexts(paths);
  if (!texts.ok) return texts;
  const series = readSeriesOf(paths, texts.value);
  return series.ok ? historyOf(series.value, name, options) : series;
}

export function readTraceFile(path: string, unit: LoadUnit = 'records'): Result<Trace> {
  const load = readRecordedLoad([path], { unit });
  return load.ok ? succeed(load.value.trace) : load;
}

/** A file's name without its endings. */
export function nameOf(path: string): string {
  return basename(path).replace(/\.(csv|json)?(\.gz)?$/, '');
}

function readTexts(paths: readonly string[]): Result<readonly string[]> {
  const texts: string[] = [];
  const faults: Fault[] = [];
  for (const path of paths) {
    try {
      texts.push(readTraceText(path));
    } catch (error) {
      const problem = `cannot be read (${error instanceof Error ? error.message : String(error)})`;
      faults.push({ field: 'trace', value: path, problem, remedy: 'give a CSV or JSON file, plain or gzip' });
    }
  }
  return faults.length > 0 ? fail(faults) : succeed(texts);
}

function readSeriesOf(paths: readonly string[], texts: readonly string[]): Result<readonly Series[]> {
  const answers = texts.map((text, index): Result<readonly Series[]> => {
    if (isRecordedSeries(text)) return readRecordedSeries(text);
    const problem = 'is no file of CloudWatch';
    const remedy = 'give the JSON of get-metric-data or get-metric-statistics, or a CSV of the console';
    return fail([{ field: 'trace', value: quote(paths[index]), problem, remedy }]);
  });
  const faults = answers.flatMap((answer) => (answer.ok ? [] : answer.faults));
  return faults.length > 0 ? fail(faults) : succeed(answers.flatMap((answer) => (answer.ok ? answer.value : [])));
}

/** The text of a file, gzip or plain, without a byte order mark. Throws what the file system and gzip throw. */
function readTraceText(path: string): string {
  const bytes = readFileSync(path);
  const isGzip = bytes.length > 1 && bytes.readUInt16BE(0) === GZIP_MAGIC;
  const text = (isGzip ? gunzipSync(bytes) : bytes).toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
