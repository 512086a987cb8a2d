/** Load checks in the deployed functions: every minute, the alarms under them, a dry run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDriven, loadDrivenConsumers, noticeTopic } from './support/fleet.ts';
import { hourMs, minuteMs, Scenario, secondMs } from './support/scenario.ts';
import type { StreamUnderTest } from './support/stream-under-test.ts';

/** Of four shards: too much to go down, too little to go up. */
const restingLoad = 3;

const denied = { kind: 'error', code: 'AccessDeniedException' } as const;

/** Minutes until the stream has so many shards. */
async function minutesUntil(account: Scenario, stream: StreamUnderTest, shards: number, longest = 60): Promise<number> {
  for (let minutes = 0; minutes <= longest; minutes += 1) {
    if (stream.openShardCount >= shards) return minutes;
    await account.pass(minuteMs);
  }
  return Number.POSITIVE_INFINITY;
}

/** Shards after each scaling of the stream, as the functions reported them. */
function scalingsOf(account: Scenario, stream: StreamUnderTest) {
  const log = account.watchLog();
  return () =>
    log
      .reports(stream)
      .flatMap(({ source, outcome, decision }) =>
        outcome === 'scaled' && decision?.kind === 'scale' ? [{ source, to: decision.targetShardCount }] : [],
      );
}

describe('a load check every minute', () => {
  let account: Scenario;
  beforeAll(async () => {
    account = await Scenario.start(loadDriven, { restingLoad });
  });
  afterAll(() => account?.stop());

  it('brings a stream up to an eightfold load in fewer minutes than an alarm needs to fire', async () => {
    const stream = account.take('plain');
    const scalings = scalingsOf(account, stream);
    stream.loadShards = 16;
    expect(await minutesUntil(account, stream, 16)).toBeLessThan(25);
    expect(scalings().map(({ source }) => source)).toContain('look');
    await account.pass(5 * minuteMs);
    expect(stream.judgedShardCount('up')).toBe(String(stream.openShardCount));
    expect(stream.tags['autoscaling/ledger']?.split(' ')).toHaveLength(scalings().length);
  });

  it('makes one reading call of each kind for a stream where there is nothing to do', async () => {
    await account.leaveMinuteBoundary();
    const { calls } = account.watchCalls();
    await account.pass(minuteMs);
    const operations = calls().map(({ operation }) => operation);
    const readsOfAStream = ['DescribeStreamSummary', 'ListTagsForStream', 'GetMetricData'];
    expect(new Set(operations)).toEqual(new Set(['DescribeAlarms', ...readsOfAStream]));
    for (const read of readsOfAStream) expect(operations.filter((each) => each === read)).toHaveLength(6);
  });

  it('stops at the maximum, and sends one notice of it', async () => {
    const stream = account.take('plain');
    stream.setTags({ 'autoscaling/max-shards': '6' });
    stream.loadShards = 30;
    const from = account.aws.topics.published.length;
    await account.pass(10 * minuteMs);
    expect(stream.openShardCount).toBe(6);
    const told = account.aws.topics.published.slice(from).filter(({ subject }) => subject?.includes(stream.name));
    expect(told.map(({ subject }) => subject)).toEqual([
      `${stream.name}: scaled up from 4 to 6 shards`,
      `${stream.name}: held, at-maximum`,
    ]);
  });

  it('scales up a stream of policy adaptive', async () => {
    const stream = account.take('served');
    stream.loadShards = 12;
    expect(await minutesUntil(account, stream, 12)).toBeLessThan(25);
  });

  it('goes on with the other streams when one cannot be read, and with that one when it can be read again', async () => {
    const [stream, unreadable] = [account.take('plain'), account.take('plain')];
    account.aws.calls.faults.add({
      operation: 'ListTagsForStream',
      fault: denied,
      matches: ({ request }) => request.body.includes(`"${unreadable.name}"`),
      times: Number.POSITIVE_INFINITY,
    });
    const log = account.watchLog();
    stream.loadShards = 8;
    unreadable.loadShards = 8;
    expect(await minutesUntil(account, stream, 8)).toBeLessThan(10);
    expect(unreadable.openShardCount).toBe(4);
    const failures = log.reports(unreadable).filter(({ outcome }) => outcome === 'failed');
    expect(failures[0]).toMatchObject({
      source: 'look',
      needsRetry: true,
      failures: [{ code: 'AccessDeniedException' }],
    });
    account.aws.calls.faults.clear();
    expect(await minutesUntil(account, unreadable, 8)).toBeLessThan(10);
  });
});

