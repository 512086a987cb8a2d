import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../core/settings/deployment.ts';
import { encodeSettled, settledTag } from '../../../core/stream/settled-shards.ts';
import { encodeIntent, encodeLedger, tagKeys } from '../../../core/stream/stream-tags.ts';
import { failureOf } from '../../../lambda/aws/calls.ts';
import type { ReconcileCause } from '../../../lambda/events.ts';
import { hour, minute, now, sampleDefinition } from '../../core/samples.ts';
import { answerAlarm, consumerArn, contextOf, deploymentOf, reconcileOrders, setUpOrders } from '../deployments.ts';
import { findDisagreements, type MemoryAccount } from '../memory-account.ts';

const consumers = [{ functionArn: consumerArn, lambdasPerShard: 2 }];

const reconcile = (aws: MemoryAccount, deployment: Deployment, cause?: ReconcileCause) =>
  reconcileOrders(contextOf(aws, deployment), cause);

describe('a repair', () => {
  it('follows a resharding by hand, and agrees the next time', async () => {
    const { aws, settings, deployment } = setUpOrders({ consumers });
    aws.stream('orders').openShardCount = 6;
    const report = await reconcile(aws, deployment);
    expect(report).toMatchObject({ outcome: 'converged', needsRetry: false });
    expect(report.findings.map(({ kind }) => kind)).toContain('alarm-drifted');
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
    expect(await reconcile(aws, deployment)).toMatchObject({ outcome: 'agrees' });
    expect(aws.scalings).toEqual([]);
  });

  it('undoes a redeploy that brought the shard count of the template back', async () => {
    const { aws, settings, deployment } = setUpOrders();
    aws.stream('orders').openShardCount = 8;
    expect(await reconcile(aws, deployment, 'deploy')).toMatchObject({ outcome: 'converged' });
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('brings alarm tags up to date after a scaling that died before them', async () => {
    const { aws, deployment } = setUpOrders();
    aws.stream('orders').tags = { [tagKeys.intent]: encodeIntent({ atMs: now - 2 * minute, from: 2, to: 4 }) };
    expect(await reconcile(aws, deployment)).toMatchObject({ outcome: 'converged' });
    expect(aws.alarm('orders-scale-down').tags).toMatchObject({ ScaleAction: 'Down' });
  });

  it('does not read the tags of alarms for a scaling of long ago', async () => {
    const { aws, deployment } = setUpOrders();
    aws.stream('orders').tags = {
      [tagKeys.intent]: encodeIntent({ atMs: now - hour, from: 2, to: 4 }),
      [settledTag]: encodeSettled({ atMs: now - hour + 5 * minute, shardCount: 4 }),
    };
    expect(await reconcile(aws, deployment)).toMatchObject({ outcome: 'agrees' });
    expect(aws.operations()).not.toContain('cloudwatch:ListTagsForResource');
  });

  it('lowers a consumer once the parents are drained', async () => {
    const { aws, settings, deployment } = setUpOrders({ consumers });
    aws.function('orders-processor').reserved = 16;
    aws.stream('orders').tags = {
      [tagKeys.intent]: encodeIntent({ atMs: now - 5 * minute, from: 8, to: 4 }),
      [`${tagKeys.concurrency}orders-processor`]: '16 8',
    };
    for (const name of ['orders-scale-up', 'orders-scale-down']) {
      aws.alarms.set(name, { ...aws.alarm(name), tags: { LastScaledTimestamp: '2026-03-02T09:14:00.000+0000' } });
    }
    const waiting = await reconcile(aws, deployment);
    expect(waiting.findings.map(({ kind }) => kind)).toEqual(['scaling-settled', 'concurrency-waits-for-drain']);
    aws.nowMs += hour;
    aws.iteratorAges.set('orders', { seen: true, atMs: aws.nowMs, ageMs: 0 });
    expect(await reconcile(aws, deployment)).toMatchObject({ outcome: 'converged' });
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('writes nothing to an on-demand stream or during an unexplained resharding', async () => {
    for (const change of [{ mode: 'ON_DEMAND' }, { status: 'UPDATING' }] as const) {
      const { aws, deployment } = setUpOrders();
      Object.assign(aws.stream('orders'), { ...change, openShardCount: 7 });
      expect(await reconcile(aws, deployment)).toMatchObject({ outcome: 'agrees' });
      expect(aws.writes()).toEqual([]);
    }
  });
});

describe('holds end', () => {
  it('an alarm whose delivery was lost is re-armed after ten minutes', async () => {
    const { aws, deployment } = setUpOrders();
    aws.fire('orders', 'up');
    aws.nowMs += 10 * minute - 1;
    expect(await reconcile(aws, deployment)).toMatchObject({
      outcome: 'agrees',
      alarmName: 'orders-scale-up',
      decision: { kind: 'scale' },
    });
    expect(aws.writes()).toEqual([]);
    aws.nowMs += 1;
    expect(await reconcile(aws, deployment)).toMatchObject({ outcome: 'converged' });
    expect(aws.writes()).toEqual(['cloudwatch:SetAlarmState orders-scale-up']);
    expect(aws.scalings).toEqual([]);
  });

  it('a cooldown holds its alarm until it is over, silently', async () => {
    const { aws, deployment } = setUpOrders();
    aws.stream('orders').tags = { [tagKeys.ledger]: encodeLedger([now - minute]) };
    aws.fire('orders', 'down');
    aws.nowMs += 50 * minute;
    aws.iteratorAges.set('orders', { seen: true, atMs: aws.nowMs, ageMs: 0 });
    expect(await reconcile(aws, deployment)).toMatchObject({
      outcome: 'agrees',
      decision: { reason: 'cooldown' },
    });
    expect(aws.writes()).toEqual([]);
    aws.nowMs += 9 * minute;
    expect(await reconcile(aws, deployment)).toMatchObject({ outcome: 'converged' });
    expect(aws.alarm('orders-scale-down').state).toBe('INSUFFICIENT_DATA');
  });

  it('an alarm that dry run left in ALARM is re-armed by the first reconcile after it, by a deploy at once', async () => {
    for (const cause of ['schedule', 'deploy'] as const) {
      const { aws, deployment } = setUpOrders();
      const alarmName = aws.fire('orders', 'up');
      const dry = deploymentOf({ orders: {} }, {});
      await answerAlarm(aws, dry, alarmName);
      aws.nowMs += cause === 'schedule' ? 10 * minute : minute;
      expect(await reconcile(aws, dry, cause)).toMatchObject({ outcome: 'planned', dryRun: true });
      expect(aws.writes()).toEqual([]);
      expect(await reconcile(aws, deployment, cause)).toMatchObject({ outcome: 'converged' });
      expect(aws.alarm(alarmName).state).toBe('INSUFFICIENT_DATA');
    }
  });

  it('an alarm that is rewritten and re-armed is not re-armed twice', async () => {
    const { aws, deployment } = setUpOrders({ scaleUpThreshold: 0.8 });
    aws.alarms.set('orders-scale-up', { ...aws.alarm('orders-scale-up'), definition: sampleDefinition('up') });
    aws.fire('orders', 'up');
    aws.nowMs += 20 * minute;
    await reconcile(aws, deployment);
    expect(aws.writes()).toEqual([
      'cloudwatch:PutMetricAlarm orders-scale-up',
      'cloudwatch:SetAlarmState orders-scale-up',
    ]);
  });

  it('a re-arm waits for what else is written to its alarm', async () => {
    const { aws, deployment } = setUpOrders();
    aws.alarms.set('orders-scale-up', { ...aws.alarm('orders-scale-up'), tags: { LastScaledTimestamp: 'today' } });
    aws.fire('orders', 'up');
    aws.nowMs += 20 * minute;
    await reconcile(aws, deployment);
    expect(aws.writes()).toEqual([
      'cloudwatch:TagResource orders-scale-up',
      'cloudwatch:SetAlarmState orders-scale-up',
    ]);
  });
});

describe('dry run', () => {
  it('writes nothing and reports what it would write', async () => {
    const { aws, deployment } = setUpOrders({}, {});
    aws.stream('orders').openShardCount = 6;
    const report = await reconcile(aws, deployment);
    expect(report).toMatchObject({ outcome: 'planned', dryRun: true, needsRetry: false });
    expect(report.effects.map(({ effect }) => effect.kind)).toEqual(['tag-stream', 'put-alarm', 'put-alarm']);
    expect(aws.writes()).toEqual([]);
  });

  it('shows the whole plan of an alarm in ALARM, with its dollars, at every reconcile while it would scale', async () => {
    const { aws, deployment } = setUpOrders({}, {});
    aws.fire('orders', 'up');
    for (let run = 0; run < 3; run += 1) {
      aws.nowMs += 5 * minute;
      const report = await reconcile(aws, deployment);
      expect(report).toMatchObject({
        outcome: 'planned',
        alarmName: 'orders-scale-up',
        decision: {
          reason: 'dry-run',
          because: { openShardCount: 4, targetShardCount: 8, dollarsPerMonthNow: 43.8, dollarsPerMonthThen: 87.6 },
        },
      });
      const kinds = report.effects.map(({ effect }) => effect.kind);
      expect(kinds.filter((kind) => kind !== 'rearm-alarm')).toEqual([
        'tag-stream',
        'update-shard-count',
        'put-alarm',
        'tag-alarm',
        'put-alarm',
        'tag-alarm',
      ]);
    }
    expect(aws.writes()).toEqual([]);
  });

  it('reports what holds an alarm in ALARM, and plans nothing', async () => {
    const { aws, deployment } = setUpOrders({ scaleUpCooldownMinutes: 60 }, {});
    aws.stream('orders').tags = { [tagKeys.ledger]: encodeLedger([now - minute]) };
    aws.fire('orders', 'up');
    aws.nowMs += 15 * minute;
    const report = await reconcile(aws, deployment);
    expect(report).toMatchObject({ outcome: 'agrees', decision: { reason: 'cooldown' }, effects: [] });
  });
});

describe('a reconcile changes nothing at', () => {
  it('a stream that another invocation scales now: two must not write to one alarm', async () => {
    const { aws, deployment } = setUpOrders();
    aws.stream('orders').tags = { [tagKeys.intent]: encodeIntent({ atMs: now - 1_000, from: 4, to: 8 }) };
    aws.stream('orders').openShardCount = 8;
    expect(await reconcile(aws, deployment)).toMatchObject({
      outcome: 'agrees',
      findings: [{ kind: 'scaling-under-way' }],
      needsRetry: false,
    });
    expect(aws.writes()).toEqual([]);
    aws.nowMs += 10 * minute;
    expect(await reconcile(aws, deployment)).toMatchObject({ outcome: 'converged' });
  });

  it('a stream whose tags contradict each other', async () => {
    const { aws, deployment } = setUpOrders();
    aws.stream('orders').tags = { 'autoscaling/min-shards': '9', 'autoscaling/max-shards': '8' };
    aws.stream('orders').openShardCount = 6;
    expect(await reconcile(aws, deployment)).toMatchObject({
      outcome: 'held',
      decision: { reason: 'contradictory-settings' },
      needsRetry: false,
    });
    expect(aws.writes()).toEqual([]);
  });

  it('a stream whose alarms cannot be read again', async () => {
    const { aws, deployment } = setUpOrders();
    aws.stream('orders').openShardCount = 6;
    aws.fail('cloudwatch:DescribeAlarms', { code: 'Throttling', skip: 1 });
    expect(await reconcile(aws, deployment)).toMatchObject({
      outcome: 'failed',
      failures: [{ call: 'cloudwatch:DescribeAlarms', code: 'Throttling' }],
      needsRetry: true,
    });
    expect(aws.writes()).toEqual([]);
  });
});

describe('a report', () => {
  it('lists a notice that cannot be sent, and fails nothing for it', async () => {
    const { aws, deployment } = setUpOrders();
    aws.stream('orders').openShardCount = 6;
    const unsent = { call: 'sns:Publish', ...failureOf('AccessDenied', '') };
    const context = { ...contextOf(aws, deployment), notify: async () => [unsent] };
    expect(await reconcileOrders(context)).toMatchObject({
      outcome: 'converged',
      failures: [unsent],
      needsRetry: false,
    });
  });

  it('shows the stack of a bug', async () => {
    const { aws } = setUpOrders();
    aws.fail('kinesis:DescribeStreamSummary', { code: '', dies: true });
    const report = await reconcile(aws, deploymentOf({ orders: {} }));
    expect(report.failures).toEqual([
      {
        call: 'reconcile',
        kind: 'other',
        code: 'Bug',
        message: expect.stringContaining('memory-account'),
        retryable: false,
      },
    ]);
  });

  it('shows for every stream why its alarms could not be read', async () => {
    const { aws } = setUpOrders();
    aws.fail('cloudwatch:DescribeAlarms', { code: 'AccessDenied' });
    const report = await reconcile(aws, deploymentOf({ orders: {} }));
    expect(report.failures).toMatchObject([{ call: 'cloudwatch:DescribeAlarms', code: 'AccessDenied' }]);
  });

  it('shows of two alarms in ALARM the one that would scale', async () => {
    const { aws, deployment } = setUpOrders({ maxShards: 4 });
    aws.fire('orders', 'up');
    aws.fire('orders', 'down');
    aws.nowMs += minute;
    aws.iteratorAges.set('orders', { seen: true, atMs: aws.nowMs, ageMs: 0 });
    expect(await reconcile(aws, deployment)).toMatchObject({
      alarmName: 'orders-scale-down',
      decision: { kind: 'scale' },
    });
  });

  it('shows a re-arming that failed, as well as a rewriting', async () => {
    const { aws, deployment } = setUpOrders();
    aws.fire('orders', 'up');
    aws.nowMs += 10 * minute;
    aws.fail('cloudwatch:SetAlarmState', { code: 'Throttling' });
    expect(await reconcile(aws, deployment)).toMatchObject({ outcome: 'failed', needsRetry: true });
  });
});

describe('two alarms of a stream', () => {
  it('are written side by side: the re-arming of one does not wait in the other’s lane', async () => {
    const { aws, deployment } = setUpOrders();
    aws.alarms.set('orders-scale-down', { ...aws.alarm('orders-scale-down'), definition: sampleDefinition('down', 2) });
    aws.fire('orders', 'up');
    aws.nowMs += 10 * minute;
    aws.fail('cloudwatch:PutMetricAlarm', { code: 'Throttling' });
    await reconcile(aws, deployment);
    expect(aws.alarm('orders-scale-up').state).toBe('INSUFFICIENT_DATA');
  });
});

describe('consumers from the environment of a take-over', () => {
  it.each([
    ['a function that reads the stream is raised', true, 4],
    ['a function of another stream is left alone', false, 2],
  ])('%s', async (_what, reads, reserved) => {
    const { aws } = setUpOrders();
    aws.functions.set('orders-processor', { reserved: 2, reads });
    aws.stream('orders').tags = { [`${tagKeys.concurrency}orders-processor`]: '2' };
    const environment = { DRY_RUN: 'false', PROCESSING_LAMBDA_ARN: consumerArn };
    await reconcileOrders(contextOf(aws, deploymentOf(undefined, environment)));
    expect(aws.function('orders-processor').reserved).toBe(reserved);
  });
});
