import { describe, expect, it } from 'vitest';
import type { ScalingReport } from '../../../core/report/scaling-report.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { encodeIntent, tagKeys } from '../../../core/stream/stream-tags.ts';
import { failureOf } from '../../../lambda/aws/calls.ts';
import type { ScalerContext } from '../../../lambda/context.ts';
import type { FleetPort } from '../../../lambda/ports.ts';
import { checkLoad as checkStreams, isOverdue, readLoadCheck } from '../../../lambda/triggers/load-check.ts';
import { minute, now, sampleSettings, second } from '../../core/samples.ts';
import { contextOf, deploymentOf } from '../deployments.ts';
import { fleetPortOf, refused } from '../fleet-port.ts';
import { findDisagreements, MemoryAccount } from '../memory-account.ts';

/** Streams are named in the deployment: nothing of the account is asked. */
const fleetPort = {} as FleetPort;
const looks = { policy: 'target' } as const;

async function checkLoad(context: ScalerContext, port: FleetPort) {
  const reports: ScalingReport[] = [];
  const result = await checkStreams(context, port, (report) => reports.push(report));
  return { ...result, reports };
}

function accountWith(streams: Readonly<Record<string, Partial<StreamSettings>>>, offeredShards = 12) {
  const aws = new MemoryAccount();
  for (const [name, given] of Object.entries(streams)) {
    aws.addStream(name, 4, sampleSettings(given));
    aws.traffic.set(name, () => offeredShards);
    aws.iteratorAges.set(name, { seen: true, atMs: now, ageMs: 0 });
  }
  const context = contextOf(aws, deploymentOf(streams));
  return { aws, context, look: () => checkLoad(context, fleetPort) };
}

