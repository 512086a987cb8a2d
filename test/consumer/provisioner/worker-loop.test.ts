import { describe, expect, it, onTestFinished } from 'vitest';
import { knownSample } from '../../../consumer/decision/sample.ts';
import { ratePolicy, type WorkerPolicy } from '../../../consumer/decision/worker-policy.ts';
import { runWorkers, type WorkerLoopOptions, type WorkerRound } from '../../../consumer/provisioner/worker-loop.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

describe('worker loop', () => {
  it('runWorkers adds a worker a second with the rate, and removes one a second after 2 idle seconds', async () => {
    const { clock, work, rounds } = start({ policy: ratePolicy() });
    for (let second = 0; second < 8; second += 1) {
      await clock.advance(999);
      work.arrived += 2_400;
      work.backlog = 100;
      await clock.advance(1);
    }
    work.backlog = 0;
    await clock.advance(9_000);
    const changes = rounds.filter((round, index) => round.running !== (rounds[index - 1]?.running ?? 0));
    expect(changes.map(({ running }) => running)).toEqual([1, 2, 3, 4, 5, 4, 3, 2, 1, 0]);
    const seconds = changes.map(({ atMs }) => (atMs - (changes[0]?.atMs ?? 0)) / 1000);
    expect(seconds.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(seconds.slice(6).map((atMs, index) => atMs - (seconds[5 + index] ?? 0))).toEqual([1, 1, 1, 1]);
  });

  it('runWorkers stops the oldest worker first', async () => {
    const { clock, pool, wanted } = start({});
    wanted.workers = 3;
    await clock.advance(0);
    wanted.workers = 1;
    await clock.advance(1_000);
    expect(pool.stopped).toEqual([1, 2]);
  });

  it('runWorkers ends the round after a failed start and tries again in the next round', async () => {
    const { clock, pool, wanted, errors, rounds } = start({});
    wanted.workers = 3;
    pool.failStarts = 1;
    await clock.advance(0);
    expect(rounds.at(-1)?.running).toBe(0);
    await clock.advance(1_000);
    expect(rounds.at(-1)?.running).toBe(3);
    expect(errors).toEqual(['start: no capacity']);
  });

  it('runWorkers keeps a worker that could not be stopped', async () => {
    const { clock, pool, wanted, errors, rounds } = start({});
    wanted.workers = 2;
    await clock.advance(0);
    wanted.workers = 0;
    pool.failStops = 1;
    await clock.advance(1_000);
    expect(rounds.at(-1)?.running).toBe(2);
    await clock.advance(1_000);
    expect(rounds.at(-1)?.running).toBe(0);
    expect(errors).toEqual(['stop: busy']);
  });

  it('runWorkers stops a worker that starts too late to be counted', async () => {
    const { clock, pool, wanted, rounds } = start({});
    wanted.workers = 1;
    pool.startTakesMs = 1_500;
    await clock.advance(1_000);
    expect(rounds.at(-1)?.running).toBe(0);
    wanted.workers = 0;
    await clock.advance(2_000);
    expect(pool.running()).toBe(0);
    expect(pool.stopped).toContain(1);
  });

  it('runWorkers holds the workers while the work cannot be read', async () => {
    const { clock, work, rounds, errors } = start({ policy: ratePolicy() });
    work.backlog = 5;
    await clock.advance(2_000);
    work.down = true;
    await clock.advance(60_000);
    expect(rounds.at(-1)).toMatchObject({ running: 1, decision: { because: { rule: 'unknown' } } });
    expect(errors).toContain('read: server gone');
  });

  it('runWorkers starts no more workers than the shards can feed', async () => {
    const { clock, wanted, rounds } = start({ shards: { openShardCount: () => 2, parallelizationFactor: 1 } });
    wanted.workers = 9;
    await clock.advance(0);
    expect(rounds.at(-1)).toMatchObject({
      running: 2,
      decision: { because: { rule: 'capped-by-shards', usefulWorkers: 2 } },
    });
  });

  it('runWorkers scales to 0 when aborted and leaves no timer behind', async () => {
    const { clock, pool, wanted, stop, ended } = start({});
    wanted.workers = 3;
    await clock.advance(0);
    stop();
    await ended;
    expect(pool.stopped).toEqual([1, 2, 3]);
    expect(clock.sleeping).toBe(0);
  });
});

function start(options: Partial<WorkerLoopOptions<number>>) {
  const clock = new VirtualClock();
  const stopping = new AbortController();
  const wanted = { workers: 0 };
  const work = { backlog: 0, arrived: 0, down: false };
  const pool = createPool(clock);
  const rounds: WorkerRound[] = [];
  const errors: string[] = [];
  const asWanted: WorkerPolicy = () => ({ desired: wanted.workers, because: { rule: 'resting' } });
  const ended = runWorkers({
    policy: asWanted,
    provisioner: pool,
    readWork: async () => {
      if (work.down) throw new Error('server gone');
      return { backlog: knownSample(work.backlog, clock.nowMs()), arrived: work.arrived };
    },
    abortSignal: stopping.signal,
    clock,
    onRound: (round) => rounds.push(round),
    onError: (action, error) => errors.push(`${action}: ${error instanceof Error ? error.message : error}`),
    ...options,
  });
  const stop = (): void => stopping.abort();
  onTestFinished(stop);
  return { clock, wanted, work, pool, rounds, errors, stop, ended };
}

/** Workers that are numbers, in the order in which they were started. */
function createPool(clock: VirtualClock) {
  let started = 0;
  const stopped: number[] = [];
  const pool = {
    failStarts: 0,
    failStops: 0,
    startTakesMs: 0,
    stopped,
    running: () => started - stopped.length,
    start: async (): Promise<number> => {
      if (pool.failStarts > 0) {
        pool.failStarts -= 1;
        throw new Error('no capacity');
      }
      await clock.sleep(pool.startTakesMs);
      started += 1;
      return started;
    },
    stop: async (worker: number): Promise<void> => {
      if (pool.failStops > 0) {
        pool.failStops -= 1;
        throw new Error('busy');
      }
      stopped.push(worker);
    },
  };
  return pool;
}
