/**
 * CSV as a trace: seconds and a value, on any regular grid. The second heading says what the value is: `value` (a rate a second
 * unless the user says otherwise), `records_per_second`, `bytes_per_second`, or `records` and `bytes` for the sum of a step.
 * Reports the first ten faults at once, each with its line.
 */
import { readNumber } from '../core/number-text.ts';
import { type Fault, fail, quote, type Result, succeed } from '../core/result.ts';
import {
  findTooLong,
  type LoadUnit,
  type RecordedLoad,
  type RecordingOptions,
  type Trace,
  type ValueKind,
} from './trace.ts';

const MOST_FAULTS = 10;
/** Of a step: more than any grid has, and fewer than a double keeps of a fraction. */
const SIGNIFICANT_DIGITS = 9;

interface Heading extends RecordingOptions {
  readonly unit?: LoadUnit;
  readonly values?: ValueKind;
}

const headings: Readonly<Record<string, Heading>> = {
  't_seconds,value': {},
  't_seconds,records_per_second': { unit: 'records', values: 'per-second' },
  't_seconds,bytes_per_second': { unit: 'bytes', values: 'per-second' },
  't_seconds,records': { unit: 'records', values: 'sum' },
  't_seconds,bytes': { unit: 'bytes', values: 'sum' },
};

/** A trace with its unit, from what the heading says and, where it says nothing, from the options. */
export function readCsvLoad(text: string, name: string, options: RecordingOptions): Result<RecordedLoad> {
  const trace = parseCsvTrace(text, name);
  if (!trace.ok) return trace;
  const header = headerOf(text);
  const heading = headings[header] ?? {};
  const contradiction = (['unit', 'values'] as const).find(
    (key) => heading[key] !== undefined && options[key] !== undefined && heading[key] !== options[key],
  );
  if (contradiction !== undefined) {
    const problem = `is not --${contradiction} ${options[contradiction]}`;
    return fail([fault('line 1', header, problem, `leave --${contradiction} out`)]);
  }
  const { stepSeconds, values } = trace.value;
  const isSum = (heading.values ?? options.values) === 'sum';
  const rates = isSum ? values.map((value) => value / stepSeconds) : values;
  return succeed({ trace: { ...trace.value, values: rates }, unit: heading.unit ?? options.unit ?? 'records' });
}

function headerOf(text: string): string {
  return text.slice(0, text.indexOf('\n') + 1 || text.length).trim();
}

/** The values as they stand in the file. */
export function parseCsvTrace(text: string, name: string): Result<Trace> {
  const faults: Fault[] = [];
  const lines = text.split('\n');
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  if (lines.length === 0) return fail([fault('line 1', '', 'is missing: the file is empty', 'give a trace')]);
  const header = lines[0]?.trim() ?? '';
  if (headings[header] === undefined) {
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
  const tooLong = findTooLong('t_seconds', grid.stepSeconds * values.length);
  if (tooLong.length > 0) return fail(tooLong);
  return succeed({ name, stepSeconds: grid.stepSeconds, values });
}

/** The times seen so far: the first two fix the step of all. */
class Grid {
  #first = 0;
  #previous: number | undefined;
  #firstStep = 0;
  #steps = 0;

  /** Of all lines, since two neighbouring fractions of a second differ by a rounding from the others. */
  get stepSeconds(): number {
    return Number((((this.#previous ?? 0) - this.#first) / this.#steps).toPrecision(SIGNIFICANT_DIGITS));
  }

  /** What is wrong with the next time, if anything. */
  add(seconds: number): string | undefined {
    const previous = this.#previous;
    this.#previous = seconds;
    if (previous === undefined) {
      this.#first = seconds;
      return undefined;
    }
    const step = seconds - previous;
    if (step <= 0) return `comes ${-step} s before the line above: times must rise`;
    if (this.#firstStep === 0) this.#firstStep = step;
    this.#steps++;
    // Neither time is exact, and neither were those of the first step.
    const rounding = 4 * Number.EPSILON * Math.abs(seconds);
    if (Math.abs(step - this.#firstStep) <= rounding) return undefined;
    const what = step > this.#firstStep ? 'leaves a gap' : 'is off the grid';
    return `${what}: ${step} s after the line above, the grid is ${this.#firstStep} s`;
  }
}

function readLine(line: string, field: string, grid: Grid): number | Fault {
  const [time = '', value = '', ...rest] = line.split(',').map((cell) => cell.trim());
  if (line === '') return fault(field, line, 'is blank', 'remove it, or fill the gap');
  if (rest.length > 0) return fault(field, line, 'has more than two columns', 'give t_seconds,value');
  const seconds = readNumber(time);
  if (seconds === undefined) return fault(field, line, 'has no time', 'give seconds, then the value');
  const misplaced = grid.add(seconds);
  if (misplaced !== undefined)
    return fault(field, line, misplaced, 'give a regular grid, interpolated where it has gaps');
  const rate = readNumber(value);
  if (rate === undefined) return fault(field, line, 'has no number as its value', 'give a number');
  if (rate < 0) return fault(field, line, 'has a negative value', 'a load is zero or more');
  return rate;
}

function fault(field: string, value: string, problem: string, remedy: string): Fault {
  return { field, value: quote(value), problem, remedy };
}
