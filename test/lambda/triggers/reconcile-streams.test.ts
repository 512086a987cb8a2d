import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../core/settings/deployment.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { encodeSettled, settledTag } from '../../../core/stream/settled-shards.ts';
import { encodeIntent, encodeLedger, tagKeys } from '../../../core/stream/stream-tags.ts';
import { failureOf } from '../../../lambda/aws/calls.ts';
import type { ReconcileCause } from '../../../lambda/events.ts';
import { fleetOf } from '../../../lambda/triggers/fleet.ts';
import { reconcileStreams } from '../../../lambda/triggers/reconcile-streams.ts';
import { day, hour, minute, now, sampleDefinition, sampleSettings } from '../../core/samples.ts';
import { answerAlarm, consumerArn, contextOf, deploymentOf, reconcileOrders } from '../deployments.ts';
import { findDisagreements, MemoryAccount } from '../memory-account.ts';

const consumers = [{ functionArn: consumerArn, lambdasPerShard: 2 }];

function streams(...names: readonly string[]) {
  const aws = new MemoryAccount();
  for (const name of names) aws.addStream(name, 4, sampleSettings());
  return aws;
}

function setUp(given: Partial<StreamSettings> = {}, environment?: Readonly<Record<string, string>>) {
  const settings = sampleSettings(given);
  const aws = new MemoryAccount();
  aws.addStream('orders', 4, settings);
  aws.functions.set('orders-processor', { reserved: 8, reads: true });
  aws.iteratorAges.set('orders', { seen: true, atMs: now, ageMs: 0 });
  return { aws, settings, deployment: deploymentOf({ orders: given }, environment) };
}

async function reconcile(
  aws: MemoryAccount,
  deployment: Deployment,
  { cause = 'schedule', timeIsUp = () => false }: { cause?: ReconcileCause; timeIsUp?: () => boolean } = {},
) {
  const streamNames = [...(deployment.streams?.keys() ?? [])].sort();
  return await reconcileStreams(fleetOf(streamNames, deployment), { cause, timeIsUp }, contextOf(aws, deployment));
}
async function reconcileOne(...args: Parameters<typeof reconcile>) {
  const { reports } = await reconcile(...args);
  const [report] = reports;
  if (!report || reports.length > 1) throw new TypeError('one stream, one report');
  return report;
}

describe('a stream that agrees', () => {
  it('costs two reads beside its share of one for all alarms, and no write', async () => {
    const { aws, deployment } = setUp();
    expect(await reconcileOne(aws, deployment)).toEqual({
      source: 'reconcile',
      at: '2026-03-02T09:15:45.000Z',
      streamName: 'orders',
      dryRun: false,
      openShardCount: 4,
      outcome: 'agrees',
      findings: [],
      effects: [],
      failures: [],
      needsRetry: false,
    });
    expect(aws.operations().toSorted()).toEqual([
      'cloudwatch:DescribeAlarms',
      'kinesis:DescribeStreamSummary',
      'kinesis:ListTagsForStream',
    ]);
  });

  it('is read with a hundred alarms in one call', async () => {
    const names = Array.from({ length: 51 }, (_, index) => `stream-${index}`);
    const aws = streams(...names);
    const deployment = deploymentOf(Object.fromEntries(names.map((name) => [name, {}])));
    const { reports, notReached } = await reconcile(aws, deployment);
    expect(notReached).toEqual([]);
    expect(reports.map(({ streamName }) => streamName)).toEqual(names.toSorted());
    const asked = aws.calls.filter(({ operation }) => operation === 'cloudwatch:DescribeAlarms');
    expect(asked.map(({ about }) => about.split(' ').length)).toEqual([100, 2]);
  });
});

