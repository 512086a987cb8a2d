import { describe, expect, it } from 'vitest';
import { scalingRule } from '../../../core/decision/hold-reasons.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { encodeLedger, tagKeys } from '../../../core/stream/stream-tags.ts';
import { failureOf } from '../../../lambda/aws/calls.ts';
import { handleAlarm } from '../../../lambda/triggers/alarm-notification.ts';
import { hour, minute, now, sampleDefinition, sampleSettings, second } from '../../core/samples.ts';
import { answerAlarm, consumerArn, contextOf, deploymentOf } from '../deployments.ts';
import { findDisagreements, MemoryAccount, notificationOf } from '../memory-account.ts';

const consumers = [{ functionArn: consumerArn, lambdasPerShard: 2 }];

/** `orders` with four shards, whose scale-up alarm has just fired. */
function fired(given: Partial<StreamSettings> = {}, direction: 'up' | 'down' = 'up') {
  const settings = sampleSettings(given);
  const aws = new MemoryAccount();
  aws.addStream('orders', 4, settings);
  aws.functions.set('orders-processor', { reserved: 8, reads: true });
  aws.iteratorAges.set('orders', { seen: true, atMs: now, ageMs: 0 });
  const alarmName = aws.fire('orders', direction);
  aws.nowMs += 2 * second;
  const deployment = deploymentOf({ orders: given });
  const answer = () => answerAlarm(aws, deployment, alarmName);
  return { aws, settings, deployment, alarmName, answer };
}

describe('a scaling', () => {
  it('writes the intent, calls, and lets alarms, tags and consumers follow', async () => {
    const { aws, settings, answer } = fired({ consumers });
    const report = await answer();
    expect(report).toMatchObject({
      source: 'alarm',
      streamName: 'orders',
      alarmName: 'orders-scale-up',
      messageId: 'message-1',
      dryRun: false,
      outcome: 'scaled',
      decision: { kind: 'scale', openShardCount: 4, targetShardCount: 8 },
      failures: [],
      needsRetry: false,
    });
    expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: 8 }]);
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
    aws.finish('orders');
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
    expect(aws.alarm('orders-scale-down').tags).toMatchObject({
      ScaleAction: 'Down',
      ComplimentaryAlarm: 'orders-scale-up',
    });
    expect(report.effects.every(({ failure }) => failure === undefined)).toBe(true);
  });

  it('sends the intent before the call, and everything else after it', async () => {
    const { aws, answer } = fired();
    await answer();
    expect(aws.writes()).toEqual([
      'kinesis:AddTagsToStream orders',
      'kinesis:UpdateShardCount orders',
      'cloudwatch:PutMetricAlarm orders-scale-up',
      'cloudwatch:PutMetricAlarm orders-scale-down',
      'cloudwatch:SetAlarmState orders-scale-up',
      'cloudwatch:TagResource orders-scale-down',
      'cloudwatch:TagResource orders-scale-up',
    ]);
  });

  it('down lowers no consumer while parents drain', async () => {
    const { aws, answer } = fired({ consumers }, 'down');
    expect(await answer()).toMatchObject({ outcome: 'scaled', decision: { targetShardCount: 2 } });
    expect(aws.function('orders-processor').reserved).toBe(8);
  });

  it('leaves the user’s parts of the alarms as they were', async () => {
    const { aws, answer } = fired();
    const before = aws.alarm('orders-scale-up').userParts;
    await answer();
    expect(aws.alarm('orders-scale-up').userParts).toEqual(before);
  });
});

