import { describe, expect, it } from 'vitest';
import { knownSample, unknownSample } from '../../../consumer/decision/sample.ts';
import { capByShards, ratePolicy, trackIdle, type WorkSamples } from '../../../consumer/decision/worker-policy.ts';

const nowMs = 1_000_000;

describe('rate policy', () => {
  const policy = ratePolicy();

  it.each([
    { why: 'none running and work waiting: one', running: 0, backlog: 1, rate: 0, desired: 1, rule: 'work-waiting' },
    {
      why: 'the first worker comes alone, whatever the rate',
      running: 0,
      backlog: 5000,
      rate: 9000,
      desired: 1,
      rule: 'work-waiting',
    },
    { why: 'one more at a time', running: 1, backlog: 10, rate: 2400, desired: 2, rule: 'rate' },
    { why: 'up to ceil(2400 / 500)', running: 4, backlog: 10, rate: 2400, desired: 5, rule: 'rate' },
    { why: 'and not beyond', running: 5, backlog: 10, rate: 2400, desired: 5, rule: 'enough' },
    { why: 'a lower rate alone takes none away', running: 5, backlog: 10, rate: 100, desired: 5, rule: 'enough' },
    { why: 'not idle for long enough', running: 5, backlog: 0, rate: 0, idleMs: 1999, desired: 5, rule: 'enough' },
    { why: 'idle for 2 s: one fewer', running: 5, backlog: 0, rate: 0, idleMs: 2000, desired: 4, rule: 'idle' },
    {
      why: 'idle comes before the rate of the seconds before',
      running: 5,
      backlog: 0,
      rate: 9000,
      idleMs: 2000,
      desired: 4,
      rule: 'idle',
    },
    { why: 'never below 0', running: 0, backlog: 0, rate: 0, idleMs: 60_000, desired: 0, rule: 'resting' },
  ])('ratePolicy: $why', ({ running, backlog, rate, idleMs, desired, rule }) => {
    const state = idleMs === undefined ? { running } : { running, idleSinceMs: nowMs - idleMs };
    expect(policy(state, work(backlog, rate), nowMs)).toMatchObject({ desired, because: { rule } });
  });

  it('ratePolicy holds the workers while a sample is unknown, even after idle time', () => {
    const unknown = unknownSample('connection lost', nowMs);
    const state = { running: 3, idleSinceMs: nowMs - 60_000 };
    expect(policy(state, { ...work(0, 0), backlog: unknown }, nowMs)).toEqual({
      desired: 3,
      because: { rule: 'unknown', unknown: 'connection lost' },
    });
    expect(policy(state, { ...work(0, 0), eventsPerSecond: unknown }, nowMs).desired).toBe(3);
  });

  it('ratePolicy stays within minWorkers and maxWorkers', () => {
    const bounded = ratePolicy({ minWorkers: 2, maxWorkers: 3 });
    expect(bounded({ running: 2, idleSinceMs: 0 }, work(0, 0), nowMs).desired).toBe(2);
    expect(bounded({ running: 3 }, work(1, 50_000), nowMs).desired).toBe(3);
  });

  it('ratePolicy refuses settings out of range and names all of them', () => {
    const settings = { eventsPerSecondPerWorker: 0, idleAfterMs: -1, minWorkers: 1.5, maxWorkers: 0 };
    expect(() => ratePolicy(settings)).toThrow(
      /eventsPerSecondPerWorker.*0.*idleAfterMs.*-1.*minWorkers.*1\.5.*maxWorkers.*0/,
    );
  });
});

describe('cap by shards', () => {
  const decision = { desired: 9, because: { rule: 'rate', eventsPerSecond: 4500, wanted: 9, backlog: 1 } } as const;

  it('capByShards lets no more workers run than open shards x parallelization factor', () => {
    expect(capByShards(decision, { openShardCount: 4, parallelizationFactor: 2 })).toEqual({
      desired: 8,
      because: { rule: 'capped-by-shards', usefulWorkers: 8, proposed: decision },
    });
  });

  it('capByShards caps nothing while the shard count is unknown', () => {
    expect(capByShards(decision, { openShardCount: undefined, parallelizationFactor: 1 })).toBe(decision);
  });
});

describe('idle time', () => {
  const nothing = knownSample(0, nowMs);
  it.each([
    {
      why: 'begins with the first quiet reading',
      since: undefined,
      backlog: nothing,
      arrived: false,
      idleSinceMs: nowMs,
    },
    { why: 'goes on', since: 5, backlog: nothing, arrived: false, idleSinceMs: 5 },
    {
      why: 'begins anew after what came was done at once',
      since: 5,
      backlog: nothing,
      arrived: true,
      idleSinceMs: nowMs,
    },
    { why: 'ends with waiting work', since: 5, backlog: knownSample(1, nowMs), arrived: false, idleSinceMs: undefined },
    {
      why: 'is not touched by an unknown',
      since: 5,
      backlog: unknownSample('lost', nowMs),
      arrived: false,
      idleSinceMs: 5,
    },
  ])('idle time $why', ({ since, backlog, arrived, idleSinceMs }) => {
    expect(trackIdle(since, { backlog, arrivedSinceLast: arrived }, nowMs)).toBe(idleSinceMs);
  });
});

function work(backlog: number, rate: number): WorkSamples {
  return { backlog: knownSample(backlog, nowMs), eventsPerSecond: knownSample(rate, nowMs) };
}
