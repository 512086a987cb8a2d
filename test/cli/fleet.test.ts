/** `status`, `explain`, `plan`, `history` against the deployed stack on local AWS, over the wire. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdReasons } from '../../core/decision/hold-reasons.ts';
import { alarmRules, proposalRules, streamRules } from '../../core/decision/rules.ts';
import { deploy } from '../../local/deploy/deploy.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { RealClock } from '../../simulator/models/clock.ts';
import { assemblyOf } from '../scenarios/support/assembly.ts';
import { runCommand } from './command.ts';

let aws: LocalAws;
let environment: Readonly<Record<string, string>>;
const run = (...words: string[]) => runCommand(words, { environment });
const answerOf = async (...words: string[]) => {
  const { stdout, stderr } = await run(...words, '--format', 'json');
  expect(stderr).toBe('');
  return JSON.parse(stdout);
};

beforeAll(async () => {
  const assembly = assemblyOf({
    dryRun: false,
    streams: [
      { name: 'clicks', create: true, shardCount: 4, minShards: 4, maxShards: 16 },
      { name: 'events', create: true, shardCount: 4, policy: 'adaptive' },
      { name: 'orders', create: true, shardCount: 2, minShards: 2, maxShards: 16 },
      { name: 'visits', create: true, shardCount: 4 },
    ],
  });
  aws = await startLocalAws({ clock: new RealClock(), streams: 'no-records' });
  // Otherwise a reconcile would move `clicks` into its bounds before `status` reads it.
  aws.calls.faults.add({
    operation: 'UpdateShardCount',
    fault: { kind: 'error', code: 'LimitExceededException' },
    times: Number.POSITIVE_INFINITY,
  });
  await deploy(aws, assembly);
  aws.kinesis.account.stream('visits').updateStreamMode('ON_DEMAND', aws.clock.nowMs());
  for (let minutesAgo = 0; minutesAgo < 15; minutesAgo += 1) putRecords('orders', minutesAgo, 60_000);
  // Two days, up and down: enough to replay candidates on.
  for (let minutesAgo = 1; minutesAgo < 2 * 1440; minutesAgo += 1) {
    putRecords('events', minutesAgo, 60_000 * (2.6 + Math.sin(minutesAgo / 229)));
  }
  aws.kinesis.account.stream('clicks').tags.add({ 'autoscaling/min-shards': '8' }, aws.clock.nowMs());
  environment = {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: aws.account.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
});
afterAll(() => aws.stop());

function putRecords(streamName: string, minutesAgo: number, records: number): void {
  const { metrics } = aws.cloudwatch;
  const dimensions = [{ name: 'StreamName', value: streamName }];
  const series = metrics.series({ namespace: 'AWS/Kinesis', metricName: 'IncomingRecords', dimensions });
  const nowMs = aws.clock.nowMs();
  metrics.putValue(series, Math.floor(nowMs / 60_000) - minutesAgo, records, nowMs);
}

describe('status', () => {
  it('prints one table row a stream', async () => {
    const { stdout, exitCode } = await run('status');
    expect(exitCode, '`clicks` is outside its bounds').toBe(1);
    expect((await run('status', 'orders')).exitCode).toBe(0);
    const rows = stdout.split('\n').filter((line) => /│ (clicks|orders) /.test(line));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/│ clicks │ ACTIVE +│ 4 +│ 8-16 .*outside its bounds/);
    expect(rows[1]).toMatch(/│ orders │ ACTIVE +│ 2 +│ 2-16 .*│ never .*│ 10 .*│ none/);
  });

  it('prints the named streams as JSON', async () => {
    expect(await answerOf('status', 'orders')).toEqual([
      {
        region: aws.account.region,
        streamName: 'orders',
        status: 'ACTIVE',
        mode: 'PROVISIONED',
        shards: 2,
        minShards: 2,
        maxShards: 16,
        utilization: 0.5,
        upAlarm: expect.any(String),
        downAlarm: expect.any(String),
        lastScaledAt: null,
        callsLeft: 10,
        nextSlotAt: null,
        dryRun: false,
        drift: [],
      },
    ]);
  });
});

describe('status of several regions', () => {
  const [here, nothing] = ['eu-west-1', 'eu-north-1'];

  it('is one table with the region of each stream, and says which region has no answer', async () => {
    const { stdout, stderr, exitCode } = await run('status', '--region', `${here},${nothing}`);
    expect(exitCode).toBe(1);
    for (const stream of ['clicks', 'events', 'orders']) expect(stdout).toContain(`│ ${here} │ ${stream} `);
    expect(stderr).toBe(
      `${nothing}: --stack KinesisAutoscaler: no reconciler is deployed under this name; give the name of your stack\n`,
    );
  });

  it('names the region in each row of JSON', async () => {
    const { stdout } = await run('status', 'orders', '--region', `${here},${nothing}`, '--json');
    expect(JSON.parse(stdout)).toMatchObject([{ region: here, streamName: 'orders' }]);
  });
});

describe('status of a stream on demand', () => {
  it('says so in the table and as JSON', async () => {
    const { stdout } = await run('status', 'visits');
    expect(stdout).toMatch(/│ visits │ ACTIVE +│ 4 +│ - +│.*\n│ +│ on-demand │/);
    expect(await answerOf('status', 'visits')).toMatchObject([{ streamName: 'visits', mode: 'ON_DEMAND' }]);
  });
});

describe('status of a stream that cannot be read', () => {
  it('shows unknown values as unknown and not as zero', async () => {
    const [row] = await answerOf('status', 'nobody');
    expect(row).toMatchObject({ status: 'unreadable', shards: null, maxShards: null, callsLeft: null, dryRun: null });
    const { stdout, exitCode } = await run('status', 'nobody');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /│ nobody │ unreadable │ - +│ - +│ - +│ .*│ - +│ - +│ kinesis:DescribeStreamSummary: Resource/,
    );
  });
});

describe('explain', () => {
  it('prints each rule and what holds the stream', async () => {
    const { stdout } = await run('explain', 'orders');
    expect(stdout).toContain('orders: ACTIVE, 2 open shards (2 to 16), 10 calls left (rolling 24 h)');
    expect(stdout).toMatch(/✓ +10 the cooldown is over/);
    expect(stdout).toContain('→ scale up from 2 to 4');
    expect(stdout).toMatch(/✗ +11 the minimum or maximum leaves room: at-minimum/);
    expect(stdout).toContain('→ hold: at-minimum');
  });

  it('prints each rule with its evidence as JSON', async () => {
    const { up, down, dryRun } = await answerOf('explain', 'orders');
    expect(dryRun).toBe(false);
    const judging = [...streamRules, ...alarmRules, ...proposalRules].map(
      ({ reasons: [reason] }) => holdReasons[reason].rule,
    );
    expect(up.rules.map(({ rule }: { rule: number }) => rule)).toEqual(judging);
    expect(down.decision).toMatchObject({ reason: 'at-minimum', because: { minShards: 2, openShardCount: 2 } });
  });
});

describe('explain of a load-driven policy', () => {
  it('prints the offered load, the wanted shards, the rules and the cost of each candidate', async () => {
    const { stdout } = await run('explain', 'events');
    expect(stdout).toMatch(
      /Policy adaptive: 2\.\d\d shards' worth is offered, so it wants \d shards?\. If a load check ran now:/,
    );
    expect(stdout).toMatch(/ +5 the stream is ACTIVE/);
    expect(stdout).not.toContain('the live alarm says the same');
    expect(stdout).toMatch(/It goes by: scaleUpAt [\d.]+, sustainedMinutes \d+/);
    expect(stdout).toMatch(/Chosen among \d+ candidates/);
    expect(stdout).toMatch(/│ candidate +│ shard-hours │ throttled │/);
    expect(stdout).toContain('The net: events-scale-up is');
  });

  it('prints every candidate as JSON, best first, with the choice', async () => {
    const { policy, demand } = await answerOf('explain', 'events');
    expect(policy).toBe('adaptive');
    const { candidate, replayed } = demand.policy.choice;
    expect(replayed.length).toBeGreaterThan(10);
    expect(replayed[0].name).toBe(candidate.name);
    const scores = replayed.map(({ score }: { score: number }) => score);
    expect(scores).toEqual(scores.toSorted((a: number, b: number) => a - b));
  });

  it('does not take unreadable traffic for no traffic', async () => {
    const mend = aws.calls.faults.add({
      operation: 'GetMetricData',
      fault: { kind: 'error', code: 'AccessDeniedException' },
      times: Number.POSITIVE_INFINITY,
    });
    try {
      const { stdout } = await run('explain', 'events');
      expect(stdout).toContain('Policy adaptive: the traffic of this stream could not be read');
      expect(stdout).toContain('Could not be read: cloudwatch:GetMetricData: AccessDenied');
      expect((await run('plan', 'events')).stdout).toContain('nothing to do, cloudwatch:GetMetricData: AccessDenied');
    } finally {
      mend();
    }
  });

  it('plan prints what a load check would do', async () => {
    const { look } = await answerOf('plan', 'events');
    const { demand } = await answerOf('explain', 'events');
    expect(look?.intent.to ?? null).toBe(demand.decision.kind === 'scale' ? demand.decision.targetShardCount : null);
  });
});

describe('plan', () => {
  it('prints the calls in their order, and dollars', async () => {
    const { stdout } = await run('plan', 'orders');
    expect(stdout).toContain('Scale up from 2 to 4 shards: $22 -> $44 a month');
    const calls = ['AddTagsToStream', 'UpdateShardCount 2 -> 4', 'PutMetricAlarm orders-scale-up: threshold 0.75 of 4'];
    const places = calls.map((call) => stdout.indexOf(call));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(stdout).toContain('Scale down: nothing to do, at-minimum');
  });

  it('prints null as JSON where nothing would be done', async () => {
    const { up, down } = await answerOf('plan', 'orders');
    expect(up.intent).toMatchObject({ from: 2, to: 4 });
    expect(down).toBeNull();
  });
});

describe('history', () => {
  it('merges the history of alarms and functions in order of time', async () => {
    const entries: { atMs: number; witness: string; what: string }[] = await answerOf('history', 'clicks');
    expect(entries.map(({ atMs }) => atMs)).toEqual(entries.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    expect(entries).toContainEqual(expect.objectContaining({ witness: 'alarm' }));
    const { stdout } = await run('history', 'clicks', '--hours', '1');
    expect(stdout).toContain('"clicks-scale-up" created');
  });
});

describe('fleet commands', () => {
  it.each<[string, readonly string[], number, string]>([
    [
      'explain of a stream that does not exist',
      ['explain', 'nobody'],
      1,
      '"nobody": there is no such stream in this region; `status`',
    ],
    [
      'history of a stream that does not exist',
      ['history', 'nobody'],
      1,
      '"nobody": there is no such stream in this region; `status`',
    ],
    [
      'a stack that does not exist',
      ['status', '--stack', 'Nope'],
      1,
      '--stack Nope: no reconciler is deployed under this name',
    ],
    [
      'hours that are not a number',
      ['history', 'orders', '--hours', 'soon'],
      2,
      "option '--hours <number>' argument 'soon' is invalid. Give a number of hours above 0.",
    ],
    [
      'an unknown format',
      ['status', '--format', 'xml'],
      2,
      "argument 'xml' is invalid. Allowed choices are table, json",
    ],
    ['a missing stream', ['plan'], 2, "missing required argument 'stream'"],
  ])('refuse %s in one line with the remedy', async (_what, words, code, message) => {
    const { exitCode, stderr, stdout } = await run(...words);
    expect(exitCode).toBe(code);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('say in one line that AWS cannot be reached, or that credentials are missing', async () => {
    const nowhere = await runCommand(['status'], {
      environment: { ...environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
    });
    expect(nowhere).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^AWS cannot be reached: .*AWS_ENDPOINT_URL/),
    });
    const { AWS_ACCESS_KEY_ID: _, ...anonymous } = environment;
    const unknown = await runCommand(['status'], { environment: { ...anonymous, HOME: '/dev/null' } });
    expect(unknown).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^Could not load credentials.*AWS_PROFILE/),
    });
  });
});
