import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCsvTrace } from '../../simulator/csv-trace.ts';
import { toLoad } from '../../simulator/load.ts';
import { readMetricData, readStreamHistory } from '../../simulator/metric-data.ts';
import { readTraceFile } from '../../simulator/trace-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'trace-'));
afterAll(() => rmSync(directory, { recursive: true }));

const good = 't_seconds,value\n0,10\n60,20\n120,30\n';

describe('a CSV trace', () => {
  it('a CSV trace is read plain and gzip', () => {
    const [plain, packed] = [join(directory, 'a.csv'), join(directory, 'b.csv.gz')];
    writeFileSync(plain, good);
    writeFileSync(packed, gzipSync(good));
    for (const [file, name] of [
      [plain, 'a'],
      [packed, 'b'],
    ] as const) {
      const trace = readTraceFile(file);
      expect(trace).toEqual({ ok: true, value: { name, stepSeconds: 60, values: Float64Array.of(10, 20, 30) } });
    }
  });

  it('a CSV trace on a grid of fractions of a second is read despite rounding', () => {
    for (const start of [0, 1_700_000_000]) {
      const lines = Array.from({ length: 1200 }, (_, row) => `${start + row * 0.1},${row < 600 ? 1 : 3}`);
      const trace = parseCsvTrace(['t_seconds,value', ...lines].join('\n'), 'fine');
      if (!trace.ok) throw new Error(JSON.stringify(trace.faults));
      expect(trace.value.stepSeconds).toBe(0.1);
      const load = toLoad(trace.value, 'records', { kind: 'factor', factor: 1000 });
      expect(load.ok && [...load.value].map((value) => Number(value.toFixed(9)))).toEqual([1, 3]);
    }
  });

  it('a CSV trace that spans too many days is refused before memory is allocated', () => {
    const trace = parseCsvTrace('t_seconds,value\n0,1\n1e12,2\n', 'ages');
    expect(!trace.ok && trace.faults.map(({ field, remedy }) => [field, remedy])).toEqual([
      ['t_seconds', 'check the first and the last time'],
    ]);
  });

  it.each([
    ['empty', '', 'line 1'],
    ['one line', 't_seconds,value\n0,10\n', 'line 2'],
    ['no header', '0,10\n60,20\n120,30\n', 'line 1'],
    ['a gap', 't_seconds,value\n0,1\n60,1\n300,1\n', 'line 4'],
    ['unsorted', 't_seconds,value\n0,1\n60,1\n30,1\n', 'line 4'],
    ['twice the same time', 't_seconds,value\n0,1\n60,1\n60,1\n', 'line 4'],
    ['not a number', 't_seconds,value\n0,1\n60,NaN\n120,1\n', 'line 3'],
    ['no value', 't_seconds,value\n0,1\n60,\n120,1\n', 'line 3'],
    ['infinite', 't_seconds,value\n0,1\n60,Infinity\n120,1\n', 'line 3'],
    ['negative', 't_seconds,value\n0,1\n60,-2\n120,1\n', 'line 3'],
    ['a blank line', 't_seconds,value\n0,1\n\n120,1\n', 'line 3'],
    ['a third column', 't_seconds,value\n0,1\n60,1,9\n120,1\n', 'line 3'],
  ])('a bad CSV trace is refused with its line: %s', (_why, text, line) => {
    const trace = parseCsvTrace(text, 'bad');
    expect(trace.ok).toBe(false);
    if (!trace.ok) expect(trace.faults[0]?.field).toBe(line);
  });

  it('a bad CSV trace reports all faults at once', () => {
    const trace = parseCsvTrace('t_seconds,value\n0,x\n60,-1\n120,1\n', 'bad');
    expect(!trace.ok && trace.faults.map(({ field }) => field)).toEqual(['line 2', 'line 3']);
  });

  it('an unreadable trace file is a fault, not an exception', () => {
    expect(readTraceFile(join(directory, 'nowhere.csv')).ok).toBe(false);
  });
});

