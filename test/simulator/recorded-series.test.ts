/** The files that AWS hands out, each as the same load. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readRecordedHistory, readRecordedLoad } from '../../simulator/trace-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'recorded-'));
afterAll(() => rmSync(folder, { recursive: true }));

function save(name: string, content: string | object): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const startMs = Date.UTC(2026, 10, 27, 8);
const periodSeconds = 300;
const at = (period: number) => new Date(startMs + period * periodSeconds * 1000).toISOString();
const onConsole = (period: number) => at(period).slice(0, 19).replaceAll('-', '/').replace('T', ' ');
/** Sums of five minutes: 2, none, 4 and 1 shards' worth of records, and a fifth rejected on top of the third. */
const records = new Map([0, 2, 3].map((period) => [period, [600_000, 0, 1_200_000, 300_000][period] ?? 0]));
const bytes = new Map([0, 2, 3].map((period) => [period, (records.get(period) ?? 0) * 100]));
const rejected = new Map([[2, 300_000]]);
const metrics = { IncomingRecords: records, IncomingBytes: bytes, WriteProvisionedThroughputExceeded: rejected };

const metricData = {
  MetricDataResults: Object.entries(metrics).map(([Label, sums], index) => ({
    Id: `m${index}`,
    Label,
    Timestamps: [...sums.keys()].map(at),
    Values: [...sums.values()],
    StatusCode: 'Complete',
  })),
};
/** Newest first: CloudWatch gives no order. */
const metricStatistics = (Label: keyof typeof metrics, statistics: readonly string[] = ['Sum']) => ({
  Label,
  Datapoints: [...metrics[Label]].toReversed().map(([period, sum]) => ({
    Timestamp: at(period).replace('.000Z', '+00:00'),
    ...Object.fromEntries(statistics.map((name) => [name, sum])),
    Unit: Label === 'IncomingBytes' ? 'Bytes' : 'Count',
  })),
});
/** As the console saves it: a column a metric, and an empty cell where it has no datapoint. */
function consoleCsv(statistic = 'Sum'): string {
  const names = Object.keys(metrics) as (keyof typeof metrics)[];
  const full = names.map((name) => `"eu-west-1:AWS/Kinesis StreamName:orders ${name} ${statistic} ${periodSeconds}"`);
  const rows = [0, 2, 3].map((period) => [onConsole(period), ...names.map((name) => metrics[name].get(period) ?? '')]);
  const heads = [
    ['Id', 'm1', 'm2', 'm3'],
    ['StatusCode', 'Complete', 'Complete', 'Complete'],
    ['Messages', '', '', ''],
    ['Full label', ...full],
    ['Label', ...names],
  ];
  return `${[...heads, ...rows].map((cells) => cells.join(',')).join('\n')}\n`;
}

const files = {
  'get-metric-data': [save('data.json', metricData)],
  'get-metric-statistics, a file a metric': (Object.keys(metrics) as (keyof typeof metrics)[]).map((name) =>
    save(`${name}.json`, metricStatistics(name)),
  ),
  'the CSV of the console': [save('console.csv', consoleCsv())],
  'the CSV of the console with the line ends of Windows': [save('crlf.csv', consoleCsv().replaceAll('\n', '\r\n'))],
};

describe.each(Object.entries(files))('%s', (_kind, paths) => {
  it('is read as records a second, rejected ones included, with zero where nothing came', () => {
    const load = readRecordedLoad(paths, {});
    expect(load).toMatchObject({ ok: true, value: { unit: 'records', trace: { stepSeconds: 300, startMs } } });
    expect(load.ok && [...load.value.trace.values]).toEqual([2_000, 0, 5_000, 1_000]);
  });

  it('is read as bytes a second when bytes are wanted', () => {
    const load = readRecordedLoad(paths, { unit: 'bytes' });
    expect(load.ok && [...load.value.trace.values]).toEqual([200_000, 0, 400_000, 100_000]);
  });

  it('is read as the history of a stream, in shards', () => {
    const history = readRecordedHistory(paths, 'orders', {});
    expect(history.ok && [...history.value.trace.values]).toEqual([2, 0, 5, 1]);
    expect(history.ok && history.value.recordBytes).toBe(100);
  });
});

it('files of one metric may overlap where they agree, as those of single days do', () => {
  const days = ['monday', 'tuesday'].map((day, index) => {
    const { Label, Datapoints } = metricStatistics('IncomingRecords');
    return save(`${day}.json`, { Label, Datapoints: Datapoints.slice(index, index + 2) });
  });
  const load = readRecordedLoad(days, {});
  expect(load.ok && [...load.value.trace.values]).toEqual([2_000, 0, 4_000, 1_000]);
});

