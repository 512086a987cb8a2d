/** Stepwise resharding, a step in each load check: how it begins, goes on, turns back and ends. */
import { describe, expect, it } from 'vitest';
import type { ScalingReport } from '../../../core/report/scaling-report.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { encodeLedger, tagKeys } from '../../../core/stream/stream-tags.ts';
import { checkLoad } from '../../../lambda/triggers/load-check.ts';
import { hour, minute, now, sampleSettings } from '../../core/samples.ts';
import { contextOf, deploymentOf } from '../deployments.ts';
import { findDisagreements, MemoryAccount } from '../memory-account.ts';

const stepwise = { policy: 'target', resharding: 'stepwise' } as const;

/** A stream of so many shards, whose load has been the same for two weeks. */
function streamOf(shards: number, load: number, given: Partial<StreamSettings> = {}) {
  const settings = sampleSettings({ ...stepwise, ...given });
  const aws = new MemoryAccount();
  aws.addStream('orders', shards, settings);
  let offered = load;
  let changedAtMs = Number.POSITIVE_INFINITY;
  aws.traffic.set('orders', (epochMinute) => (epochMinute * minute >= changedAtMs ? offered : load));
  aws.iteratorAges.set('orders', { seen: true, atMs: now, ageMs: 0 });
  const deployment = deploymentOf({ orders: { ...stepwise, ...given } });
  /** So many calls in the last hours. */
  const spend = (calls: number) => {
    const ledger = Array.from({ length: calls }, (_, call) => now - (calls - call) * hour);
    aws.stream('orders').tags = { [tagKeys.ledger]: encodeLedger(ledger) };
  };
  /** A load check of a process that remembers nothing, and a minute in which the resharding is done. */
  const check = async (): Promise<readonly ScalingReport[]> => {
    const reports: ScalingReport[] = [];
    await checkLoad(contextOf(aws, deployment), (report) => reports.push(report));
    aws.nowMs += minute;
    if (aws.stream('orders').status === 'UPDATING') aws.finish('orders');
    return reports;
  };
  return {
    aws,
    settings,
    spend,
    check,
    offer: (shards: number) => {
      offered = shards;
      // It stands there for a while: it does not look as if it rose on.
      changedAtMs = aws.nowMs - 10 * minute;
    },
    changes: () =>
      aws.calls
        .filter(({ operation }) => /UpdateShardCount|SplitShard|MergeShards/.test(operation))
        .map(({ operation, about }) => `${operation.slice('kinesis:'.length)} ${about.replace(/^orders ?/, '')}`),
    intent: () => aws.stream('orders').tags[tagKeys.intent]?.replace(/^\S+ /, ''),
  };
}