describe('get-metric-data', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 2, 1) + minute * 60_000).toISOString();
  const series = (Id: string, Label: string, minutes: readonly number[], Values: readonly number[]) => ({
    Id,
    Label,
    Timestamps: minutes.map(at),
    Values,
  });

  it('get-metric-data is read newest first, with zero for missing minutes and rejected records as load', () => {
    const text = JSON.stringify({
      MetricDataResults: [
        series('m2', 'IncomingRecords', [4, 1, 0], [240, 120, 60]),
        series('m9', 'WriteProvisionedThroughputExceeded', [1], [60]),
      ],
    });
    const trace = readMetricData(text, 'orders', 'records');
    expect(trace.ok && [...trace.value.values]).toEqual([1, 3, 0, 0, 4]);
    expect(trace.ok && trace.value.startMs).toBe(Date.UTC(2026, 2, 1));
  });

  it('get-metric-data takes the period that divides every gap, since idle minutes are missing', () => {
    const text = JSON.stringify({ MetricDataResults: [series('records', '', [0, 2, 5, 15], [60, 60, 60, 60])] });
    const trace = readMetricData(text, 'sparse', 'records');
    expect(trace.ok && [trace.value.stepSeconds, trace.value.values.length]).toEqual([60, 16]);
  });

  it('a stream’s history is laid out by the period that is given', () => {
    const text = JSON.stringify({
      MetricDataResults: [series('records', '', [0, 10], [600, 600]), series('bytes', '', [0, 10], [600, 600])],
    });
    const history = readStreamHistory(text, 'hourly', 60);
    expect(history.ok && [history.value.trace.stepSeconds, history.value.trace.values.length]).toEqual([60, 11]);
  });

  it('a stream’s history counts a minute in which every record was rejected', () => {
    const text = JSON.stringify({
      MetricDataResults: [
        series('records', '', [1, 2], [60_000, 60_000]),
        series('bytes', '', [1, 2], [60_000, 60_000]),
        series('throttled', '', [0, 4], [120_000, 60_000]),
      ],
    });
    const history = readStreamHistory(text, 'full');
    expect(history.ok && [...history.value.trace.values]).toEqual([2, 1, 1, 0, 1]);
  });

  it('a stream’s history is in shards, with the mean size of its records', () => {
    const text = JSON.stringify({
      MetricDataResults: [
        series('records', '', [0, 1], [60_000, 60_000]),
        series('bytes', '', [0, 1], [(60_000 * 2_097_152) / 1000, 60_000 * 100]),
        series('throttled', '', [1], [30_000]),
      ],
    });
    const history = readStreamHistory(text, 'orders');
    expect(history.ok && [...history.value.trace.values]).toEqual([2, 1.5]);
    expect(history.ok && history.value.recordBytes).toBeCloseTo((2_097.152 + 100) / 2, 3);
  });

  it('get-metric-data of several pages includes every page', () => {
    const pages = [
      series('r', 'IncomingRecords', [0, 1], [60, 120]),
      series('b', 'IncomingBytes', [0, 1], [60, 60]),
      series('r', 'IncomingRecords', [2, 3], [180, 240]),
      series('b', 'IncomingBytes', [2, 3], [60, 60]),
    ];
    const trace = readMetricData(JSON.stringify({ MetricDataResults: pages }), 'orders', 'records');
    expect(trace.ok && [...trace.value.values]).toEqual([1, 2, 3, 4]);
  });

  it('get-metric-data of two streams is refused', () => {
    const text = JSON.stringify({
      MetricDataResults: [
        series('r1', 'orders IncomingRecords', [0, 1], [60, 60]),
        series('r2', 'clicks IncomingRecords', [0, 1], [60, 60]),
        series('b', 'IncomingBytes', [0, 1], [60, 60]),
      ],
    });
    for (const read of [readMetricData(text, 'both', 'records'), readStreamHistory(text, 'both')]) {
      expect(!read.ok && read.faults).toMatchObject([{ value: '"r1, r2"', remedy: 'give those of one stream' }]);
    }
  });

  it('a single series is read whatever its name, unless it names another metric', () => {
    const read = (Label: string) =>
      readMetricData(JSON.stringify({ MetricDataResults: [series('q', Label, [0, 1], [60, 60])] }), 'one', 'records');
    expect(read('orders').ok).toBe(true);
    for (const other of ['IncomingBytes', 'WriteProvisionedThroughputExceeded']) expect(read(other).ok).toBe(false);
  });

  it('get-metric-data with a stray time is refused before memory is allocated', () => {
    const stray = { ...series('records', '', [0, 1], [60, 60]), Timestamps: ['0001-01-01T00:00:00Z', at(0)] };
    const bytes = series('bytes', '', [0, 1], [60, 60]);
    const text = JSON.stringify({ MetricDataResults: [stray, bytes] });
    for (const read of [readMetricData(text, 'stray', 'records'), readStreamHistory(text, 'stray', 60)]) {
      expect(!read.ok && read.faults[0]?.problem).toBe('are more than the 1098 that can be replayed');
    }
  });

  it('a trace file may begin with a byte order mark', () => {
    const file = join(directory, 'marked.json');
    const results = { MetricDataResults: [series('records', '', [0, 1], [60, 120])] };
    writeFileSync(file, `\ufeff${JSON.stringify(results)}`);
    const trace = readTraceFile(file);
    expect(trace.ok && [...trace.value.values]).toEqual([1, 2]);
  });

  it.each([
    ['not JSON', '{'],
    ['no series', JSON.stringify({ MetricDataResults: [] })],
    [
      'another metric',
      JSON.stringify({ MetricDataResults: [series('a', 'x', [0, 1], [1, 1]), series('b', 'y', [0], [1])] }),
    ],
    ['a value too few', JSON.stringify({ MetricDataResults: [series('records', '', [0, 1], [1])] })],
    ['negative', JSON.stringify({ MetricDataResults: [series('records', '', [0, 1], [1, -1])] })],
    ['off the grid', JSON.stringify({ MetricDataResults: [series('records', '', [0, 2, 3, 5.5], [1, 1, 1, 1])] })],
  ])('bad get-metric-data is refused: %s', (_why, text) => {
    expect(readMetricData(text, 'bad', 'records').ok).toBe(false);
  });
});

