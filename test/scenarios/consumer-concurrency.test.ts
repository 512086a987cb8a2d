/** Failures 28 to 30 of the reference autoscaler: the reserved concurrency of the functions that read a stream. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDeployment } from '../../core/settings/deployment.ts';
import { disagreementsOf } from './support/agreement.ts';
import { hourMs, minuteMs, Scenario, secondMs } from './support/scenario.ts';

describe('consumer concurrency', () => {
  let account: Scenario;
  beforeAll(async () => {
    account = await Scenario.start();
  });
  afterAll(() => account?.stop());

  it("28: scaling one stream leaves the other stream's consumer alone", async () => {
    const [scaled, other] = [account.take('served'), account.take('served')];
    const watched = account.watchCalls();
    scaled.surge(4);
    await account.pass(5 * minuteMs);
    expect(scaled.concurrency).toBe(16);
    expect(other.concurrency).toBe(8);
    expect(watched.calls().filter(({ operation }) => operation === 'PutFunctionConcurrency')).toHaveLength(1);
    expect(disagreementsOf(scaled)).toEqual([]);
    expect(disagreementsOf(other)).toEqual([]);
  });

  it('28: one function for two streams is refused (read by synthesis and by the function alike)', () => {
    const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:shared';
    const consumers = [{ functionArn, lambdasPerShard: 1 }];
    const read = readDeployment({}, JSON.stringify({ streams: { orders: { consumers }, clicks: { consumers } } }));
    expect(read).toMatchObject({ ok: false, faults: [{ problem: 'is a consumer of orders already' }] });
  });

  it('29: a cap that somebody set is kept when it cannot be raised, and told', async () => {
    const stream = account.take('served');
    stream.concurrency = 3;
    const repair = account.aws.calls.faults.add({
      operation: 'PutFunctionConcurrency',
      fault: { kind: 'error', code: 'AccessDeniedException' },
      times: Number.POSITIVE_INFINITY,
    });
    const watched = account.watchCalls();
    const log = account.watchLog();
    stream.surge(4);
    await account.pass(10 * minuteMs);
    repair();
    expect(stream.openShardCount).toBe(8);
    expect(stream.concurrency).toBe(3);
    expect(watched.calls().filter(({ operation }) => operation === 'DeleteFunctionConcurrency')).toEqual([]);
    expect(log.text()).toContain('AccessDeniedException');
    await account.reconcile();
    expect(disagreementsOf(stream)).toEqual([]);
  });

  it('29: a cap above what the shards need, and a consumer that somebody stopped, are left as they are', async () => {
    const [generous, stopped] = [account.take('served'), account.take('served')];
    generous.concurrency = 100;
    stopped.concurrency = 0;
    for (const stream of [generous, stopped]) stream.surge(4);
    await account.pass(5 * minuteMs);
    await account.reconcile();
    expect([generous.openShardCount, generous.concurrency]).toEqual([8, 100]);
    expect([stopped.openShardCount, stopped.concurrency]).toEqual([8, 0]);
  });

  it('30: concurrency is lowered when the parent shards are drained, not with the shards', async () => {
    const [behind, reading] = [account.take('served'), account.take('served')];
    for (const stream of [behind, reading]) stream.loadShards = 0.5;
    for (let passedMs = 0; reading.acceptedCalls === 0 && passedMs < 7 * hourMs; passedMs += minuteMs) {
      await account.pass(minuteMs);
    }
    await account.pass(4 * minuteMs);
    expect([behind, reading].map(({ openShardCount }) => openShardCount)).toEqual([2, 2]);
    expect([behind, reading].map(({ concurrency }) => concurrency)).toEqual([8, 8]);
    behind.iteratorAgeMs = 40 * minuteMs;
    await account.reconcile();
    expect(reading.concurrency).toBe(8);
    await account.pass(20 * minuteMs + 30 * secondMs);
    await account.reconcile();
    expect([behind, reading].map(({ concurrency }) => concurrency)).toEqual([8, 4]);
    behind.iteratorAgeMs = 250;
    await account.pass(10 * minuteMs);
    await account.reconcile();
    expect(behind.concurrency).toBe(4);
    expect(disagreementsOf(behind)).toEqual([]);
    expect(disagreementsOf(reading)).toEqual([]);
  });
});
