/** `LimitExceededException` has three causes; no answer has two. */
import { describe, expect, it } from 'vitest';
import { encodeLedger, tagKeys } from '../../../core/stream/stream-tags.ts';
import { failureOf } from '../../../lambda/aws/calls.ts';
import { judgeRefusal } from '../../../lambda/stream/update-refusal.ts';
import { minute, now, sampleSettings, sampleState } from '../../core/samples.ts';
import { MemoryAccount } from '../memory-account.ts';

const intent = { atMs: now, from: 4, to: 8 };
const calls = (count: number) =>
  sampleState({
    tags: {
      [tagKeys.ledger]: encodeLedger(Array.from({ length: count }, (_, index) => now - (count - index) * minute)),
    },
  });

function judge(code: string, { attempt = 1, spent = 0, aws = setUp() } = {}) {
  return judgeRefusal(
    failureOf(code, ''),
    { attempt, intent, state: calls(spent), dailyQuota: 10 },
    aws.ports,
    aws.clock,
  );
}
function setUp() {
  const aws = new MemoryAccount();
  aws.addStream('orders', 4, sampleSettings());
  return aws;
}

describe('LimitExceededException', () => {
  it('with a full ledger is the quota; nothing more is asked', async () => {
    const aws = setUp();
    expect(await judge('LimitExceededException', { spent: 10, aws })).toEqual({
      kind: 'held',
      takeBack: true,
      decision: {
        kind: 'hold',
        reason: 'daily-quota',
        because: { rule: 13, callsInLastDay: 10, dailyQuota: 10, direction: 'up' },
      },
    });
    expect(aws.calls).toEqual([]);
  });

  it('with shards that the account has not is the account’s limit', async () => {
    const aws = setUp();
    aws.shardLimit = 7;
    expect(await judge('LimitExceededException', { spent: 9, aws })).toEqual({
      kind: 'held',
      takeBack: true,
      decision: {
        kind: 'hold',
        reason: 'account-shard-limit',
        because: { rule: 12, shardLimit: 7, accountShards: 4, targetShardCount: 8, direction: 'up' },
      },
    });
  });

  it('with just enough shards is the call rate: sent again after a wait', async () => {
    const aws = setUp();
    aws.shardLimit = 8;
    expect(await judge('LimitExceededException', { aws })).toEqual({ kind: 'resend' });
    expect(await judge('LimitExceededException', { aws, attempt: 2 })).toEqual({ kind: 'resend' });
    expect(aws.sleeps).toEqual([1_000, 2_000]);
  });

  it('for the third time is the quota after all: calls that were not ours spent it', async () => {
    const aws = setUp();
    expect(await judge('LimitExceededException', { aws, attempt: 3 })).toMatchObject({
      kind: 'held',
      takeBack: true,
      decision: { reason: 'daily-quota' },
    });
    expect(aws.sleeps).toEqual([]);
  });

  it('is taken for the call rate where the limits cannot be read', async () => {
    const aws = setUp();
    aws.shardLimit = 1;
    aws.fail('kinesis:DescribeLimits', { code: 'AccessDeniedException' });
    expect(await judge('LimitExceededException', { aws })).toEqual({ kind: 'resend' });
  });
});

describe('no answer', () => {
  it.each([
    ['UPDATING: it was carried out', { status: 'UPDATING' }, { kind: 'accepted' }],
    ['at the target: it was carried out, and is over', { openShardCount: 8 }, { kind: 'accepted' }],
    ['as before: it was not, or not yet; the tags stay', {}, { kind: 'failed', takeBack: false }],
  ] as const)('%s', async (_what, change, expected) => {
    for (const code of ['Timeout', 'ConnectionReset', 'InternalFailure']) {
      const aws = setUp();
      Object.assign(aws.stream('orders'), change);
      expect(await judge(code, { aws })).toEqual(expected);
    }
  });

  it('and none to the question either: unknown, so nothing is taken back', async () => {
    const aws = setUp();
    aws.fail('kinesis:DescribeStreamSummary', { code: 'Timeout' });
    expect(await judge('Timeout', { aws })).toEqual({ kind: 'failed', takeBack: false });
  });
});

describe('other refusals', () => {
  it('ResourceInUseException: somebody was faster; tags cannot be written now', async () => {
    expect(await judge('ResourceInUseException')).toEqual({
      kind: 'held',
      takeBack: false,
      decision: {
        kind: 'hold',
        reason: 'stream-updating',
        because: { rule: 5, refusedWith: 'ResourceInUseException' },
      },
    });
  });

  it.each(['AccessDeniedException', 'InvalidArgumentException', 'ResourceNotFoundException', 'ThrottlingException'])(
    '%s: nothing was changed, and the tags say so again',
    async (code) => {
      expect(await judge(code)).toEqual({ kind: 'failed', takeBack: true });
    },
  );
});