describe('a load', () => {
  const trace = (stepSeconds: number, values: readonly number[]) => ({
    name: 't',
    stepSeconds,
    values: Float64Array.from(values),
  });

  it('a load is scaled to its peak, or by a factor of records or bytes', () => {
    const peak = toLoad(trace(60, [1, 4]), 'records', { kind: 'peak', peakShards: 8 });
    expect(peak.ok && [...peak.value]).toEqual([2, 8]);
    const records = toLoad(trace(60, [1000, 2500]), 'records', { kind: 'factor', factor: 2 });
    expect(records.ok && [...records.value]).toEqual([2, 5]);
    const bytes = toLoad(trace(60, [1_048_576, 0]), 'bytes', { kind: 'factor', factor: 1 });
    expect(bytes.ok && [...bytes.value]).toEqual([1, 0]);
  });

  it('a load is interpolated on a coarse grid and averaged on a fine one', () => {
    const coarse = toLoad(trace(120, [0, 4]), 'records', { kind: 'peak', peakShards: 4 });
    expect(coarse.ok && [...coarse.value]).toEqual([0, 2, 4, 4]);
    const fine = toLoad(trace(30, [1, 3, 5, 7]), 'records', { kind: 'factor', factor: 1000 });
    expect(fine.ok && [...fine.value]).toEqual([2, 6]);
  });

  it('a load on a grid that does not meet the minute weights each value by its time in the minute', () => {
    const fine = toLoad(trace(40, [3, 6, 9]), 'records', { kind: 'factor', factor: 1000 });
    expect(fine.ok && [...fine.value].map((value) => Number(value.toFixed(9)))).toEqual([4, 8]);
    const coarse = toLoad(trace(90, [0, 3]), 'records', { kind: 'factor', factor: 1000 });
    expect(coarse.ok && [...coarse.value].map((value) => Number(value.toFixed(9)))).toEqual([0, 2, 3]);
  });

  it('a load that is zero, or beyond the largest stream, is refused', () => {
    expect(toLoad(trace(60, [0, 0]), 'records', { kind: 'peak', peakShards: 8 }).ok).toBe(false);
    expect(toLoad(trace(60, [1, 3]), 'records', { kind: 'peak', peakShards: 10_000 }).ok).toBe(true);
    expect(toLoad(trace(60, [1, 3]), 'records', { kind: 'peak', peakShards: 10_001 }).ok).toBe(false);
  });
});
