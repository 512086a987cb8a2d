/**
 * The CSV that the CloudWatch console downloads ("Download as .csv"): a column a metric; lines of Id, StatusCode, Messages, Full
 * label and Label; then a line for each time. The full label ends with statistic and period:
 * `eu-west-1:AWS/Kinesis StreamName:orders IncomingRecords Sum 60`.
 */
import { type Fault, fail, quote, type Result, succeed } from '../core/result.ts';
import type { Series } from './metric-series.ts';

/** A time of the console, in UTC unless the console was set to local time. */
const time = /^(\d{4})[/-](\d{2})[/-](\d{2})[ T](\d{2}):(\d{2}):(\d{2})(\.000)?Z?$/;
const headings = ['id', 'statuscode', 'messages', 'full label', 'label'];
const mostFaults = 10;

export function isConsoleCsv(text: string): boolean {
  const [heading = ''] = cellsOf(text.slice(0, text.indexOf('\n') + 1 || text.length).trim());
  return headings.includes(heading.toLowerCase());
}

export function parseConsoleCsv(text: string): Result<readonly Series[]> {
  const lines = text.split('\n').map((line) => line.trim());
  const begin = lines.findIndex((line) => time.test(cellsOf(line)[0] ?? ''));
  if (begin < 0) {
    const problem = 'has no line that begins with a time such as 2026/11/27 08:00:00';
    return fail([{ field: 'trace', value: quote(lines[0]), problem, remedy: 'give the file as the console saved it' }]);
  }
  const heads = new Map(
    lines.slice(0, begin).map((line) => [cellsOf(line)[0]?.toLowerCase() ?? '', cellsOf(line).slice(1)]),
  );
  const rows = lines.slice(begin).map((line, index) => ({ line: begin + index + 1, cells: cellsOf(line) }));
  const faults = rows.flatMap(({ line, cells }) => findFaults(line, cells)).slice(0, mostFaults);
  if (faults.length > 0) return fail(faults);
  const columns = Math.max(...rows.map(({ cells }) => cells.length)) - 1;
  return succeed(Array.from({ length: columns }, (_, column) => seriesOf(column, heads, rows)));
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

function seriesOf(column: number, heads: ReadonlyMap<string, readonly string[]>, rows: readonly Row[]): Series {
  const head = (name: string) => heads.get(name)?.[column] ?? '';
  const [, statistic, period] = / (\S+) (\d+)$/.exec(head('full label')) ?? [];
  // A time without a value: another metric has one.
  const filled = rows.filter(({ cells }) => (cells[column + 1] ?? '') !== '');
  return {
    from: 'Full label',
    Id: head('id') || `column ${column + 2}`,
    // The label is a user's; the full label holds the metric's own name.
    Label: head('full label') || head('label'),
    Timestamps: filled.map(({ cells: [at = ''] }) => isoTime(at)),
    Values: filled.map(({ cells }) => Number(cells[column + 1])),
    ...(statistic === undefined ? {} : { statistic, periodSeconds: Number(period) }),
  };
}

function isoTime(text: string): string {
  const [, year, month, day, hour, minute, second] = time.exec(text) ?? [];
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

function findFaults(line: number, cells: readonly string[]): readonly Fault[] {
  const [at = '', ...values] = cells;
  if (at === '' && values.length === 0) return [];
  const field = `line ${line}`;
  if (!time.test(at)) {
    return [{ field, value: quote(at), problem: 'is not a time', remedy: 'give the file as the console saved it' }];
  }
  const wrong = values.find((value) => value !== '' && !Number.isFinite(Number(value)));
  if (wrong === undefined) return [];
  return [{ field, value: quote(wrong), problem: 'is not a number', remedy: 'give the file as the console saved it' }];
}

/** Cells may be quoted, and then hold commas and doubled quotes. */
function cellsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '').trim() : quoted.replaceAll('""', '"'),
  );
}
