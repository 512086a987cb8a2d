/** `backtest` over the wire, against local AWS whose CloudWatch holds days of a stream's traffic. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { candidatePolicyNames } from '../../simulator/candidate-policies.ts';
import { RealClock } from '../../simulator/models/clock.ts';
import { runCommand } from './command.ts';

const minuteMs = 60_000;
const dayMinutes = 1440;
const recordBytes = 700;
/** So few that every answer has many pages; AWS's are 100,800. */
const datapointsPerPage = 4_000;
const metricNames = ['IncomingRecords', 'IncomingBytes', 'WriteProvisionedThroughputExceeded'] as const;
type Datapoints = Readonly<Record<(typeof metricNames)[number], ReadonlyMap<number, number>>>;

let aws: LocalAws;
let environment: Readonly<Record<string, string>>;
const folder = mkdtempSync(join(tmpdir(), 'kinesis-autoscaler-backtest-'));
/** A minute that lies far enough back to be whole, on the grid of 5 minutes. */
const endMinute = Math.floor(Date.now() / minuteMs / 5) * 5 - 10;
const fiveDays = trafficOf(5);
const twentyDays = trafficOf(20);

beforeAll(async () => {
  const clock = new RealClock();
  const cloudWatchFacts = { maxDatapointsPerGetMetricData: datapointsPerPage };
  aws = await startLocalAws({ clock, streams: 'no-records', cloudWatchFacts });
  put('orders', fiveDays);
  put('clicks', twentyDays);
  environment = {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: aws.account.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
});
afterAll(async () => {
  await aws.stop();
  rmSync(folder, { recursive: true });
});

/** A wave that outgrows its shards on some days; at night nothing comes for hours, and so there is no datapoint. */
function trafficOf(days: number): Datapoints {
  const traffic = {
    IncomingRecords: new Map<number, number>(),
    IncomingBytes: new Map<number, number>(),
    WriteProvisionedThroughputExceeded: new Map<number, number>(),
  };
  for (let minute = endMinute - days * dayMinutes; minute < endMinute; minute += 1) {
    const height = 3 - 3.5 * Math.cos((2 * Math.PI * minute) / dayMinutes) + (minute % 5 === 0 ? 0.4 : 0);
    if (height <= 0) continue;
    const offered = Math.round(height * 60_000);
    const accepted = Math.min(offered, 6 * 60_000);
    traffic.IncomingRecords.set(minute, accepted);
    traffic.IncomingBytes.set(minute, accepted * recordBytes);
    if (offered > accepted) traffic.WriteProvisionedThroughputExceeded.set(minute, offered - accepted);
  }
  return traffic;
}

function put(streamName: string, traffic: Datapoints): void {
  const { metrics } = aws.cloudwatch;
  const dimensions = [{ name: 'StreamName', value: streamName }];
  for (const metricName of metricNames) {
    const series = metrics.series({ namespace: 'AWS/Kinesis', metricName, dimensions });
    for (const [minute, value] of traffic[metricName]) metrics.putValue(series, minute, value, aws.clock.nowMs());
  }
}

/** As `aws cloudwatch get-metric-data` prints it: newest first. */
function save(name: string, traffic: Datapoints, periodMinutes: number): string {
  const results = metricNames.map((Label, index) => {
    const sums = new Map<number, number>();
    for (const [minute, value] of traffic[Label]) {
      const period = Math.floor(minute / periodMinutes) * periodMinutes;
      sums.set(period, (sums.get(period) ?? 0) + value);
    }
    const newestFirst = [...sums].toSorted(([one], [other]) => other - one);
    const Timestamps = newestFirst.map(([at]) => new Date(at * minuteMs).toISOString().replace('.000Z', '+00:00'));
    return { Id: `q${index}`, Label, Timestamps, Values: newestFirst.map(([, sum]) => sum), StatusCode: 'Complete' };
  });
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ MetricDataResults: results, Messages: [] }, undefined, 4));
  return path;
}

const backtest = (...words: readonly string[]) => runCommand(['backtest', ...words], { environment });