describe('a repair', () => {
  it('follows a resharding by hand, and agrees the next time', async () => {
    const { aws, settings, deployment } = setUp({ consumers });
    aws.stream('orders').openShardCount = 6;
    const report = await reconcileOne(aws, deployment);
    expect(report).toMatchObject({ outcome: 'converged', needsRetry: false });
    expect(report.findings.map(({ kind }) => kind)).toContain('alarm-drifted');
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
    expect(await reconcileOne(aws, deployment)).toMatchObject({ outcome: 'agrees' });
    expect(aws.scalings).toEqual([]);
  });

  it('undoes a redeploy that brought the shard count of the template back', async () => {
    const { aws, settings, deployment } = setUp();
    aws.stream('orders').openShardCount = 8;
    expect(await reconcileOne(aws, deployment, { cause: 'deploy' })).toMatchObject({ outcome: 'converged' });
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('brings alarm tags up to date after a scaling that died before them', async () => {
    const { aws, deployment } = setUp();
    aws.stream('orders').tags = { [tagKeys.intent]: encodeIntent({ atMs: now - 2 * minute, from: 2, to: 4 }) };
    expect(await reconcileOne(aws, deployment)).toMatchObject({ outcome: 'converged' });
    expect(aws.alarm('orders-scale-down').tags).toMatchObject({ ScaleAction: 'Down' });
  });

  it('does not read the tags of alarms for a scaling of long ago', async () => {
    const { aws, deployment } = setUp();
    aws.stream('orders').tags = {
      [tagKeys.intent]: encodeIntent({ atMs: now - hour, from: 2, to: 4 }),
      [settledTag]: encodeSettled({ atMs: now - hour + 5 * minute, shardCount: 4 }),
    };
    expect(await reconcileOne(aws, deployment)).toMatchObject({ outcome: 'agrees' });
    expect(aws.operations()).not.toContain('cloudwatch:ListTagsForResource');
  });

  it('lowers a consumer once the parents are drained', async () => {
    const { aws, settings, deployment } = setUp({ consumers });
    aws.function('orders-processor').reserved = 16;
    aws.stream('orders').tags = {
      [tagKeys.intent]: encodeIntent({ atMs: now - 5 * minute, from: 8, to: 4 }),
      [`${tagKeys.concurrency}orders-processor`]: '16 8',
    };
    for (const name of ['orders-scale-up', 'orders-scale-down']) {
      aws.alarms.set(name, { ...aws.alarm(name), tags: { LastScaledTimestamp: '2026-03-02T09:14:00.000+0000' } });
    }
    const waiting = await reconcileOne(aws, deployment);
    expect(waiting.findings.map(({ kind }) => kind)).toEqual(['scaling-settled', 'concurrency-waits-for-drain']);
    aws.nowMs += hour;
    aws.iteratorAges.set('orders', { seen: true, atMs: aws.nowMs, ageMs: 0 });
    expect(await reconcileOne(aws, deployment)).toMatchObject({ outcome: 'converged' });
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('writes nothing to an on-demand stream or during an unexplained resharding', async () => {
    for (const change of [{ mode: 'ON_DEMAND' }, { status: 'UPDATING' }] as const) {
      const { aws, deployment } = setUp();
      Object.assign(aws.stream('orders'), { ...change, openShardCount: 7 });
      expect(await reconcileOne(aws, deployment)).toMatchObject({ outcome: 'agrees' });
      expect(aws.writes()).toEqual([]);
    }
  });
});

describe('holds end', () => {
  it('an alarm whose delivery was lost is re-armed after ten minutes', async () => {
    const { aws, deployment } = setUp();
    aws.fire('orders', 'up');
    aws.nowMs += 10 * minute - 1;
    expect(await reconcileOne(aws, deployment)).toMatchObject({
      outcome: 'agrees',
      alarmName: 'orders-scale-up',
      decision: { kind: 'scale' },
    });
    expect(aws.writes()).toEqual([]);
    aws.nowMs += 1;
    expect(await reconcileOne(aws, deployment)).toMatchObject({ outcome: 'converged' });
    expect(aws.writes()).toEqual(['cloudwatch:SetAlarmState orders-scale-up']);
    expect(aws.scalings).toEqual([]);
  });

  it('a cooldown holds its alarm until it is over, silently', async () => {
    const { aws, deployment } = setUp();
    aws.stream('orders').tags = { [tagKeys.ledger]: encodeLedger([now - minute]) };
    aws.fire('orders', 'down');
    aws.nowMs += 50 * minute;
    aws.iteratorAges.set('orders', { seen: true, atMs: aws.nowMs, ageMs: 0 });
    expect(await reconcileOne(aws, deployment)).toMatchObject({
      outcome: 'agrees',
      decision: { reason: 'cooldown' },
    });
    expect(aws.writes()).toEqual([]);
    aws.nowMs += 9 * minute;
    expect(await reconcileOne(aws, deployment)).toMatchObject({ outcome: 'converged' });
    expect(aws.alarm('orders-scale-down').state).toBe('INSUFFICIENT_DATA');
  });

  it('an alarm that dry run left in ALARM is re-armed by the first reconcile after it, by a deploy at once', async () => {
    for (const cause of ['schedule', 'deploy'] as const) {
      const { aws, deployment } = setUp();
      const alarmName = aws.fire('orders', 'up');
      const dry = deploymentOf({ orders: {} }, {});
      await answerAlarm(aws, dry, alarmName);
      aws.nowMs += cause === 'schedule' ? 10 * minute : minute;
      expect(await reconcileOne(aws, dry, { cause })).toMatchObject({ outcome: 'planned', dryRun: true });
      expect(aws.writes()).toEqual([]);
      expect(await reconcileOne(aws, deployment, { cause })).toMatchObject({ outcome: 'converged' });
      expect(aws.alarm(alarmName).state).toBe('INSUFFICIENT_DATA');
    }
  });

  it('an alarm that is rewritten and re-armed is not re-armed twice', async () => {
    const { aws, deployment } = setUp({ scaleUpThreshold: 0.8 });
    aws.alarms.set('orders-scale-up', { ...aws.alarm('orders-scale-up'), definition: sampleDefinition('up') });
    aws.fire('orders', 'up');
    aws.nowMs += 20 * minute;
    await reconcileOne(aws, deployment);
    expect(aws.writes()).toEqual([
      'cloudwatch:PutMetricAlarm orders-scale-up',
      'cloudwatch:SetAlarmState orders-scale-up',
    ]);
  });

  it('a re-arm waits for what else is written to its alarm', async () => {
    const { aws, deployment } = setUp();
    aws.alarms.set('orders-scale-up', { ...aws.alarm('orders-scale-up'), tags: { LastScaledTimestamp: 'today' } });
    aws.fire('orders', 'up');
    aws.nowMs += 20 * minute;
    await reconcileOne(aws, deployment);
    expect(aws.writes()).toEqual([
      'cloudwatch:TagResource orders-scale-up',
      'cloudwatch:SetAlarmState orders-scale-up',
    ]);
  });
});

describe('bounds hold even when nothing fires', () => {
  it.each([
    ['a minimum that was raised', { minShards: 10 }, 8],
    ['a maximum that was lowered', { maxShards: 3 }, 3],
  ])('%s: one step a run', async (_what, given, target) => {
    const { aws, settings, deployment } = setUp(given);
    expect(await reconcileOne(aws, deployment)).toMatchObject({
      outcome: 'scaled',
      decision: { kind: 'scale', openShardCount: 4, targetShardCount: target },
    });
    expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: target }]);
    aws.finish('orders');
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('a move is reported and not made in dry run', async () => {
    const { aws, deployment } = setUp({ minShards: 10 }, {});
    expect(await reconcileOne(aws, deployment)).toMatchObject({
      outcome: 'planned',
      decision: { reason: 'dry-run', because: { rule: 11, targetShardCount: 8, dollarsPerMonthThen: 87.6 } },
    });
    expect(aws.writes()).toEqual([]);
  });

  it('what drifted is repaired even while spent calls hold the move', async () => {
    const { aws, settings, deployment } = setUp({ minShards: 10 });
    const spent = Array.from({ length: 10 }, (_, index) => now - day + (index + 1) * minute);
    aws.stream('orders').tags = { [tagKeys.ledger]: encodeLedger(spent) };
    aws.alarms.set('orders-scale-up', { ...aws.alarm('orders-scale-up'), definition: sampleDefinition('up', 2) });
    expect(await reconcileOne(aws, deployment)).toMatchObject({
      outcome: 'held',
      decision: { reason: 'daily-quota', retryAtMs: now + minute },
    });
    expect(aws.scalings).toEqual([]);
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('an alarm is repaired even while AWS refuses the call again and again', async () => {
    const { aws, settings, deployment } = setUp({ minShards: 10 });
    aws.alarms.set('orders-scale-up', { ...aws.alarm('orders-scale-up'), definition: sampleDefinition('up', 2) });
    aws.fail('kinesis:UpdateShardCount', { code: 'AccessDeniedException' });
    expect(await reconcileOne(aws, deployment)).toMatchObject({ outcome: 'failed' });
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('a consumer that is too small is raised even while AWS refuses the call', async () => {
    const { aws, deployment } = setUp({ maxShards: 2, consumers });
    aws.function('orders-processor').reserved = 4;
    aws.fail('kinesis:UpdateShardCount', { code: 'AccessDeniedException' });
    await reconcileOne(aws, deployment);
    expect(aws.function('orders-processor').reserved).toBe(8);
  });
});

describe('dry run', () => {
  it('writes nothing and reports what it would write', async () => {
    const { aws, deployment } = setUp({}, {});
    aws.stream('orders').openShardCount = 6;
    const report = await reconcileOne(aws, deployment);
    expect(report).toMatchObject({ outcome: 'planned', dryRun: true, needsRetry: false });
    expect(report.effects.map(({ effect }) => effect.kind)).toEqual(['tag-stream', 'put-alarm', 'put-alarm']);
    expect(aws.writes()).toEqual([]);
  });

  it('shows the whole plan of an alarm in ALARM, with its dollars, at every reconcile while it would scale', async () => {
    const { aws, deployment } = setUp({}, {});
    aws.fire('orders', 'up');
    for (let run = 0; run < 3; run += 1) {
      aws.nowMs += 5 * minute;
      const report = await reconcileOne(aws, deployment);
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
    const { aws, deployment } = setUp({ scaleUpCooldownMinutes: 60 }, {});
    aws.stream('orders').tags = { [tagKeys.ledger]: encodeLedger([now - minute]) };
    aws.fire('orders', 'up');
    aws.nowMs += 15 * minute;
    const report = await reconcileOne(aws, deployment);
    expect(report).toMatchObject({ outcome: 'agrees', decision: { reason: 'cooldown' }, effects: [] });
  });
});

describe('another invocation at the same time', () => {
  it('has its scaling not undone: alarms are read before the stream', async () => {
    const { aws, settings, deployment } = setUp();
    aws.fire('orders', 'down');
    let round = 0;
    const scaleElsewhere = () => {
      round += 1;
      if (round === 1) {
        // All streams were read for the first time when the other one scales.
        aws.before('cloudwatch:DescribeAlarms', scaleElsewhere);
        return;
      }
      aws.stream('orders').openShardCount = 8;
      for (const direction of ['up', 'down'] as const) {
        const name = `orders-scale-${direction}`;
        aws.alarms.set(name, { ...aws.alarm(name), state: 'OK', definition: sampleDefinition(direction, 8, settings) });
      }
    };
    aws.before('cloudwatch:DescribeAlarms', scaleElsewhere);
    const report = await reconcileOne(aws, deployment);
    expect(round).toBe(2);
    expect(report).toMatchObject({ outcome: 'agrees' });
    expect(aws.writes()).toEqual([]);
  });
});

describe('one bad stream does not stop the others', () => {
  const three = { clicks: {}, orders: {}, visits: {} };

  it.each([
    ['that cannot be read', (aws: MemoryAccount) => aws.streams.delete('orders')],
    [
      'that brings out a bug',
      (aws: MemoryAccount) =>
        Object.defineProperty(aws.stream('orders'), 'tags', {
          get: () => {
            throw new TypeError('a bug');
          },
        }),
    ],
  ])('%s', async (_what, spoil) => {
    const aws = streams('clicks', 'orders', 'visits');
    for (const name of ['clicks', 'visits']) aws.stream(name).openShardCount = 6;
    spoil(aws);
    const { reports } = await reconcile(aws, deploymentOf(three));
    expect(reports.map(({ streamName, outcome, needsRetry }) => [streamName, outcome, needsRetry])).toEqual([
      ['clicks', 'converged', false],
      ['orders', 'failed', true],
      ['visits', 'converged', false],
    ]);
  });

  it('a write that fails at one stream does not stop the others', async () => {
    const aws = streams('clicks', 'orders');
    for (const name of ['clicks', 'orders']) aws.stream(name).openShardCount = 6;
    aws.fail('cloudwatch:PutMetricAlarm', { code: 'Throttling', times: 1 });
    const { reports } = await reconcile(aws, deploymentOf({ clicks: {}, orders: {} }));
    expect(reports.map(({ outcome }) => outcome)).toEqual(['failed', 'converged']);
    expect(reports[0]?.needsRetry).toBe(true);
  });

  it('every stream of a batch fails, and none is judged, when its alarms cannot be read', async () => {
    const aws = streams('clicks', 'orders', 'visits');
    aws.fail('cloudwatch:DescribeAlarms', { code: 'AccessDenied' });
    const { reports } = await reconcile(aws, deploymentOf(three));
    expect(reports.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed']);
    expect(aws.operations()).toEqual(['cloudwatch:DescribeAlarms']);
  });

  it('a consumer that cannot be read is reported, and needs another run', async () => {
    const { aws, deployment } = setUp({ consumers });
    aws.functions.delete('orders-processor');
    expect(await reconcileOne(aws, deployment)).toMatchObject({ outcome: 'agrees', needsRetry: true });
  });
});

describe('when time is up', () => {
  it('the batch under way is finished, and the rest is handed on', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `stream-${String(index).padStart(3, '0')}`);
    const aws = streams(...names);
    const deployment = deploymentOf(Object.fromEntries(names.map((name) => [name, {}])));
    const { reports, notReached } = await reconcile(aws, deployment, { timeIsUp: () => true });
    expect(reports).toHaveLength(50);
    expect(notReached).toEqual(names.slice(50));
  });
});

describe('a reconcile changes nothing at', () => {
  it('a stream that another invocation scales now: two must not write to one alarm', async () => {
    const { aws, deployment } = setUp();
    aws.stream('orders').tags = { [tagKeys.intent]: encodeIntent({ atMs: now - 1_000, from: 4, to: 8 }) };
    aws.stream('orders').openShardCount = 8;
    expect(await reconcileOne(aws, deployment)).toMatchObject({
      outcome: 'agrees',
      findings: [{ kind: 'scaling-under-way' }],
      needsRetry: false,
    });
    expect(aws.writes()).toEqual([]);
    aws.nowMs += 10 * minute;
    expect(await reconcileOne(aws, deployment)).toMatchObject({ outcome: 'converged' });
  });

  it('a stream whose tags contradict each other', async () => {
    const { aws, deployment } = setUp();
    aws.stream('orders').tags = { 'autoscaling/min-shards': '9', 'autoscaling/max-shards': '8' };
    aws.stream('orders').openShardCount = 6;
    expect(await reconcileOne(aws, deployment)).toMatchObject({
      outcome: 'held',
      decision: { reason: 'contradictory-settings' },
      needsRetry: false,
    });
    expect(aws.writes()).toEqual([]);
  });

  it('a stream whose alarms cannot be read again', async () => {
    const { aws, deployment } = setUp();
    aws.stream('orders').openShardCount = 6;
    aws.fail('cloudwatch:DescribeAlarms', { code: 'Throttling', skip: 1 });
    expect(await reconcileOne(aws, deployment)).toMatchObject({
      outcome: 'failed',
      failures: [{ call: 'cloudwatch:DescribeAlarms', code: 'Throttling' }],
      needsRetry: true,
    });
    expect(aws.writes()).toEqual([]);
  });
});

describe('streams that ask by their tag', () => {
  const discovering = { DRY_RUN: 'false', DISCOVERY_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:scaling' };
  const asking = { 'autoscaling/enabled': 'true' };
  const newAlarm = { topicArn: discovering.DISCOVERY_TOPIC_ARN, tags: { 'autoscaling/owner': 'us' } };

  function reconcileAsking(aws: MemoryAccount, deployed: Record<string, object> = {}) {
    const fleet = { streamNames: ['orders'], tags: new Map([['orders', asking]]), newAlarm, failures: [] };
    const run = { cause: 'schedule', timeIsUp: () => false } as const;
    return reconcileStreams(fleet, run, contextOf(aws, deploymentOf(deployed, discovering)));
  }

  it('get the alarms that they lack, and cost no read of their tags once they agree', async () => {
    const { aws } = setUp();
    aws.stream('orders').tags = asking;
    aws.alarms.clear();
    expect((await reconcileAsking(aws)).reports).toMatchObject([{ outcome: 'converged', needsRetry: false }]);
    expect([...aws.alarms.keys()].toSorted()).toEqual(['orders-scale-down', 'orders-scale-up']);
    expect(aws.alarm('orders-scale-up').tags).toEqual(newAlarm.tags);
    aws.calls.length = 0;
    expect((await reconcileAsking(aws)).reports).toMatchObject([{ outcome: 'agrees' }]);
    expect(aws.operations()).toEqual(['cloudwatch:DescribeAlarms', 'kinesis:DescribeStreamSummary']);
  });

  it('get no alarms where the deployment names them: those are the stack’s', async () => {
    const { aws } = setUp();
    aws.alarms.clear();
    const { reports } = await reconcileAsking(aws, { orders: {} });
    expect(reports[0]?.findings.map(({ kind }) => kind)).toEqual(['alarm-missing', 'alarm-missing']);
    expect(aws.writes()).toEqual([]);
  });
});

describe('a report', () => {
  it('lists a notice that cannot be sent, and fails nothing for it', async () => {
    const { aws, deployment } = setUp();
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
    const aws = streams('orders');
    aws.fail('kinesis:DescribeStreamSummary', { code: '', dies: true });
    const report = await reconcileOne(aws, deploymentOf({ orders: {} }));
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
    const aws = streams('orders');
    aws.fail('cloudwatch:DescribeAlarms', { code: 'AccessDenied' });
    const report = await reconcileOne(aws, deploymentOf({ orders: {} }));
    expect(report.failures).toMatchObject([{ call: 'cloudwatch:DescribeAlarms', code: 'AccessDenied' }]);
  });

  it('shows of two alarms in ALARM the one that would scale', async () => {
    const { aws, deployment } = setUp({ maxShards: 4 });
    aws.fire('orders', 'up');
    aws.fire('orders', 'down');
    aws.nowMs += minute;
    aws.iteratorAges.set('orders', { seen: true, atMs: aws.nowMs, ageMs: 0 });
    expect(await reconcileOne(aws, deployment)).toMatchObject({
      alarmName: 'orders-scale-down',
      decision: { kind: 'scale' },
    });
  });

  it('shows a re-arming that failed, as well as a rewriting', async () => {
    const { aws, deployment } = setUp();
    aws.fire('orders', 'up');
    aws.nowMs += 10 * minute;
    aws.fail('cloudwatch:SetAlarmState', { code: 'Throttling' });
    expect(await reconcileOne(aws, deployment)).toMatchObject({ outcome: 'failed', needsRetry: true });
  });
});

describe('two alarms of a stream', () => {
  it('are written side by side: the re-arming of one does not wait in the other’s lane', async () => {
    const { aws, deployment } = setUp();
    aws.alarms.set('orders-scale-down', { ...aws.alarm('orders-scale-down'), definition: sampleDefinition('down', 2) });
    aws.fire('orders', 'up');
    aws.nowMs += 10 * minute;
    aws.fail('cloudwatch:PutMetricAlarm', { code: 'Throttling' });
    await reconcileOne(aws, deployment);
    expect(aws.alarm('orders-scale-up').state).toBe('INSUFFICIENT_DATA');
  });
});

describe('consumers from the environment of a take-over', () => {
  it.each([
    ['a function that reads the stream is raised', true, 4],
    ['a function of another stream is left alone', false, 2],
  ])('%s', async (_what, reads, reserved) => {
    const aws = streams('orders');
    aws.functions.set('orders-processor', { reserved: 2, reads });
    aws.stream('orders').tags = { [`${tagKeys.concurrency}orders-processor`]: '2' };
    const environment = { DRY_RUN: 'false', PROCESSING_LAMBDA_ARN: consumerArn };
    await reconcileOrders(contextOf(aws, deploymentOf(undefined, environment)));
    expect(aws.function('orders-processor').reserved).toBe(reserved);
  });
});

describe('a stream outside its bounds whose alarm and consumer are out of line', () => {
  function drifted() {
    const { aws, settings, deployment } = setUp({ minShards: 8, consumers });
    const alarm = aws.alarm('orders-scale-up');
    aws.alarms.set('orders-scale-up', { ...alarm, definition: sampleDefinition('up', 2, settings) });
    aws.functions.set('orders-processor', { reserved: 6, reads: true });
    aws.stream('orders').tags = { [`${tagKeys.concurrency}orders-processor`]: '6' };
    return { aws, settings, deployment };
  }
  const kindsOf = ({ effects }: Awaited<ReturnType<typeof reconcileOne>>) =>
    effects.map(({ effect, failure }) => (failure ? `${effect.kind} refused` : effect.kind));

  it('has its alarm repaired before the call, and its consumer with the call, for the count to come', async () => {
    const { aws, settings, deployment } = drifted();
    const report = await reconcileOne(aws, deployment);
    expect(report).toMatchObject({ outcome: 'scaled', decision: { targetShardCount: 8 } });
    expect(kindsOf(report).slice(0, 4)).toEqual(['put-alarm', 'tag-stream', 'update-shard-count', 'set-concurrency']);
    expect(kindsOf(report).filter((kind) => kind === 'set-concurrency')).toHaveLength(1);
    aws.finish('orders');
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });

  it('has alarm and consumer repaired for the count that it keeps when the call is refused', async () => {
    const { aws, settings, deployment } = drifted();
    aws.fail('kinesis:UpdateShardCount', { code: 'AccessDeniedException' });
    const report = await reconcileOne(aws, deployment);
    expect(report).toMatchObject({ outcome: 'failed', needsRetry: true });
    expect(kindsOf(report)).toContain('update-shard-count refused');
    // Raised with the call, and taken back after it: readers that are too many for a moment cost nothing.
    expect(aws.function('orders-processor').reserved).toBe(8);
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
  });
});