describe('stepwise resharding', () => {
  it('halves four shards by two merges, spends no call, and writes the alarms once', async () => {
    const { aws, settings, check, changes, intent } = streamOf(4, 1.5);
    const [scaled] = await check();
    expect(scaled).toMatchObject({ outcome: 'scaled', decision: { targetShardCount: 2, way: 'steps' } });
    expect([changes(), intent()]).toEqual([['MergeShards shard-0 shard-1'], '4 2 steps']);
    const alarmWrites = () => aws.calls.filter(({ operation }) => operation === 'cloudwatch:PutMetricAlarm').length;
    const written = alarmWrites();
    expect(await check()).toEqual([]);
    expect(changes().at(-1)).toBe('MergeShards shard-2 shard-3');
    expect(await check()).toMatchObject([{ outcome: 'converged' }]);
    expect([aws.stream('orders').openShardCount, intent(), alarmWrites()]).toEqual([2, '4 2', written]);
    expect(aws.stream('orders').tags[tagKeys.ledger]).toBe('');
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('splits few shards for a rising load, as quickly as a call would', async () => {
    const { check, changes, intent } = streamOf(1, 0.95);
    await check();
    expect([changes(), intent()]).toEqual([[expect.stringMatching(/^SplitShard shard-0/)], '1 2 steps']);
  });

  it('takes no step while the last one is under way', async () => {
    const { aws, check, changes } = streamOf(8, 0.5);
    await check();
    aws.stream('orders').status = 'UPDATING';
    aws.stream('orders').targetShardCount = 7;
    const before = changes().length;
    await check();
    expect(changes()).toHaveLength(before);
  });

  it('gives way to one call when the load returns, and counts the shards that it was made at', async () => {
    const { aws, check, offer, changes, intent, spend } = streamOf(16, 6);
    // What is left is kept for growing.
    spend(6);
    for (let step = 1; step <= 6; step++) await check();
    expect([aws.stream('orders').openShardCount, intent()]).toEqual([10, '16 8 steps']);
    offer(14);
    await check();
    expect(changes().at(-1)).toBe('UpdateShardCount ');
    expect([aws.scalings.at(-1), intent()]).toEqual([{ streamName: 'orders', from: 10, to: 16 }, '8 16 via 10']);
    expect(await check()).toEqual([]);
  });

  it('turns back by steps when the load returns soon', async () => {
    const { aws, check, offer, changes, intent, spend } = streamOf(16, 6);
    spend(6);
    for (let step = 1; step <= 2; step++) await check();
    offer(14);
    await check();
    expect([changes().at(-1), intent()]).toEqual(['SplitShard shard-0m', '8 16 steps via 14']);
    for (let step = 1; step <= 2; step++) await check();
    expect([aws.stream('orders').openShardCount, intent()]).toEqual([16, '8 16 via 14']);
  });

  it('goes on by steps where the day’s calls are spent', async () => {
    const { check, offer, changes, spend } = streamOf(16, 8);
    spend(10);
    offer(20);
    expect(await check()).toMatchObject([{ outcome: 'scaled', decision: { direction: 'up', way: 'steps' } }]);
    expect(changes()).toEqual([expect.stringMatching(/^SplitShard /)]);
  });

  it('scales up by a call where it may not split', async () => {
    const { aws, check, changes } = streamOf(2, 1.9);
    aws.fail('kinesis:SplitShard', { code: 'AccessDeniedException' });
    expect(await check()).toMatchObject([{ outcome: 'scaled' }]);
    expect(changes().at(-1)).toBe('UpdateShardCount ');
  });

  it('keeps its call for growing where it may not merge: the scale-down has failed', async () => {
    const { aws, check, changes, intent } = streamOf(4, 0.5);
    aws.fail('kinesis:MergeShards', { code: 'AccessDeniedException' });
    expect(await check()).toMatchObject([{ outcome: 'failed', failures: [], effects: expect.any(Array) }]);
    expect([changes(), intent()]).toEqual([['MergeShards shard-0 shard-1'], '']);
  });

  it('does nothing in dry run but say which step it would take', async () => {
    const { aws } = streamOf(4, 0.5);
    const reports: ScalingReport[] = [];
    const context = contextOf(aws, { ...deploymentOf({ orders: stepwise }), dryRun: true });
    await checkLoad(context, (report) => reports.push(report));
    expect(reports).toMatchObject([{ outcome: 'planned' }]);
    expect(reports[0]?.effects?.map(({ effect }) => effect.kind)).toContain('merge-shards');
    expect(aws.calls.filter(({ isWrite }) => isWrite)).toEqual([]);
  });

  it('evens shards that somebody else left uneven, by what the largest of them lets through', async () => {
    const { aws, check, changes } = streamOf(4, 1.9);
    const [first, second, ...rest] = (await aws.ports.streams.openShards('orders')).ok ? await shardsOf(aws) : [];
    if (!first || !second) throw new Error('no shards');
    aws.stream('orders').shards = [{ ...first, lastHashKey: second.lastHashKey }, ...rest];
    aws.stream('orders').openShardCount = 3;
    // Three shards, one of which takes half of the keys: as much as two even ones, which 1.9 nearly fills.
    aws.traffic.set('orders', () => 2.8);
    expect(await check()).toMatchObject([{ outcome: 'scaled', decision: { targetShardCount: 4 } }]);
    expect(changes()).toHaveLength(1);
  });
});

async function shardsOf(aws: MemoryAccount) {
  const answer = await aws.ports.streams.openShards('orders');
  if (!answer.ok) throw new Error('unread');
  return answer.value;
}
