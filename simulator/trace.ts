/**
 * A recorded load: CSV (`t_seconds,value`, gzip or plain, any regular grid) or the JSON that
 * `aws cloudwatch get-metric-data` prints. Whatever is wrong is named with its line, all faults at once (the first ten).
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Fault, fail, quote, type Result, succeed } from '../core/result.ts';
import { readMetricData } from './metric-data.ts';

/** Values are per second: records or bytes, as the reader of the trace decides. */
export interface Trace {
  readonly name: string;
  readonly stepSeconds: number;
  readonly values: Float64Array;
  /** Epoch ms of the first value, where the file knows it. */
  readonly startMs?: number;
}

export type LoadUnit = 'records' | 'bytes';

const GZIP_MAGIC = 0x1f8b;
const MOST_FAULTS = 10;

export function readTraceFile(path: string, unit: LoadUnit = 'records'): Result<Trace> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
    if (bytes.length > 1 && bytes.readUInt16BE(0) === GZIP_MAGIC) bytes = gunzipSync(bytes);
  } catch (error) {
    const problem = `cannot be read (${error instanceof Error ? error.message : String(error)})`;
    return fail([{ field: 'trace', value: path, problem, remedy: 'give a CSV or JSON file, plain or gzip' }]);
  }
  const name = basename(path).replace(/\.(csv|json)?(\.gz)?$/, '');
  const text = bytes.toString('utf8');
  return text.trimStart().startsWith('{') ? readMetricData(text, name, unit) : parseCsvTrace(text, name);
}

export function parseCsvTrace(text: string, name: string): Result<Trace> {
  const faults: Fault[] = [];
  const lines = text.split('\n');
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  if (lines.length === 0) return fail([fault('line 1', '', 'is missing: the file is empty', 'give a trace')]);
  const header = lines[0]?.trim() ?? '';
  if (header !== 't_seconds,value') {
    faults.push(fault('line 1', header, 'is not the header', 'begin with "t_seconds,value"'));
  }
  if (lines.length < 3) {
    faults.push(fault(`line ${lines.length}`, header, 'is the last: fewer than two values', 'give at least two lines'));
    return fail(faults);
  }
  const values = new Float64Array(lines.length - 1);
  const grid = new Grid();
  for (let index = 1; index < lines.length && faults.length < MOST_FAULTS; index++) {
    const line = (lines[index] ?? '').trim();
    const found = readLine(line, `line ${index + 1}`, grid);
    if (typeof found === 'number') values[index - 1] = found;
    else faults.push(found);
  }
  if (faults.length > 0) return fail(faults);
  return succeed({ name, stepSeconds: grid.stepSeconds, values });
}

/** The times seen so far: the first two fix the step of all. */
class Grid {
  #previous: number | undefined;
  stepSeconds = 0;

  /** What is wrong with the next time, if anything. */
  add(seconds: number): string | undefined {
    const previous = this.#previous;
    this.#previous = seconds;
    if (previous === undefined) return undefined;
    const step = seconds - previous;
    if (step <= 0) return `comes ${-step} s before the line above: times must rise`;
    if (this.stepSeconds === 0) this.stepSeconds = step;
    if (step === this.stepSeconds) return undefined;
    const what = step > this.stepSeconds ? 'leaves a gap' : 'is off the grid';
    return `${what}: ${step} s after the line above, the grid is ${this.stepSeconds} s`;
  }
}

function readLine(line: string, field: string, grid: Grid): number | Fault {
  const [time = '', value = '', ...rest] = line.split(',').map((cell) => cell.trim());
  if (line === '') return fault(field, line, 'is blank', 'remove it, or fill the gap');
  if (rest.length > 0) return fault(field, line, 'has more than two columns', 'give t_seconds,value');
  const seconds = Number(time);
  if (time === '' || !Number.isFinite(seconds))
    return fault(field, line, 'has no time', 'give seconds, then the value');
  const misplaced = grid.add(seconds);
  if (misplaced !== undefined)
    return fault(field, line, misplaced, 'give a regular grid, interpolated where it has gaps');
  const rate = Number(value);
  if (value === '' || !Number.isFinite(rate)) return fault(field, line, 'has no number as its value', 'give a number');
  if (rate < 0) return fault(field, line, 'has a negative value', 'a load is zero or more');
  return rate;
}

function fault(field: string, value: string, problem: string, remedy: string): Fault {
  return { field, value: quote(value), problem, remedy };
}
