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

describe('a refusal with LimitExceededException', () => {
  it('is taken for the quota when the ledger is full, without another call', async () => {
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

  it('is taken for the account’s limit when the account lacks the shards', async () => {
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

  it('is taken for the call rate when the account has just enough shards: sent again after a wait', async () => {
    const aws = setUp();
    aws.shardLimit = 8;
    expect(await judge('LimitExceededException', { aws })).toEqual({ kind: 'resend' });
    expect(await judge('LimitExceededException', { aws, attempt: 2 })).toEqual({ kind: 'resend' });
    expect(aws.sleeps).toEqual([1_000, 2_000]);
  });

  it('is taken for the quota when it comes for the third time: others have spent it', async () => {
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

describe('a call without an answer', () => {
  it.each([
    ['counts as carried out while the stream is UPDATING', { status: 'UPDATING' }, { kind: 'accepted' }],
    ['counts as carried out when the stream has the target already', { openShardCount: 8 }, { kind: 'accepted' }],
    [
      'fails and leaves the tags when the stream is as before: perhaps it is not carried out yet',
      {},
      { kind: 'failed', takeBack: false },
    ],
  ] as const)('%s', async (_what, change, expected) => {
    for (const code of ['Timeout', 'ConnectionReset', 'InternalFailure']) {
      const aws = setUp();
      Object.assign(aws.stream('orders'), change);
      expect(await judge(code, { aws })).toEqual(expected);
    }
  });

  it('takes nothing back when the stream cannot be read either', async () => {
    const aws = setUp();
    aws.fail('kinesis:DescribeStreamSummary', { code: 'Timeout' });
    expect(await judge('Timeout', { aws })).toEqual({ kind: 'failed', takeBack: false });
  });
});

describe('other refusals', () => {
  it('ResourceInUseException holds and leaves the tags, which cannot be written while UPDATING', async () => {
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
    '%s takes intent and ledger back, since nothing was changed',
    async (code) => {
      expect(await judge(code)).toEqual({ kind: 'failed', takeBack: true });
    },
  );
});
