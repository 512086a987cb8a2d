/** `simulate` as a user runs it: a process, a file, what it prints. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { candidatePolicyNames } from '../../simulator/candidate-policies.ts';
import { runCommand } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'kinesis-autoscaler-simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Two days: a wave with a crowd on the second, in records a second. */
const minutes = 2 * 1440;
const rateAt = (seconds: number) => {
  const crowd = seconds > 130_000 && seconds < 136_000 ? 9_000 : 0;
  return Math.round(2_000 - 1_500 * Math.cos((2 * Math.PI * seconds) / 86_400)) + crowd;
};
const csvOf = (stepSeconds: number) =>
  `t_seconds,value\n${Array.from({ length: (minutes * 60) / stepSeconds }, (_, row) => `${row * stepSeconds},${rateAt(row * stepSeconds)}\n`).join('')}`;
const wave = fileOf('wave.csv', csvOf(60));
const packed = fileOf('packed.csv.gz', gzipSync(csvOf(60)));
const metricData = fileOf(
  'saved.json',
  JSON.stringify({
    MetricDataResults: [
      {
        Id: 'm1',
        Label: 'IncomingRecords',
        Timestamps: Array.from({ length: minutes }, (_, minute) =>
          new Date((28_000_000 + minute) * 60_000).toISOString(),
        ),
        Values: Array.from({ length: minutes }, (_, minute) => rateAt(minute * 60) * 60),
      },
    ],
  }),
);

const simulate = (...words: readonly string[]) => runCommand(['simulate', ...words]);
async function resultOf(...words: readonly string[]) {
  const { stdout, stderr, exitCode } = await simulate(...words, '--format', 'json');
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return JSON.parse(stdout);
}
const policiesOf = ({ results }: { results: readonly { policy: string }[] }) => results.map(({ policy }) => policy);