describe('what is refused before any call', () => {
  it.each([
    ['text', 'hello', { rule: 1, faults: [{ field: 'Message' }] }],
    [
      'an alarm of another account',
      notificationOf({
        ...fired().aws.alarm('orders-scale-up'),
        alarmArn: 'arn:aws:cloudwatch:eu-west-1:210987654321:alarm:orders-scale-up',
      }),
      { rule: 1, faults: [{ field: 'AlarmArn' }] },
    ],
  ])('%s', async (_what, message, because) => {
    const { aws, deployment } = fired();
    const report = await handleAlarm({ messageId: 'm', message }, contextOf(aws, deployment));
    expect(report).toMatchObject({ outcome: 'held', decision: { reason: 'rejected', because }, needsRetry: false });
    expect(aws.calls).toEqual([]);
  });

  it('a stream that the deployment does not manage is rejected', async () => {
    const { aws, alarmName } = fired();
    const report = await answerAlarm(aws, deploymentOf({ clicks: {} }), alarmName);
    expect(report.decision).toMatchObject({ reason: 'rejected', because: { faults: [{ field: 'StreamName' }] } });
    expect(aws.calls).toEqual([]);
  });

  it('an alarm of a managed stream with a name that is not ours is rejected', async () => {
    const { aws, deployment, alarmName } = fired();
    const alien = {
      ...aws.alarm(alarmName),
      alarmName: 'x-scale-up',
      alarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:x-scale-up',
    };
    const report = await handleAlarm({ messageId: 'm', message: notificationOf(alien) }, contextOf(aws, deployment));
    expect(report.decision).toMatchObject({ reason: 'rejected' });
    expect(aws.calls).toEqual([]);
  });

  it('a notification of OK costs no call', async () => {
    const { aws, deployment, alarmName } = fired();
    const message = notificationOf(aws.alarm(alarmName), 'OK');
    const report = await handleAlarm({ messageId: 'm', message }, contextOf(aws, deployment));
    expect(report).toMatchObject({ outcome: 'held', decision: { reason: 'not-in-alarm' }, needsRetry: false });
    expect(aws.calls).toEqual([]);
  });
});