describe('backtest of a stream', () => {
  it.each(['json', 'table'])(
    'prints the same for CloudWatch and for the same data in a file, as %s',
    async (format) => {
      const before = aws.calls.log.records.length;
      const live = await backtest('--stream', 'orders', '--days', '5.1', '--format', format);
      expect(live).toMatchObject({ exitCode: 0, stderr: '' });
      const calls = aws.calls.log.records.slice(before).filter(({ operation }) => operation === 'GetMetricData');
      const datapoints = metricNames.reduce((sum, name) => sum + fiveDays[name].size, 0);
      expect(calls.length, 'one call a page').toBe(Math.ceil(datapoints / datapointsPerPage));
      const saved = await backtest(
        '--stream',
        'orders',
        '--file',
        save('orders.json', fiveDays, 1),
        '--format',
        format,
      );
      expect(saved).toEqual(live);
    },
  );

  it('reads a gzip file whatever its name', async () => {
    const file = save('few.json', fiveDays, 1);
    const packed = join(folder, 'packed.json');
    writeFileSync(packed, gzipSync(readFileSync(file)));
    const words = ['--stream', 'orders', '--policy', 'static-peak', '--file'];
    const plain = await backtest(...words, file);
    expect(plain.exitCode).toBe(0);
    expect(await backtest(...words, packed)).toEqual(plain);
  });

  it('reads 5-minute datapoints beyond 15 days, and says how many days CloudWatch has', async () => {
    const words = ['--stream', 'clicks', '--policy', 'target,static-peak', '--format', 'json'];
    const live = await backtest(...words, '--days', '40');
    expect(live.exitCode).toBe(0);
    expect(live.stderr).toMatch(
      /^--days 40: CloudWatch has traffic of (19\.\d|20\.0) days only; the advice rests on those\n$/,
    );
    const saved = await backtest(...words, '--file', save('clicks.json', twentyDays, 5));
    expect(saved.stdout).toBe(live.stdout);
    expect(JSON.parse(live.stdout).advice.assumptions[0]).toContain('a datapoint every 5 minutes');
  });

  it('counts rejected records as load, and advises only what can be deployed', async () => {
    const { stdout } = await backtest('--stream', 'orders', '--days', '5.1', '--format', 'json');
    const { trace, peakShards, results, advice } = JSON.parse(stdout);
    expect(trace).toBe('orders');
    // The stream took 6 shards' worth at most; more was offered.
    expect(peakShards).toBeCloseTo(6.9, 9);
    expect(results.map(({ policy }: { policy: string }) => policy)).toEqual(candidatePolicyNames);
    const options: { option: string; dollarsPerMonth: number; isSafe: boolean }[] = advice.options;
    expect(options.map(({ option }) => option).sort()).toEqual([...candidatePolicyNames].sort());
    expect(options).toEqual(options.toSorted((one, other) => one.dollarsPerMonth - other.dollarsPerMonth));
    const deployable = ['adaptive', 'target', 'doubling', 'on-demand', 'on-demand-advantage'];
    const cheapest = options.find(({ option, isSafe }) => isSafe && deployable.includes(option));
    expect(advice.recommended).toBe(cheapest?.option);
    expect(advice.because).toMatch(/^(stay provisioned|move to on-demand): the cheapest that throttles at most 0\.1 %/);
  });

  it('prices on-demand by a month of the offered records', async () => {
    const { stdout } = await backtest(
      '--stream',
      'orders',
      '--days',
      '5.1',
      '--policy',
      'on-demand',
      '--format',
      'json',
    );
    const { IncomingRecords: accepted, WriteProvisionedThroughputExceeded: rejected } = fiveDays;
    const offered = [...accepted.values(), ...rejected.values()].reduce((sum, value) => sum + value, 0);
    const minutes = Math.max(...accepted.keys()) - Math.min(...accepted.keys()) + 1;
    const gibibytes = (offered * 1024) / 1024 ** 3;
    const dollars = (minutes / 60) * 0.04 + gibibytes * (0.08 + 0.04);
    const [{ dollarsPerMonth }] = JSON.parse(stdout).advice.options;
    expect(dollarsPerMonth).toBeCloseTo((dollars * 730 * 60) / minutes, 6);
  });

  it('prints the advice, the monthly cost of each policy and the assumptions as a table', async () => {
    const { stdout } = await backtest(
      '--stream',
      'orders',
      '--days',
      '5.1',
      '--policy',
      'target,on-demand,on-demand-advantage',
    );
    expect(stdout).toMatch(/^advice: (target|on-demand|on-demand-advantage) - /m);
    for (const option of ['target', 'on-demand', 'on-demand-advantage']) {
      expect(stdout).toMatch(
        new RegExp(`^ {2}${option} +\\d+\\.\\d\\d dollars a month, \\d\\.\\d{3} % throttled$`, 'm'),
      );
    }
    const assumed = stdout.slice(stdout.indexOf('Assumed:'));
    for (const word of [
      'records of 700 bytes',
      'us-east-1',
      'consuming application',
      'commitment',
      '730 hours',
      'no traffic',
    ]) {
      expect(assumed).toContain(word);
    }
  });
});

describe('backtest refuses, with the remedy,', () => {
  it.each<[string, readonly string[], string]>([
    [
      'a stream without traffic',
      ['--stream', 'nobody', '--days', '3'],
      '--stream nobody: CloudWatch has no traffic of it in 3 days; check the name, the region and --days',
    ],
    ['zero days', ['--stream', 'orders', '--days', '0'], 'Give a number of days above 0, at most 63'],
    ['more days than CloudWatch keeps', ['--stream', 'orders', '--days', '64'], 'at most 63'],
    ['a missing stream', [], '--stream is missing: name the stream, or give --file'],
    [
      'a file and days',
      ['--stream', 'orders', '--file', 'x', '--days', '3'],
      "cannot be used with option '--days <number>'",
    ],
    [
      'a file that does not exist',
      ['--stream', 'orders', '--file', join(folder, 'missing.json')],
      'missing.json cannot be read',
    ],
  ])('%s', async (_what, words, message) => {
    const { exitCode, stdout, stderr } = await backtest(...words);
    expect({ exitCode, stdout }).toEqual({ exitCode: message.includes('CloudWatch has') ? 1 : 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('a denied GetMetricData, in one line', async () => {
    aws.calls.faults.add({ operation: 'GetMetricData', fault: { kind: 'error', code: 'AccessDenied' }, times: 1 });
    const { exitCode, stderr } = await backtest('--stream', 'orders');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^AWS answered AccessDenied.*check the credentials, their permissions and AWS_REGION\n$/);
  });
});