describe('a look', () => {
  it('scales what its policy wants to be scaled, and lets the rest follow', async () => {
    const { aws, look } = accountWith({ orders: looks });
    const { reports, looked, left, failures } = await look();
    expect({ looked, left, failures }).toEqual({ looked: 1, left: 0, failures: [] });
    expect(reports).toMatchObject([
      { source: 'look', streamName: 'orders', outcome: 'scaled', needsRetry: false, decision: { targetShardCount: 8 } },
    ]);
    expect(findDisagreements(aws, 'orders', sampleSettings(looks))).toEqual([]);
  });

  it('costs three reads and says nothing where demand is met', async () => {
    const { aws, look } = accountWith({ orders: looks }, 3);
    expect((await look()).reports).toEqual([]);
    expect(aws.operations().toSorted()).toEqual([
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'kinesis:DescribeStreamSummary',
      'kinesis:ListTagsForStream',
    ]);
  });

  it('leaves streams alone whose policy waits for alarms', async () => {
    const { aws, look } = accountWith({ orders: looks, clicks: {} });
    expect((await look()).looked).toBe(1);
    expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: 8 }]);
  });

  it('decides by what is there when it acts, not by what it saw first', async () => {
    const { aws, look } = accountWith({ orders: looks });
    aws.before('cloudwatch:GetMetricData', () => {
      aws.stream('orders').status = 'UPDATING';
    });
    expect((await look()).reports).toMatchObject([{ outcome: 'held', decision: { reason: 'stream-updating' } }]);
    expect(aws.scalings).toEqual([]);
  });

  it('stays out of the way of a scaling that another invocation has just begun', async () => {
    const { aws, look } = accountWith({ orders: looks });
    const intent = encodeIntent({ atMs: aws.nowMs - 30 * second, from: 4, to: 8 });
    aws.stream('orders').tags = { [tagKeys.intent]: intent };
    expect((await look()).reports).toEqual([]);
    aws.nowMs += 2 * minute;
    await look();
    expect(aws.scalings).toHaveLength(1);
  });

  it('goes on after its own scaling as soon as that is done', async () => {
    const { aws, look } = accountWith({ orders: looks }, 30);
    await look();
    aws.nowMs += minute;
    aws.finish('orders');
    await look();
    expect(aws.scalings.map(({ to }) => to)).toEqual([8, 16]);
  });

  it('is not refused every minute when others have spent the day’s calls, and tries again after a pause', async () => {
    const { aws, look } = accountWith({ orders: looks });
    aws.fail('kinesis:UpdateShardCount', { code: 'LimitExceededException' });
    const refused = async (minutes: number) => {
      const from = aws.calls.length;
      for (let passed = 0; passed < minutes; passed += 1) {
        await look();
        aws.nowMs += minute;
      }
      return aws.calls.slice(from).filter(({ operation }) => operation === 'kinesis:UpdateShardCount').length;
    };
    expect(await refused(4)).toBe(3);
    expect(await refused(30)).toBe(3);
    aws.heal();
    aws.nowMs += minute;
    await look();
    expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: 8 }]);
  });

  it('says what keeps a stream from what it needs, and not what merely needs nothing', async () => {
    const full = accountWith({ orders: { ...looks, maxShards: 4 } });
    expect((await full.look()).reports).toMatchObject([
      {
        outcome: 'held',
        decision: { reason: 'at-maximum' },
        findings: [],
        effects: [],
        failures: [],
        needsRetry: false,
      },
    ]);
    const spent = accountWith({ orders: looks });
    spent.aws.fail('kinesis:UpdateShardCount', { code: 'LimitExceededException' });
    await spent.look();
    spent.aws.nowMs += minute;
    expect((await spent.look()).reports).toMatchObject([{ outcome: 'held', decision: { reason: 'daily-quota' } }]);
    const empty = accountWith({ orders: { ...looks, minShards: 4 } }, 0.1);
    expect((await empty.look()).reports).toEqual([]);
  });

  it('scales down by what it saw and what consumers say then', async () => {
    const { aws, look } = accountWith({ orders: { ...looks, iteratorAge: 'required' } }, 1);
    await look();
    expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: 2 }]);
    const behind = accountWith({ orders: { ...looks, iteratorAge: 'required' } }, 1);
    behind.aws.iteratorAges.clear();
    expect((await behind.look()).reports).toMatchObject([
      { outcome: 'held', decision: { reason: 'iterator-age-unknown' } },
    ]);
  });

  it('reports a scaling of which something failed as one that another look must end', async () => {
    const { aws, look } = accountWith({ orders: looks });
    aws.fail('cloudwatch:PutMetricAlarm', { code: 'InternalFailure' });
    expect((await look()).reports).toMatchObject([{ outcome: 'scaled', failures: [], needsRetry: true }]);
  });

  it('leaves a stream alone whose tags contradict each other: the reconciler tells', async () => {
    const { aws, look } = accountWith({ orders: looks });
    aws.stream('orders').tags = { 'autoscaling/min-shards': '9', 'autoscaling/max-shards': '8' };
    expect((await look()).reports).toEqual([]);
    expect(aws.operations()).not.toContain('cloudwatch:GetMetricData');
  });

  it('asks for no traffic of a stream that is AWS’s to scale', async () => {
    const { aws, look } = accountWith({ orders: looks });
    aws.stream('orders').mode = 'ON_DEMAND';
    expect((await look()).reports).toEqual([]);
    expect(aws.operations()).not.toContain('cloudwatch:GetMetricData');
  });

  it('takes the tags that were read for all streams at once', async () => {
    const { aws } = accountWith({ clicks: looks, orders: looks });
    const discovery = {
      DRY_RUN: 'false',
      DISCOVERY_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:scaling',
    };
    const context = contextOf(aws, deploymentOf({ clicks: looks, orders: looks }, discovery));
    const { port } = fleetPortOf({ orders: { 'autoscaling/min-shards': '9', 'autoscaling/max-shards': '8' } });
    await checkLoad(context, port);
    // `clicks` was never tagged. What is acted on is read again.
    expect(aws.scalings).toEqual([{ streamName: 'clicks', from: 4, to: 8 }]);
    const asked = aws.calls.filter(({ operation }) => operation === 'kinesis:ListTagsForStream');
    expect(asked.map(({ about }) => about)).toEqual(['clicks']);
    const untold = fleetPortOf({}, [], { streamTags: async () => refused });
    expect((await checkLoad(context, untold.port)).failures).toEqual([refused.failure]);
  });

  it('tells in its report that people could not be told', async () => {
    const { context } = accountWith({ orders: looks });
    const unsent = { call: 'sns:Publish', ...failureOf('NotFound', '') };
    const { reports } = await checkLoad({ ...context, notify: async () => [unsent] }, fleetPort);
    expect(reports).toMatchObject([{ outcome: 'scaled', failures: [unsent], needsRetry: false }]);
  });

  it('leaves a stream alone of whose traffic nothing is known', async () => {
    const { aws, look } = accountWith({ orders: looks });
    aws.traffic.delete('orders');
    expect((await look()).reports).toEqual([]);
    expect(aws.scalings).toEqual([]);
  });

  it.each(['kinesis:DescribeStreamSummary', 'cloudwatch:GetMetricData', 'cloudwatch:ListTagsForResource'])(
    'reports a stream for which %s fails, and changes nothing',
    async (operation) => {
      const { aws, look } = accountWith({ orders: looks });
      aws.fail(operation, { code: 'AccessDeniedException' });
      const [report] = (await look()).reports;
      expect(report).toMatchObject({ streamName: 'orders', outcome: 'failed', needsRetry: true });
      expect(report?.failures[0]?.call).toBe(operation);
      expect(aws.writes()).toEqual([]);
    },
  );

  it('reports once, and looks at nothing, when no alarm can be read', async () => {
    const { aws, look } = accountWith({ clicks: looks, orders: looks });
    aws.fail('cloudwatch:DescribeAlarms', { code: 'Throttling' });
    const { reports, failures, looked } = await look();
    expect({ reports, codes: failures.map(({ code }) => code), looked }).toEqual({
      reports: [],
      codes: ['Throttling'],
      looked: 2,
    });
  });

  it('tells people of a scaling, and of no failure: an alarm counts those', async () => {
    const { aws, context } = accountWith({ orders: looks });
    const told: string[] = [];
    const notify = async ({ outcome }: { outcome: string }) => {
      told.push(outcome);
      return [];
    };
    aws.fail('kinesis:UpdateShardCount', { code: 'AccessDeniedException', times: 1 });
    await checkLoad({ ...context, notify }, fleetPort);
    aws.nowMs += 3 * minute;
    await checkLoad({ ...context, notify }, fleetPort);
    expect(told).toEqual(['scaled']);
  });

  it('ends before the next one is due, and the next one begins with other streams', async () => {
    const streams = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`s${100 + index}`, looks]));
    const { aws, context } = accountWith(streams, 3);
    const seen = async () => {
      const from = aws.calls.length;
      const { looked, left } = await checkLoad(context, fleetPort);
      const names = aws.calls.slice(from).filter(({ operation }) => operation === 'kinesis:DescribeStreamSummary');
      return { looked, left, first: names[0]?.about };
    };
    const slowly = () => {
      aws.nowMs += 30 * second;
      aws.before('cloudwatch:DescribeAlarms', slowly);
    };
    slowly();
    const one = await seen();
    expect(one).toMatchObject({ looked: 100, left: 20 });
    aws.nowMs += minute;
    expect((await seen()).first).not.toBe(one.first);
  });

  it('leaves no stream of a large fleet unseen for long', async () => {
    const streams = Object.fromEntries(Array.from({ length: 160 }, (_, index) => [`s${100 + index}`, looks]));
    const { aws, context } = accountWith(streams, 3);
    const startMs = aws.nowMs;
    for (let passed = 0; passed < 4; passed += 1) {
      aws.nowMs = startMs + passed * minute;
      // All the time there is goes by in the first batch.
      aws.before('cloudwatch:DescribeAlarms', () => {
        aws.nowMs += 50 * second;
      });
      expect(await checkLoad(context, fleetPort)).toMatchObject({ looked: 50, left: 110 });
    }
    const seen = aws.calls.filter(({ operation }) => operation === 'kinesis:DescribeStreamSummary');
    expect(new Set(seen.map(({ about }) => about)).size).toBe(160);
  });

  it('of one stream that brings out a bug does not keep the others from theirs', async () => {
    const { aws, look } = accountWith({ clicks: looks, orders: looks, views: looks });
    aws.traffic.set('orders', () => {
      throw new TypeError('a bug');
    });
    const { reports } = await look();
    expect(reports.toSorted((a, b) => (a.streamName ?? '').localeCompare(b.streamName ?? ''))).toMatchObject([
      { streamName: 'clicks', outcome: 'scaled' },
      { streamName: 'orders', outcome: 'failed', needsRetry: true, failures: [{ call: 'look', code: 'Bug' }] },
      { streamName: 'views', outcome: 'scaled' },
    ]);
  });

  it('finds nothing wrong with a stream that asked by its tag and was deleted', async () => {
    const { aws } = accountWith({ orders: looks }, 3);
    const environment = {
      DRY_RUN: 'false',
      SCALING_POLICY: 'target',
      DISCOVERY_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:scaling',
    };
    const context = contextOf(aws, deploymentOf({ orders: looks }, environment));
    // The tagging API goes on naming it for a while.
    const { port } = fleetPortOf({ clicks: { 'autoscaling/enabled': 'true' } });
    expect(await checkLoad(context, port)).toMatchObject({ looked: 2, reports: [], failures: [] });
    aws.streams.delete('orders');
    expect((await checkLoad(context, port)).reports).toMatchObject([{ streamName: 'orders', outcome: 'failed' }]);
  });
});

describe('the event of a look', () => {
  const at = '2026-03-02T09:15:00Z';
  const dueAtMs = Date.parse(at);

  it.each([
    [{ look: 'demand', at }, { dueAtMs }],
    [{ look: 'demand' }, { dueAtMs: undefined }],
    [{ look: 'demand', at: '<aws.scheduler.scheduled-time>' }, { dueAtMs: undefined }],
    [{ look: 'away', at }, undefined],
    [{ cause: 'schedule' }, undefined],
    [undefined, undefined],
    [null, undefined],
  ])('%j', (event, expected) => {
    expect(readLoadCheck(event)).toEqual(expected);
  });

  it('is dropped when it stood in line for minutes: a newer one stands behind it', () => {
    expect(isOverdue({ dueAtMs }, dueAtMs + 3 * minute)).toBe(false);
    expect(isOverdue({ dueAtMs }, dueAtMs + 3 * minute + 1)).toBe(true);
    expect(isOverdue({ dueAtMs: undefined }, dueAtMs)).toBe(false);
  });
});