it('a file that is packed is read whatever its name', () => {
  const path = join(folder, 'packed.csv');
  writeFileSync(path, gzipSync(consoleCsv()));
  expect(readRecordedLoad([path], {}).ok).toBe(true);
});

describe('what a file does not say is asked for', () => {
  const nameless = (Values: readonly number[]) =>
    save('nameless.json', { MetricDataResults: [{ Id: 'q1', Label: 'orders', Timestamps: [at(0), at(1)], Values }] });

  it('the unit of a series without the name of its metric', () => {
    const path = nameless([600_000, 300_000]);
    const asked = readRecordedLoad([path], {});
    expect(!asked.ok && asked.faults).toMatchObject([
      { value: '"orders"', remedy: 'give --unit records or --unit bytes' },
    ]);
    const told = readRecordedLoad([path], { unit: 'bytes' });
    expect(told.ok && [...told.value.trace.values]).toEqual([2_000, 1_000]);
  });

  it('the kind of values with fractions, which are no sums of records', () => {
    const path = nameless([2_000.5, 1_000]);
    const asked = readRecordedLoad([path], { unit: 'records' });
    expect(!asked.ok && asked.faults[0]?.remedy).toContain('--values per-second');
    const told = readRecordedLoad([path], { unit: 'records', values: 'per-second' });
    expect(told.ok && [...told.value.trace.values]).toEqual([2_000.5, 1_000]);
  });
});

describe('a CSV of seconds and values', () => {
  const rows = '0,300000\n300,600000\n600,0\n';
  it.each<[string, object, readonly number[], string]>([
    ['t_seconds,value', {}, [300_000, 600_000, 0], 'records'],
    ['t_seconds,value', { values: 'sum', unit: 'bytes' }, [1_000, 2_000, 0], 'bytes'],
    ['t_seconds,records', {}, [1_000, 2_000, 0], 'records'],
    ['t_seconds,bytes', {}, [1_000, 2_000, 0], 'bytes'],
    ['t_seconds,bytes_per_second', {}, [300_000, 600_000, 0], 'bytes'],
  ])('headed %s, with %j, is read as rates a second', (heading, options, values, unit) => {
    const load = readRecordedLoad([save('rates.csv', `${heading}\n${rows}`)], options);
    expect(load.ok && [...load.value.trace.values]).toEqual(values);
    expect(load.ok && load.value.unit).toBe(unit);
  });

  it('is refused where the options contradict its heading', () => {
    const load = readRecordedLoad([save('rates.csv', `t_seconds,records\n${rows}`)], { unit: 'bytes' });
    expect(!load.ok && load.faults).toMatchObject([{ field: 'line 1', remedy: 'leave --unit out' }]);
  });
});

describe('refused', () => {
  it.each<[string, string, string]>([
    [
      'get-metric-statistics without the sum',
      save('average.json', metricStatistics('IncomingRecords', ['Average'])),
      'Datapoints: "Average" have no Sum; ask again with --statistics Sum',
    ],
    [
      'a console CSV of averages',
      save('average.csv', consoleCsv('Average')),
      '"Average" is not the sum of its period; choose the statistic Sum',
    ],
    [
      'a console CSV with a word for a value',
      save('words.csv', consoleCsv().replace('1200000', 'many')),
      'line 7: "many" is not a number; give the file as the console saved it',
    ],
    [
      'a console CSV without datapoints',
      save('empty.csv', consoleCsv().split('\n').slice(0, 5).join('\n')),
      'has no line that begins with a time',
    ],
    [
      'the same time with two values',
      save('twice.csv', consoleCsv().replace(onConsole(3), onConsole(2))),
      'is there twice, with 1200000 and 300000',
    ],
  ])('%s, with the remedy', (_what, path, message) => {
    const load = readRecordedLoad([path], {});
    const faults = load.ok ? [] : load.faults;
    const lines = faults.map(({ field, value, problem, remedy }) => `${field}: ${value} ${problem}; ${remedy}`);
    expect(lines.join('\n')).toContain(message);
  });

  it('a CSV of seconds among the files of CloudWatch', () => {
    const own = save('own.csv', 't_seconds,value\n0,1\n60,2\n');
    const load = readRecordedLoad([...files['get-metric-data'], own], {});
    expect(!load.ok && load.faults).toMatchObject([{ value: `"${own}"`, problem: 'is no file of CloudWatch' }]);
  });
});
