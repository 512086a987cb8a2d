/** Failures 28 to 30 of the reference autoscaler: the reserved concurrency of the functions that read a stream. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDeployment } from '../../core/settings/deployment.ts';
import { disagreementsOf } from './support/agreement.ts';
import { hourMs, minuteMs, Scenario } from './support/scenario.ts';

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

  it('29: a cap that somebody set is kept, below what the shards need as well, and told', async () => {
    const stream = account.take('served');
    stream.concurrency = 3;
    const watched = account.watchCalls();
    const log = account.watchLog();
    stream.surge(4);
    await account.pass(10 * minuteMs);
    expect(stream.openShardCount).toBe(8);
    expect(stream.concurrency).toBe(3);
    await account.reconcile();
    expect(stream.concurrency).toBe(3);
    expect(
      watched.calls().filter(({ operation }) => /FunctionConcurrency$/.test(operation) && !/^Get/.test(operation)),
    ).toEqual([]);
    expect(log.reports(stream).at(-1)).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ kind: 'concurrency-set-by-others', reserved: 3, wanted: 16 }),
      ]),
    });
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
    // The reconcile has seen the end of the resharding; readers are past it some minutes later.
    await account.pass(5 * minuteMs);
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