describe('load checks of streams that go down', () => {
  let account: Scenario;
  beforeAll(async () => {
    account = await Scenario.start(loadDrivenConsumers, { restingLoad });
  });
  afterAll(() => account?.stop());

  it('scale down to what the load needs, not by half', async () => {
    const stream = account.take('served');
    stream.loadShards = 2.3;
    // An hour of quiet on the first day.
    await account.pass(50 * minuteMs);
    expect(stream.openShardCount).toBe(3);
    expect(stream.acceptedCalls).toBe(1);
  });

  it('hold a scale-down while a consumer is behind, send one notice of it, and scale down when it has caught up', async () => {
    const stream = account.take('served');
    stream.loadShards = 0.5;
    stream.iteratorAgeMs = 2 * hourMs;
    const from = account.aws.topics.published.length;
    await account.pass(50 * minuteMs);
    expect(stream.openShardCount).toBe(4);
    const told = account.aws.topics.published
      .slice(from)
      .filter(({ topicArn, subject }) => topicArn.endsWith(noticeTopic) && subject?.includes(stream.name));
    expect(told.map(({ subject }) => subject)).toEqual([`${stream.name}: held, consumer-behind`]);
    stream.iteratorAgeMs = 500;
    await account.pass(10 * minuteMs);
    expect(stream.openShardCount).toBeLessThan(4);
  });
});

describe('without load checks', () => {
  let account: Scenario;
  beforeAll(async () => {
    account = await Scenario.start(loadDriven, { restingLoad });
    account.stopLoadChecks();
  });
  afterAll(() => account?.stop());

  it('the scale-up alarm makes the function size the stream by its load, throttled records included', async () => {
    const stream = account.take('plain');
    const scalings = scalingsOf(account, stream);
    stream.loadShards = 7;
    expect(await minutesUntil(account, stream, 7)).toBeLessThan(8);
    expect(scalings()[0]).toEqual({ source: 'alarm', to: 8 });
  });

  it('the scale-up alarm doubles the shards where the load cannot be read', async () => {
    const stream = account.take('plain');
    account.aws.calls.faults.add({ operation: 'GetMetricData', fault: denied, times: Number.POSITIVE_INFINITY });
    stream.loadShards = 4.6;
    expect(await minutesUntil(account, stream, 8)).toBeLessThan(8);
    account.aws.calls.faults.clear();
  });

  it('the scale-down alarm of a load-driven stream has a threshold that nothing reaches', () => {
    expect(account.take('plain').alarm('down').Threshold).toBe(-1);
  });
});

describe('load checks of a dry run', () => {
  it('report at each check what they would do, and write nothing', async () => {
    const account = await Scenario.start({ ...loadDriven, dryRun: true }, { restingLoad });
    try {
      const stream = account.take('plain');
      const { calls } = account.watchCalls();
      const log = account.watchLog();
      stream.loadShards = 12;
      await account.pass(5 * minuteMs + 30 * secondMs);
      const planned = log.reports(stream).filter(({ source }) => source === 'look');
      expect(planned.length).toBeGreaterThan(2);
      expect(planned[0]).toMatchObject({
        outcome: 'planned',
        decision: { reason: 'dry-run', because: { direction: 'up', openShardCount: 4, targetShardCount: 8 } },
      });
      expect(calls().filter(({ operation }) => /^(Add|Update|Put|Set|Tag)/.test(operation))).toEqual([]);
    } finally {
      await account.stop();
    }
  });
});
