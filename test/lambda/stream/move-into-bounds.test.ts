import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../core/settings/deployment.ts';
import { encodeLedger, tagKeys } from '../../../core/stream/stream-tags.ts';
import type { ReconcileCause } from '../../../lambda/events.ts';
import { day, minute, now, sampleDefinition } from '../../core/samples.ts';
import { consumerArn, contextOf, reconcileOrders, setUpOrders } from '../deployments.ts';
import { findDisagreements, type MemoryAccount } from '../memory-account.ts';

const consumers = [{ functionArn: consumerArn, lambdasPerShard: 2 }];

const reconcile = (aws: MemoryAccount, deployment: Deployment, cause?: ReconcileCause) =>
  reconcileOrders(contextOf(aws, deployment), cause);

describe('bounds hold even when nothing fires', () => {
  it.each([
    ['a minimum that was raised', { minShards: 10 }, 8],
    ['a maximum that was lowered', { maxShards: 3 }, 3],
  ])('%s: one step a run', async (_what, given, target) => {
    const { aws, settings, deployment } = setUpOrders(given);
    expect(await reconcile(aws, deployment)).toMatchObject({
      outcome: 'scaled',
      decision: { kind: 'scale', openShardCount: 4, targetShardCount: target },
    });
    expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: target }]);
    aws.finish('orders');
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('a move is reported and not made in dry run', async () => {
    const { aws, deployment } = setUpOrders({ minShards: 10 }, {});
    expect(await reconcile(aws, deployment)).toMatchObject({
      outcome: 'planned',
      decision: { reason: 'dry-run', because: { rule: 11, targetShardCount: 8, dollarsPerMonthThen: 87.6 } },
    });
    expect(aws.writes()).toEqual([]);
  });

  it('what drifted is repaired even while spent calls hold the move', async () => {
    const { aws, settings, deployment } = setUpOrders({ minShards: 10 });
    const spent = Array.from({ length: 10 }, (_, index) => now - day + (index + 1) * minute);
    aws.stream('orders').tags = { [tagKeys.ledger]: encodeLedger(spent) };
    aws.alarms.set('orders-scale-up', { ...aws.alarm('orders-scale-up'), definition: sampleDefinition('up', 2) });
    expect(await reconcile(aws, deployment)).toMatchObject({
      outcome: 'held',
      decision: { reason: 'daily-quota', retryAtMs: now + minute },
    });
    expect(aws.scalings).toEqual([]);
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('an alarm is repaired even while AWS refuses the call again and again', async () => {
    const { aws, settings, deployment } = setUpOrders({ minShards: 10 });
    aws.alarms.set('orders-scale-up', { ...aws.alarm('orders-scale-up'), definition: sampleDefinition('up', 2) });
    aws.fail('kinesis:UpdateShardCount', { code: 'AccessDeniedException' });
    expect(await reconcile(aws, deployment)).toMatchObject({ outcome: 'failed' });
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('a consumer that is too small is raised even while AWS refuses the call', async () => {
    const { aws, deployment } = setUpOrders({ maxShards: 2, consumers });
    aws.function('orders-processor').reserved = 4;
    aws.fail('kinesis:UpdateShardCount', { code: 'AccessDeniedException' });
    await reconcile(aws, deployment);
    expect(aws.function('orders-processor').reserved).toBe(8);
  });
});

describe('a stream outside its bounds whose alarm and consumer are out of line', () => {
  function drifted() {
    const { aws, settings, deployment } = setUpOrders({ minShards: 8, consumers });
    const alarm = aws.alarm('orders-scale-up');
    aws.alarms.set('orders-scale-up', { ...alarm, definition: sampleDefinition('up', 2, settings) });
    aws.functions.set('orders-processor', { reserved: 6, reads: true });
    aws.stream('orders').tags = { [`${tagKeys.concurrency}orders-processor`]: '6' };
    return { aws, settings, deployment };
  }
  const kindsOf = ({ effects }: Awaited<ReturnType<typeof reconcile>>) =>
    effects.map(({ effect, failure }) => (failure ? `${effect.kind} refused` : effect.kind));

  it('has its alarm repaired before the call, and its consumer with the call, for the count to come', async () => {
    const { aws, settings, deployment } = drifted();
    const report = await reconcile(aws, deployment);
    expect(report).toMatchObject({ outcome: 'scaled', decision: { targetShardCount: 8 } });
    expect(kindsOf(report).slice(0, 4)).toEqual(['put-alarm', 'tag-stream', 'update-shard-count', 'set-concurrency']);
    expect(kindsOf(report).filter((kind) => kind === 'set-concurrency')).toHaveLength(1);
    aws.finish('orders');
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('has alarm and consumer repaired for the count that it keeps when the call is refused', async () => {
    const { aws, settings, deployment } = drifted();
    aws.fail('kinesis:UpdateShardCount', { code: 'AccessDeniedException' });
    const report = await reconcile(aws, deployment);
    expect(report).toMatchObject({ outcome: 'failed', needsRetry: true });
    expect(kindsOf(report)).toContain('update-shard-count refused');
    // Raised with the call, and taken back after it: readers that are too many for a moment cost nothing.
    expect(aws.function('orders-processor').reserved).toBe(8);
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });
});