describe('simulate', () => {
  it('--compare prints every policy as JSON, the same bytes each time', async () => {
    const words = ['--trace', wave, '--peak-shards', '12', '--compare', '--format', 'json'];
    const [once, again] = await Promise.all([simulate(...words), simulate(...words)]);
    expect(once).toMatchObject({ exitCode: 0, stderr: '' });
    expect(again.stdout).toBe(once.stdout);
    const answer = JSON.parse(once.stdout);
    expect(Object.keys(answer)).toEqual(['trace', 'peakShards', 'results', 'optimum']);
    expect(answer).toMatchObject({ trace: 'wave', peakShards: 12 });
    expect(policiesOf(answer)).toEqual(candidatePolicyNames);
    expect(policiesOf(answer)).toEqual(
      expect.arrayContaining([
        ...['doubling', 'reference-code', 'static-peak', 'polling-utility', 'fitted-halving'],
        ...['on-demand', 'on-demand-advantage', 'target', 'adaptive'],
      ]),
    );
    const { lowerBoundShardHours: least, feasibleShardHours: feasible } = answer.optimum;
    expect(feasible).toBeGreaterThanOrEqual(least);
    for (const result of answer.results) {
      const { policy, shardHours, throttledFraction, throttledMinutes, ratioToOptimum } = result;
      const counts = ['throttledMinutes', 'updateShardCountCalls', 'maxCallsIn24h', 'refusals'] as const;
      for (const count of counts) expect(Number.isInteger(result[count]), `${policy}: ${count}`).toBe(true);
      expect(result.dollars / result.dollarRatioToOptimum).toBeCloseTo(
        answer.results[0].dollars / answer.results[0].dollarRatioToOptimum,
        6,
      );
      expect(throttledMinutes > 0, policy).toBe(throttledFraction > 0);
      if (policy.startsWith('on-demand')) expect([shardHours, ratioToOptimum]).toEqual([null, null]);
      else expect(ratioToOptimum).toBeCloseTo(shardHours / least, 9);
    }
  });

  it('prints three policies as a table with throttling beside cost when no option is given', async () => {
    const { stdout, stderr, exitCode } = await simulate('--trace', wave);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toContain('wave, peak 12.5 shards');
    expect(stdout).toMatch(
      /policy .* shard-hours .* \/ optimum .* dollars .* throttled .* calls .* most in 24 h .* refused/,
    );
    expect(stdout).toMatch(/│ adaptive .*\n[^\n]*\n│ target .*\n[^\n]*\n│ doubling .*│ +\d+\.\d{3} % │/);
    expect(stdout).toMatch(/optimum: \d+ shard-hours at least; \d+ by the cheapest schedule found\n/);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^(`\w+` is the cheapest|None throttles) .* dollars a month, .* % of the records throttled; .* than a stream fixed at the 13 shards/,
    );
  });

  it('reads a gzip trace and get-metric-data JSON as the same load', async () => {
    const words = ['--scale', '2', '--policy', 'doubling,static-peak'];
    const [plain, gzip, json] = await Promise.all(
      [wave, packed, metricData].map((trace) => resultOf('--trace', trace, ...words)),
    );
    expect(policiesOf(plain)).toEqual(['doubling', 'static-peak']);
    expect(plain.peakShards).toBeCloseTo(2 * 12.5, 1);
    expect(gzip).toEqual({ ...plain, trace: 'packed' });
    expect(json).toEqual({ ...plain, trace: 'saved' });
  });

  it('--unit changes what the values count, --record-bytes what a record costs', async () => {
    const words = ['--trace', wave, '--policy', 'on-demand'];
    const [records, bytes, large] = await Promise.all([
      resultOf(...words),
      resultOf(...words, '--unit', 'bytes', '--scale', '1000'),
      resultOf(...words, '--record-bytes', '30000'),
    ]);
    expect(bytes.peakShards).toBeCloseTo((records.peakShards * 1_000_000) / 1_048_576, 9);
    // The stream's hours aside, dollars follow the kibibytes of a record: 1 and 30.
    const hours = (minutes / 60) * 0.04;
    expect((large.results[0].dollars - hours) / (records.results[0].dollars - hours)).toBeCloseTo(30, 6);
  });

  it('sizes shards by bytes when large records fill them by bytes first', async () => {
    const words = ['--trace', wave, '--policy', 'static-peak', '--record-bytes', '5000'];
    const { peakShards, results } = await resultOf(...words);
    expect(peakShards).toBeCloseTo((12_500 * 5000) / 1_048_576, 0);
    expect(results[0].shardHours).toBe(Math.ceil(peakShards) * 48);
    const scaled = await resultOf(...words, '--scale', '2');
    expect(scaled.peakShards).toBeCloseTo(2 * peakShards, 9);
  });

  it('--model retry offers rejected records again', async () => {
    const words = ['--trace', wave, '--policy', 'doubling'];
    const [lost, retried] = await Promise.all(['loss', 'retry'].map((model) => resultOf(...words, '--model', model)));
    expect(lost.results[0].throttledFraction).toBeGreaterThan(0);
    expect(retried.results[0].throttledFraction).toBeGreaterThan(lost.results[0].throttledFraction);
  });

  it('--prices, --consumers and --shared-commitment change the dollars', async () => {
    const ships = JSON.parse(readFileSync(new URL('../../core/report/prices/us-east-1.json', import.meta.url), 'utf8'));
    const dear = { ...ships, provisioned: { ...ships.provisioned, shardHour: 1, millionPutUnits: 0 } };
    const words = ['--trace', wave, '--policy', 'static-peak,on-demand,on-demand-advantage'];
    const dollarsOf = async (...more: readonly string[]) =>
      (await resultOf(...words, ...more)).results.map(({ dollars }: { dollars: number }) => dollars);
    const [usual, priced, read, shared] = await Promise.all([
      dollarsOf(),
      dollarsOf('--prices', fileOf('dear.json', JSON.stringify(dear))),
      dollarsOf('--consumers', '3'),
      dollarsOf('--shared-commitment'),
    ]);
    expect(priced).toEqual([13 * 48, usual[1], usual[2]]);
    expect(read[0]).toBe(usual[0]);
    expect(read[1]).toBeGreaterThan(usual[1]);
    expect([shared[0], shared[1]]).toEqual([usual[0], usual[1]]);
    expect(shared[2]).toBeLessThan(usual[2]);
  });

  it('--report writes a self-contained page and a picture, and leaves standard output to JSON', async () => {
    const page = join(folder, 'report.html');
    const words = ['--trace', wave, '--policy', 'target,static-peak', '--format', 'json', '--report', page];
    const { stdout, stderr, exitCode } = await simulate(...words);
    expect(exitCode).toBe(0);
    expect(policiesOf(JSON.parse(stdout))).toEqual(['target', 'static-peak']);
    const picture = join(folder, 'report.png');
    expect(stderr).toBe(`report: ${page}\npicture: ${picture}\n`);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('<svg');
    expect(html).not.toMatch(/<script|<link|src="http/);
    expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG');
  });

  it.each([7, 100])('finds nearly the same peak on a grid of %i s', async (stepSeconds) => {
    const trace = fileOf(`grid-${stepSeconds}.csv`, csvOf(stepSeconds));
    const { peakShards, results } = await resultOf('--trace', trace, '--policy', 'static-peak');
    expect(peakShards).toBeCloseTo(12.5, 1);
    expect(results[0].shardHours).toBeCloseTo(13 * 48, -1);
  });
});

/** The message with which the command refuses its input. */
async function refusalOf(...words: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await simulate(...words);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).not.toContain('    at ');
  return stderr;
}

