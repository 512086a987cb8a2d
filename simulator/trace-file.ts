/**
 * Reads a recorded load from a file, gzip or plain: CSV, or the JSON that `aws cloudwatch get-metric-data` prints. The
 * contents decide which it is, not the name.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { fail, type Result } from '../core/result.ts';
import { parseCsvTrace } from './csv-trace.ts';
import { readMetricData } from './metric-data.ts';
import type { LoadUnit, Trace } from './trace.ts';

const GZIP_MAGIC = 0x1f8b;
const BYTE_ORDER_MARK = '\ufeff';

export function readTraceFile(path: string, unit: LoadUnit = 'records'): Result<Trace> {
  let text: string;
  try {
    text = readTraceText(path);
  } catch (error) {
    const problem = `cannot be read (${error instanceof Error ? error.message : String(error)})`;
    return fail([{ field: 'trace', value: path, problem, remedy: 'give a CSV or JSON file, plain or gzip' }]);
  }
  const name = basename(path).replace(/\.(csv|json)?(\.gz)?$/, '');
  return text.trimStart().startsWith('{') ? readMetricData(text, name, unit) : parseCsvTrace(text, name);
}

/** The text of a file, gzip or plain, without a byte order mark. Throws what the file system and gzip throw. */
export function readTraceText(path: string): string {
  const bytes = readFileSync(path);
  const isGzip = bytes.length > 1 && bytes.readUInt16BE(0) === GZIP_MAGIC;
  const text = (isGzip ? gunzipSync(bytes) : bytes).toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