describe('a hold', () => {
  it('writes nothing where everything agrees', async () => {
    const { aws, answer } = fired({ maxShards: 4 });
    expect(await answer()).toMatchObject({
      outcome: 'held',
      decision: { reason: 'at-maximum' },
      effects: [],
      needsRetry: false,
    });
    expect(aws.writes()).toEqual([]);
  });

  it('rewrites an alarm that judged by another count, and scales nothing', async () => {
    const { aws, settings, answer } = fired();
    aws.stream('orders').openShardCount = 8;
    const report = await answer();
    expect(report).toMatchObject({ outcome: 'held', decision: { reason: 'alarm-drift' } });
    expect(report.findings.map(({ kind }) => kind)).toContain('alarm-drifted');
    expect(aws.scalings).toEqual([]);
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('asks for another delivery when its convergence fails', async () => {
    const { aws, answer } = fired();
    aws.stream('orders').openShardCount = 8;
    aws.fail('cloudwatch:PutMetricAlarm', { code: 'Throttling' });
    expect(await answer()).toMatchObject({ outcome: 'held', needsRetry: true });
  });

  it('never touches a sibling that watches another stream', async () => {
    const { aws, answer } = fired();
    const foreign = { ...aws.alarm('orders-scale-down'), definition: sampleDefinition('down', 2) };
    const metrics = foreign.definition.metrics.map((metric) =>
      'dimensions' in metric ? { ...metric, dimensions: { StreamName: 'clicks' } } : metric,
    );
    aws.alarms.set('orders-scale-down', { ...foreign, definition: { ...foreign.definition, metrics } });
    const report = await answer();
    expect(report.outcome).toBe('scaled');
    expect(aws.writes().filter((write) => write.includes('scale-down'))).toEqual([]);
  });
});

describe('dry run', () => {
  it.each<[string, (aws: MemoryAccount) => void, object]>([
    [
      'a scaling',
      () => undefined,
      {
        outcome: 'planned',
        decision: {
          kind: 'hold',
          reason: 'dry-run',
          because: { rule: scalingRule, direction: 'up', openShardCount: 4, targetShardCount: 8 },
        },
      },
    ],
    [
      'a hold with drift',
      (aws) => {
        aws.stream('orders').openShardCount = 8;
      },
      { outcome: 'held', decision: { reason: 'alarm-drift' }, effects: [] },
    ],
    [
      'a hold without',
      (aws) => {
        aws.stream('orders').status = 'UPDATING';
      },
      { outcome: 'held', decision: { reason: 'stream-updating' } },
    ],
  ])('%s writes nothing at all', async (_what, arrange, expected) => {
    const { aws, alarmName } = fired({ consumers });
    arrange(aws);
    const report = await answerAlarm(aws, deploymentOf({ orders: { consumers } }, {}), alarmName);
    expect(report).toMatchObject({ ...expected, dryRun: true, needsRetry: false });
    expect(aws.writes()).toEqual([]);
  });

  it('lists what would be done, in order', async () => {
    const { aws, alarmName } = fired();
    const report = await answerAlarm(aws, deploymentOf({ orders: {} }, { DRY_RUN: 'maybe' }), alarmName);
    expect(report.effects.map(({ effect }) => effect.kind)).toEqual([
      'tag-stream',
      'update-shard-count',
      'put-alarm',
      'rearm-alarm',
      'tag-alarm',
      'put-alarm',
      'tag-alarm',
    ]);
  });
});

describe('reads that fail', () => {
  it.each([
    'kinesis:DescribeStreamSummary',
    'kinesis:ListTagsForStream',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:ListTagsForResource',
  ])('without %s nothing is decided, and the record needs another delivery', async (operation) => {
    const { aws, answer } = fired();
    aws.fail(operation, { code: 'Throttling' });
    const report = await answer();
    expect(report).toMatchObject({ outcome: 'failed', needsRetry: true });
    expect(report.failures.every(({ call, code }) => call === operation && code === 'Throttling')).toBe(true);
    expect(report).not.toHaveProperty('decision');
    expect(aws.writes()).toEqual([]);
  });

  it('without the iterator age a scale-down holds, and a scale-up does not read it', async () => {
    const down = fired({}, 'down');
    down.aws.fail('cloudwatch:GetMetricData', { code: 'InternalFailure' });
    expect(await down.answer()).toMatchObject({
      outcome: 'held',
      decision: { reason: 'iterator-age-unknown' },
      needsRetry: true,
    });
    const up = fired();
    up.aws.fail('cloudwatch:GetMetricData', { code: 'InternalFailure' });
    expect(await up.answer()).toMatchObject({ outcome: 'scaled', needsRetry: false });
  });

  it.each(['lambda:GetFunctionConcurrency', 'lambda:GetAccountSettings'])(
    'a consumer that cannot be read (%s) does not keep the stream from scaling, and is reported',
    async (operation) => {
      const { aws, answer } = fired({ consumers });
      aws.fail(operation, { code: 'AccessDeniedException' });
      const report = await answer();
      expect(report).toMatchObject({ outcome: 'scaled', needsRetry: true, failures: [{ call: operation }] });
      expect(aws.scalings).toHaveLength(1);
    },
  );

  it('a consumer that cannot be raised does not keep the stream from scaling', async () => {
    const { aws, answer } = fired({ consumers });
    aws.fail('lambda:PutFunctionConcurrency', { code: 'AccessDeniedException' });
    expect(await answer()).toMatchObject({ outcome: 'scaled', needsRetry: true });
    expect(aws.alarm('orders-scale-up').state).toBe('INSUFFICIENT_DATA');
  });
});

describe('a call that is refused', () => {
  it('is never sent when its intent could not be written', async () => {
    const { aws, answer } = fired();
    aws.fail('kinesis:AddTagsToStream', { code: 'AccessDeniedException' });
    expect(await answer()).toMatchObject({ outcome: 'failed', needsRetry: true });
    expect(aws.operations()).not.toContain('kinesis:UpdateShardCount');
  });

  it('is a hold when tagging is refused because somebody else reshards', async () => {
    const { aws, answer } = fired();
    aws.before('kinesis:AddTagsToStream', () => {
      aws.stream('orders').status = 'UPDATING';
    });
    expect(await answer()).toMatchObject({
      outcome: 'held',
      decision: { reason: 'stream-updating', because: { refusedWith: 'ResourceInUseException' } },
      needsRetry: false,
    });
    expect(aws.scalings).toEqual([]);
  });

  it('is a hold that leaves the tags when somebody else was faster by one call', async () => {
    const { aws, answer } = fired();
    aws.before('kinesis:UpdateShardCount', () => {
      aws.stream('orders').status = 'UPDATING';
    });
    expect(await answer()).toMatchObject({
      outcome: 'held',
      decision: { reason: 'stream-updating' },
      needsRetry: false,
    });
    expect(aws.writes()).toEqual(['kinesis:AddTagsToStream orders', 'kinesis:UpdateShardCount orders']);
  });

  it('takes intent and ledger back, and fails', async () => {
    const { aws, answer } = fired();
    const tags = { team: 'checkout', [tagKeys.ledger]: encodeLedger([now - hour]) };
    aws.stream('orders').tags = tags;
    aws.fail('kinesis:UpdateShardCount', { code: 'AccessDeniedException' });
    expect(await answer()).toMatchObject({ outcome: 'failed', needsRetry: true });
    expect(aws.stream('orders').tags).toEqual({ ...tags, [tagKeys.intent]: '' });
    expect(aws.operations()).not.toContain('cloudwatch:PutMetricAlarm');
  });

  it('reports that taking back failed as well', async () => {
    const { aws, answer } = fired();
    aws.shardLimit = 7;
    aws.fail('kinesis:UpdateShardCount', { code: 'LimitExceededException' });
    aws.before('kinesis:DescribeLimits', () => aws.fail('kinesis:AddTagsToStream', { code: 'InternalFailure' }));
    expect(await answer()).toMatchObject({
      outcome: 'held',
      decision: { reason: 'account-shard-limit' },
      needsRetry: true,
    });
  });

  it('is sent once more after the account’s call rate was hit, and the consumers are not raised twice', async () => {
    const { aws, answer } = fired({ consumers });
    aws.fail('kinesis:UpdateShardCount', { code: 'LimitExceededException', times: 2 });
    aws.fail('lambda:PutFunctionConcurrency', { code: 'TooManyRequestsException', times: 1 });
    const report = await answer();
    expect(report).toMatchObject({ outcome: 'scaled', needsRetry: true });
    expect(report.effects.filter(({ effect }) => effect.kind === 'set-concurrency')).toHaveLength(1);
    expect(report.effects.filter(({ effect }) => effect.kind === 'update-shard-count')).toEqual([
      { effect: expect.anything() },
    ]);
    expect(aws.operations().filter((operation) => operation === 'lambda:PutFunctionConcurrency')).toHaveLength(1);
    expect(aws.sleeps).toEqual([1_000, 2_000]);
  });
});

describe('a call without an answer', () => {
  it.each(['Timeout', 'ConnectionReset', 'InternalFailure'])(
    'is no failure when it was carried out (%s)',
    async (code) => {
      const { aws, settings, answer } = fired();
      aws.fail('kinesis:UpdateShardCount', { code, after: true });
      const report = await answer();
      expect(report).toMatchObject({ outcome: 'scaled', needsRetry: false });
      expect(aws.scalings).toHaveLength(1);
      expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
    },
  );

  it('is sent by the next delivery when it was not carried out', async () => {
    const { aws, settings, answer } = fired();
    aws.fail('kinesis:UpdateShardCount', { code: 'Timeout', times: 1 });
    expect(await answer()).toMatchObject({ outcome: 'failed', needsRetry: true });
    expect(aws.operations().filter((operation) => operation === 'kinesis:UpdateShardCount')).toHaveLength(1);
    aws.nowMs += minute;
    expect(await answer()).toMatchObject({ outcome: 'scaled', needsRetry: false });
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });
});

describe('a repeated delivery', () => {
  it('of an answered alarm scales nothing, while the stream is UPDATING and after it', async () => {
    const { aws, deployment, alarmName } = fired();
    const record = { messageId: 'm', message: notificationOf(aws.alarm(alarmName)) };
    const context = contextOf(aws, deployment);
    expect(await handleAlarm(record, context)).toMatchObject({ outcome: 'scaled' });
    const written = aws.writes().length;
    expect(await handleAlarm(record, context)).toMatchObject({ decision: { reason: 'stream-updating' } });
    expect(aws.writes()).toHaveLength(written);
    aws.finish('orders');
    for (const _delivery of [1, 2]) {
      expect(await handleAlarm(record, context)).toMatchObject({ decision: { reason: 'superseded' } });
      // That the scaling is over is remembered, once.
      expect(aws.writes()).toHaveLength(written + 1);
    }
    expect(aws.scalings).toHaveLength(1);
  });
});

describe('consumers from the environment of a take-over', () => {
  const environment = { DRY_RUN: 'false', PROCESSING_LAMBDA_ARN: consumerArn };

  it.each([
    ['a function that reads the stream is raised', true, 8],
    ['a function of another stream is left alone', false, 4],
  ])('%s', async (_what, reads, reserved) => {
    const { aws, alarmName } = fired();
    aws.functions.set('orders-processor', { reserved: 4, reads });
    expect(await answerAlarm(aws, deploymentOf(undefined, environment), alarmName)).toMatchObject({
      outcome: 'scaled',
    });
    expect(aws.function('orders-processor').reserved).toBe(reserved);
  });
});

describe('streams that ask by their tag', () => {
  const environment = { DRY_RUN: 'false', DISCOVERY_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:scaling' };

  it.each([
    ['true', 'scaled'],
    ['false', 'held'],
  ])('autoscaling/enabled = %s: %s', async (value, outcome) => {
    const { aws, alarmName } = fired();
    aws.stream('orders').tags = { 'autoscaling/enabled': value };
    const report = await answerAlarm(aws, deploymentOf({}, environment), alarmName);
    expect(report).toMatchObject({ outcome, needsRetry: false });
    if (outcome === 'scaled') return;
    expect(aws.writes()).toEqual([]);
    expect(report.decision).toEqual({
      kind: 'hold',
      reason: 'rejected',
      because: {
        rule: 1,
        faults: [
          {
            field: 'StreamName',
            value: '"orders"',
            problem: 'does not ask to be managed',
            remedy: 'tag the stream autoscaling/enabled = true, or unsubscribe its alarm',
          },
        ],
      },
    });
  });

  it('are held while their tags contradict each other, and nothing is repaired by a guess', async () => {
    const { aws, answer } = fired();
    aws.stream('orders').tags = { 'autoscaling/min-shards': '9', 'autoscaling/max-shards': '8' };
    aws.stream('orders').openShardCount = 6;
    expect(await answer()).toMatchObject({
      outcome: 'held',
      decision: { reason: 'contradictory-settings', because: { faults: [{ field: 'autoscaling/min-shards' }] } },
      needsRetry: false,
    });
    expect(aws.writes()).toEqual([]);
  });
});

describe('a notice that cannot be sent', () => {
  it('is in the report, and asks for no other delivery: the scaling is done', async () => {
    const { aws, deployment, alarmName } = fired();
    const unsent = { call: 'sns:Publish', ...failureOf('AccessDenied', '') };
    const record = { messageId: 'm', message: notificationOf(aws.alarm(alarmName)) };
    const context = { ...contextOf(aws, deployment), notify: async () => [unsent] };
    expect(await handleAlarm(record, context)).toMatchObject({
      outcome: 'scaled',
      failures: [unsent],
      needsRetry: false,
    });
  });
});

describe('the effects in a report', () => {
  it('shows what was done before a hold, without the call that was refused', async () => {
    const { aws, answer } = fired({ consumers });
    aws.shardLimit = 7;
    aws.fail('kinesis:UpdateShardCount', { code: 'LimitExceededException' });
    expect((await answer()).effects.map(({ effect }) => effect.kind)).toEqual([
      'tag-stream',
      'set-concurrency',
      'tag-stream',
    ]);
  });

  it('shows all effects that were tried before a failure', async () => {
    const { aws, answer } = fired();
    aws.fail('kinesis:UpdateShardCount', { code: 'AccessDeniedException' });
    const { effects } = await answer();
    expect(effects.map(({ effect, failure }) => [effect.kind, failure?.code])).toEqual([
      ['tag-stream', undefined],
      ['update-shard-count', 'AccessDeniedException'],
      ['tag-stream', undefined],
    ]);
  });

  it('takes nothing back after a call that may have worked', async () => {
    const { aws, answer } = fired();
    aws.fail('kinesis:UpdateShardCount', { code: 'Timeout' });
    expect((await answer()).effects.map(({ effect }) => effect.kind)).toEqual(['tag-stream', 'update-shard-count']);
  });

  it('shows no effect of a stream that somebody else reshards', async () => {
    const { aws, answer } = fired();
    aws.before('kinesis:AddTagsToStream', () => {
      aws.stream('orders').status = 'UPDATING';
    });
    const report = await answer();
    expect(report.effects).toEqual([]);
    expect(report.decision?.kind).toBe('hold');
  });

  it('shows a call whose answer was lost without a failure', async () => {
    const { aws, answer } = fired();
    aws.fail('kinesis:UpdateShardCount', { code: 'Timeout', after: true });
    const { effects } = await answer();
    expect(effects[1]).toEqual({ effect: { kind: 'update-shard-count', from: 4, to: 8, onFailure: 'abort' } });
  });
});

describe('consumers of a deployment', () => {
  it('are raised without an event source mapping: pipes and own workers have none', async () => {
    const { aws, answer } = fired({ consumers });
    aws.functions.set('orders-processor', { reserved: 8, reads: undefined });
    await answer();
    expect(aws.function('orders-processor').reserved).toBe(16);
  });
});