it('shows on a terminal how far it has come, about how long the rest takes, and clears the line at the end', async () => {
  // A clock that leaps at each look: how fast this machine is decides nothing.
  let nowMs = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    nowMs += 2_000;
    return nowMs;
  });
  onTestFinished(() => clock.mockRestore());
  const lines: string[] = [];
  const words = ['simulate', '--trace', wave, '--policy', 'adaptive', '--peak-shards', '200'];
  const { exitCode, stderr } = await runCommand(words, { redraw: (line) => lines.push(line), columns: 100 });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(lines.at(-1)).toBe('');
  const shares = lines.slice(0, -1).map((line) => Number(/ (\d+) %/.exec(line)?.[1]));
  expect(shares.length).toBeGreaterThan(0);
  expect(shares).toEqual(shares.toSorted((one, other) => one - other));
  expect(lines[0]).toMatch(/^simulating {2}[█░]{20} +\d+ % {2}about \d+ (s|min) left$/);
});

it("--today compares with today's count of shards, and refuses what is neither count nor policy", async () => {
  const { stdout } = await simulate('--trace', wave, '--policy', 'target', '--today', '20');
  expect(stdout).toContain("dollars less than today's 20 shards (0.000 % throttled)");
  const { exitCode, stderr } = await simulate('--trace', wave, '--today', 'tripling');
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining('--today: "tripling" is no count'),
  });
});

describe('simulate refuses a trace that', () => {
  const rows = (...lines: readonly string[]) => ['t_seconds,value', ...lines, ''].join('\n');
  it.each<[string, string, string]>([
    ['has a gap', rows('0,1', '60,1', '180,1'), 'line 4: "180,1" leaves a gap: 120 s after the line above'],
    ['is no number', rows('0,1', '60,NaN', '120,1'), 'line 3: "60,NaN" has no number as its value; give a number'],
    ['is negative', rows('0,1', '60,-1', '120,1'), 'line 3: "60,-1" has a negative value; a load is zero or more'],
    ['is unsorted', rows('0,1', '120,1', '60,1'), 'line 4: "60,1" comes 60 s before the line above: times must rise'],
    ['is empty', '', 'line 1: "" is missing: the file is empty; give a trace'],
    ['is one line', rows('0,1'), 'line 2: "t_seconds,value" is the last: fewer than two values'],
    ['has no header', '0,1\n60,1\n120,1\n', 'line 1: "0,1" is not the header; begin with "t_seconds,value"'],
    [
      'is cut JSON',
      '{"MetricDataResults":[{"Id":"records",\n"Timestamps":',
      'is not JSON; give the output of get-metric-data',
    ],
    [
      'holds another metric',
      '{"MetricDataResults":[{"Id":"a","Timestamps":[],"Values":[]},{"Id":"b","Timestamps":[],"Values":[]}]}',
      'MetricDataResults: "a, b" hold no series of incoming records; query IncomingRecords (Sum)',
    ],
  ])('%s, and names the line and the remedy', async (name, text, message) => {
    expect(await refusalOf('--trace', fileOf(`${name}.csv`, text))).toContain(message);
  });
});

describe('simulate refuses', () => {
  it.each<[string, readonly string[], string]>([
    ['a missing trace', [], '--trace is missing: give a CSV of t_seconds,value'],
    ['a file that does not exist', ['--trace', join(folder, 'missing.csv')], 'give a CSV or JSON file, plain or gzip'],
    [
      'an unknown policy',
      ['--trace', wave, '--policy', 'tripling'],
      `"tripling" is not known; use ${candidatePolicyNames.join(', ')}`,
    ],
    [
      'a policy that is given twice',
      ['--trace', wave, '--policy', 'target,target'],
      '"target" is named twice; name it once',
    ],
    ['an unknown unit', ['--trace', wave, '--unit', 'shards'], 'Allowed choices are records, bytes'],
    ['an unknown model', ['--trace', wave, '--model', 'drop'], 'Allowed choices are loss, retry'],
    ['an unknown format', ['--trace', wave, '--format', 'xml'], 'Allowed choices are table, json'],
    ['a peak of zero', ['--trace', wave, '--peak-shards', '0'], 'Give a number above 0'],
    ['a scale that is not a number', ['--trace', wave, '--scale', 'big'], 'Give a number above 0'],
    [
      'a scale beside a peak',
      ['--trace', wave, '--scale', '2', '--peak-shards', '8'],
      "cannot be used with option '--scale <factor>'",
    ],
    [
      'more shards than a stream can have',
      ['--trace', wave, '--scale', '1000'],
      'shards at its peak: more than the 10000 that a stream can have; give a lower --peak-shards or --scale',
    ],
    [
      'a report that does not end in .html',
      ['--trace', wave, '--report', 'report.pdf'],
      '"report.pdf" does not end in .html',
    ],
    [
      'a report in a folder that does not exist',
      ['--trace', wave, '--report', join(folder, 'missing', 'report.html')],
      'lies in no folder that exists; make it first',
    ],
    [
      'prices that do not exist',
      ['--trace', wave, '--prices', join(folder, 'missing.json')],
      'give a file like core/report/prices/us-east-1.json',
    ],
    ['an unknown option', ['--trace', wave, '--peek-shards', '8'], 'Did you mean --peak-shards?'],
  ])('%s before it computes anything, and names the remedy', async (_what, words, message) => {
    expect(await refusalOf(...words)).toContain(message);
  });
});
