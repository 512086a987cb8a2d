import { describe, expect, it } from 'vitest';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { sampleSettings, second } from '../../core/samples.ts';
import { answerAlarm, deploymentOf } from '../deployments.ts';
import { findDisagreements, MemoryAccount } from '../memory-account.ts';

const hotOfTwo = [
  { shardId: 'shard-0', firstHashKey: '0', lastHashKey: '99', bytes: 0, records: 300_000 },
  { shardId: 'shard-1', firstHashKey: '100', lastHashKey: '199', bytes: 0, records: 90_000 },
];

/** Two shards, one of them full, and the scale-up alarm has fired. */
function fired(given: Partial<StreamSettings>, published = true) {
  const settings = sampleSettings(given);
  const aws = new MemoryAccount();
  aws.addStream('orders', 2, settings);
  if (published) aws.shardLoads.set('orders', hotOfTwo);
  const alarmName = aws.fire('orders', 'up');
  aws.nowMs += 2 * second;
  const answer = () => answerAlarm(aws, deploymentOf({ orders: given }), alarmName);
  return { aws, settings, answer };
}

describe('a hot shard of a full stream', () => {
  it('is split, and alarms follow the new count', async () => {
    const { aws, settings, answer } = fired({ hotShard: 'split' });
    expect(await answer()).toMatchObject({ outcome: 'scaled', decision: { targetShardCount: 3 }, needsRetry: false });
    expect(aws.writes()).toContain('kinesis:SplitShard orders shard-0');
    expect(aws.operations()).not.toContain('kinesis:UpdateShardCount');
    aws.finish('orders');
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('is reported by default, and the stream doubles', async () => {
    const { aws, answer } = fired({});
    expect(await answer()).toMatchObject({
      outcome: 'scaled',
      decision: { targetShardCount: 4, because: { hotShard: 'shard-0', hotShardUtilization: 1 } },
    });
    expect(aws.scalings).toEqual([{ streamName: 'orders', from: 2, to: 4 }]);
  });

  it.each([
    ['that may not be split', 'kinesis:SplitShard'],
    ['that cannot be found', 'kinesis:ListShards'],
  ])('%s does not keep the stream from scaling', async (_why, operation) => {
    const { aws, settings, answer } = fired({ hotShard: 'split' });
    aws.fail(operation, { code: 'AccessDeniedException' });
    expect(await answer()).toMatchObject({ outcome: 'scaled', decision: { targetShardCount: 4 }, needsRetry: false });
    aws.finish('orders');
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('whose split is refused for the rate is left to the next delivery, and nothing stays behind', async () => {
    const { aws, answer } = fired({ hotShard: 'split' });
    aws.fail('kinesis:SplitShard', { code: 'LimitExceededException' });
    expect(await answer()).toMatchObject({ outcome: 'failed', needsRetry: true });
    expect(aws.operations().filter((operation) => operation === 'kinesis:SplitShard')).toHaveLength(3);
    expect(aws.stream('orders').tags['autoscaling/scaling']).toBe('');
    aws.heal();
    expect(await answer()).toMatchObject({ outcome: 'scaled', decision: { targetShardCount: 3 } });
  });

  it('costs no call where shards publish nothing, or where it is ignored', async () => {
    const { aws, answer } = fired({ hotShard: 'split' }, false);
    await answer();
    expect(aws.operations()).not.toContain('kinesis:ListShards');
    const ignoring = fired({ hotShard: 'ignore' });
    await ignoring.answer();
    expect(ignoring.aws.operations()).not.toContain('kinesis:ListShards');
  });
});
