import { describe, expect, it } from 'vitest';
import type { ScalingReport } from '../../../core/report/scaling-report.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { encodeIntent, tagKeys } from '../../../core/stream/stream-tags.ts';
import { failureOf } from '../../../lambda/aws/calls.ts';
import type { ScalerContext } from '../../../lambda/context.ts';
import { checkLoad as checkStreams, isOverdue } from '../../../lambda/triggers/load-check.ts';
import { minute, now, sampleSettings, second } from '../../core/samples.ts';
import { contextOf, deploymentOf } from '../deployments.ts';
import { fleetPortOf } from '../fleet-port.ts';
import { findDisagreements, MemoryAccount } from '../memory-account.ts';

const loadDriven = { policy: 'target' } as const;

async function checkLoad(context: ScalerContext) {
  const reports: ScalingReport[] = [];
  const result = await checkStreams(context, (report) => reports.push(report));
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
  return { aws, context, check: () => checkLoad(context) };
}

describe('a load check', () => {
  it('scales a stream as its policy proposes, and lets alarms follow', async () => {
    const { aws, check } = accountWith({ orders: loadDriven });
    const { reports, checked, notReached, failures } = await check();
    expect({ checked, notReached, failures }).toEqual({ checked: 1, notReached: 0, failures: [] });
    expect(reports).toMatchObject([
      { source: 'look', streamName: 'orders', outcome: 'scaled', needsRetry: false, decision: { targetShardCount: 8 } },
    ]);
    expect(findDisagreements(aws, 'orders', sampleSettings(loadDriven))).toEqual([]);
  });

  it('costs three reads and reports nothing where the shards fit the load', async () => {
    const { aws, check } = accountWith({ orders: loadDriven }, 3);
    expect((await check()).reports).toEqual([]);
    expect(aws.operations().toSorted()).toEqual([
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'kinesis:DescribeStreamSummary',
      'kinesis:ListTagsForStream',
    ]);
  });

  it('does not check streams whose policy waits for alarms', async () => {
    const { aws, check } = accountWith({ orders: loadDriven, clicks: {} });
    expect((await check()).checked).toBe(1);
    expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: 8 }]);
  });

  it('decides again by all there is to read before it does anything', async () => {
    const { aws, check } = accountWith({ orders: loadDriven });
    aws.before('cloudwatch:GetMetricData', () => {
      aws.stream('orders').status = 'UPDATING';
    });
    expect((await check()).reports).toMatchObject([{ outcome: 'held', decision: { reason: 'stream-updating' } }]);
    expect(aws.scalings).toEqual([]);
  });

  it('waits for a scaling that another invocation has just begun', async () => {
    const { aws, check } = accountWith({ orders: loadDriven });
    const intent = encodeIntent({ atMs: aws.nowMs - 30 * second, from: 4, to: 8 });
    aws.stream('orders').tags = { [tagKeys.intent]: intent };
    expect((await check()).reports).toEqual([]);
    aws.nowMs += 2 * minute;
    await check();
    expect(aws.scalings).toHaveLength(1);
  });

  it('goes on after its own scaling as soon as that is done', async () => {
    const { aws, check } = accountWith({ orders: loadDriven }, 30);
    await check();
    aws.nowMs += minute;
    aws.finish('orders');
    await check();
    expect(aws.scalings.map(({ to }) => to)).toEqual([8, 16]);
  });

  it('is not refused every minute when others have spent the day’s calls, and tries again after a pause', async () => {
    const { aws, check } = accountWith({ orders: loadDriven });
    aws.fail('kinesis:UpdateShardCount', { code: 'LimitExceededException' });
    const refused = async (minutes: number) => {
      const from = aws.calls.length;
      for (let passed = 0; passed < minutes; passed += 1) {
        await check();
        aws.nowMs += minute;
      }
      return aws.calls.slice(from).filter(({ operation }) => operation === 'kinesis:UpdateShardCount').length;
    };
    expect(await refused(4)).toBe(3);
    expect(await refused(30)).toBe(3);
    aws.heal();
    aws.nowMs += minute;
    await check();
    expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: 8 }]);
  });

  it('reports what keeps a stream from growing, and not a stream at its minimum', async () => {
    const full = accountWith({ orders: { ...loadDriven, maxShards: 4 } });
    expect((await full.check()).reports).toMatchObject([
      {
        outcome: 'held',
        decision: { reason: 'at-maximum' },
        findings: [],
        effects: [],
        failures: [],
        needsRetry: false,
      },
    ]);
    const spent = accountWith({ orders: loadDriven });
    spent.aws.fail('kinesis:UpdateShardCount', { code: 'LimitExceededException' });
    await spent.check();
    spent.aws.nowMs += minute;
    expect((await spent.check()).reports).toMatchObject([{ outcome: 'held', decision: { reason: 'daily-quota' } }]);
    const empty = accountWith({ orders: { ...loadDriven, minShards: 4 } }, 0.1);
    expect((await empty.check()).reports).toEqual([]);
  });

  it('scales down only when consumers keep up', async () => {
    const { aws, check } = accountWith({ orders: { ...loadDriven, iteratorAge: 'required' } }, 1);
    await check();
    expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: 2 }]);
    const behind = accountWith({ orders: { ...loadDriven, iteratorAge: 'required' } }, 1);
    behind.aws.iteratorAges.clear();
    expect((await behind.check()).reports).toMatchObject([
      { outcome: 'held', decision: { reason: 'iterator-age-unknown' } },
    ]);
  });

  it('reports a scaling of which something failed as unfinished', async () => {
    const { aws, check } = accountWith({ orders: loadDriven });
    aws.fail('cloudwatch:PutMetricAlarm', { code: 'InternalFailure' });
    expect((await check()).reports).toMatchObject([{ outcome: 'scaled', failures: [], needsRetry: true }]);
  });

  it('changes nothing at a stream whose tags contradict each other: the reconciler reports it', async () => {
    const { aws, check } = accountWith({ orders: loadDriven });
    aws.stream('orders').tags = { 'autoscaling/min-shards': '9', 'autoscaling/max-shards': '8' };
    expect((await check()).reports).toEqual([]);
    expect(aws.operations()).not.toContain('cloudwatch:GetMetricData');
  });

  it('reads no traffic of an on-demand stream', async () => {
    const { aws, check } = accountWith({ orders: loadDriven });
    aws.stream('orders').mode = 'ON_DEMAND';
    expect((await check()).reports).toEqual([]);
    expect(aws.operations()).not.toContain('cloudwatch:GetMetricData');
  });

  it('uses the tags that were read for all streams at once', async () => {
    const { aws } = accountWith({ clicks: loadDriven, orders: loadDriven });
    const discovery = {
      DRY_RUN: 'false',
      DISCOVERY_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:scaling',
    };
    const context = contextOf(aws, deploymentOf({ clicks: loadDriven, orders: loadDriven }, discovery));
    aws.stream('orders').tags = { 'autoscaling/min-shards': '9', 'autoscaling/max-shards': '8' };
    await checkLoad(context);
    // `clicks` was never tagged. What is acted on is read again.
    expect(aws.scalings).toEqual([{ streamName: 'clicks', from: 4, to: 8 }]);
    const asked = aws.calls.filter(({ operation }) => operation === 'kinesis:ListTagsForStream');
    expect(asked.map(({ about }) => about)).toEqual(['clicks']);
    aws.fail('tag:GetResources', { code: 'AccessDenied' });
    expect((await checkLoad(context)).failures).toMatchObject([{ call: 'tag:GetResources', code: 'AccessDenied' }]);
  });

  it('reports a notice that could not be sent', async () => {
    const { context } = accountWith({ orders: loadDriven });
    const unsent = { call: 'sns:Publish', ...failureOf('NotFound', '') };
    const { reports } = await checkLoad({ ...context, notify: async () => [unsent] });
    expect(reports).toMatchObject([{ outcome: 'scaled', failures: [unsent], needsRetry: false }]);
  });

  it('changes nothing at a stream of whose traffic nothing is known', async () => {
    const { aws, check } = accountWith({ orders: loadDriven });
    aws.traffic.delete('orders');
    expect((await check()).reports).toEqual([]);
    expect(aws.scalings).toEqual([]);
  });

  it.each(['kinesis:DescribeStreamSummary', 'cloudwatch:GetMetricData', 'cloudwatch:ListTagsForResource'])(
    'reports a stream for which %s fails, and changes nothing',
    async (operation) => {
      const { aws, check } = accountWith({ orders: loadDriven });
      aws.fail(operation, { code: 'AccessDeniedException' });
      const [report] = (await check()).reports;
      expect(report).toMatchObject({ streamName: 'orders', outcome: 'failed', needsRetry: true });
      expect(report?.failures[0]?.call).toBe(operation);
      expect(aws.writes()).toEqual([]);
    },
  );

  it('fails once, and checks no stream, when no alarm can be read', async () => {
    const { aws, check } = accountWith({ clicks: loadDriven, orders: loadDriven });
    aws.fail('cloudwatch:DescribeAlarms', { code: 'Throttling' });
    const { reports, failures, checked } = await check();
    expect({ reports, codes: failures.map(({ code }) => code), checked }).toEqual({
      reports: [],
      codes: ['Throttling'],
      checked: 2,
    });
  });

  it('notifies people of a scaling and not of a failure: a health alarm pages for those', async () => {
    const { aws, context } = accountWith({ orders: loadDriven });
    const notified: string[] = [];
    const notify = async ({ outcome }: { outcome: string }) => {
      notified.push(outcome);
      return [];
    };
    aws.fail('kinesis:UpdateShardCount', { code: 'AccessDeniedException', times: 1 });
    await checkLoad({ ...context, notify });
    aws.nowMs += 3 * minute;
    await checkLoad({ ...context, notify });
    expect(notified).toEqual(['scaled']);
  });

  it('ends before the next one is due, and the next one begins with other streams', async () => {
    const streams = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`s${100 + index}`, loadDriven]));
    const { aws, context } = accountWith(streams, 3);
    const seen = async () => {
      const from = aws.calls.length;
      const { checked, notReached } = await checkLoad(context);
      const names = aws.calls.slice(from).filter(({ operation }) => operation === 'kinesis:DescribeStreamSummary');
      return { checked, notReached, first: names[0]?.about };
    };
    const slowly = () => {
      aws.nowMs += 30 * second;
      aws.before('cloudwatch:DescribeAlarms', slowly);
    };
    slowly();
    const one = await seen();
    expect(one).toMatchObject({ checked: 100, notReached: 20 });
    aws.nowMs += minute;
    expect((await seen()).first).not.toBe(one.first);
  });

  it('checks every stream of a large fleet within minutes', async () => {
    const streams = Object.fromEntries(Array.from({ length: 160 }, (_, index) => [`s${100 + index}`, loadDriven]));
    const { aws, context } = accountWith(streams, 3);
    const startMs = aws.nowMs;
    for (let passed = 0; passed < 4; passed += 1) {
      aws.nowMs = startMs + passed * minute;
      // All the time there is goes by in the first batch.
      aws.before('cloudwatch:DescribeAlarms', () => {
        aws.nowMs += 50 * second;
      });
      expect(await checkLoad(context)).toMatchObject({ checked: 50, notReached: 110 });
    }
    const seen = aws.calls.filter(({ operation }) => operation === 'kinesis:DescribeStreamSummary');
    expect(new Set(seen.map(({ about }) => about)).size).toBe(160);
  });

  it('goes on with the other streams after a bug that one brings out', async () => {
    const { aws, check } = accountWith({ clicks: loadDriven, orders: loadDriven, views: loadDriven });
    aws.traffic.set('orders', () => {
      throw new TypeError('a bug');
    });
    const { reports } = await check();
    expect(reports.toSorted((a, b) => (a.streamName ?? '').localeCompare(b.streamName ?? ''))).toMatchObject([
      { streamName: 'clicks', outcome: 'scaled' },
      { streamName: 'orders', outcome: 'failed', needsRetry: true, failures: [{ call: 'look', code: 'Bug' }] },
      { streamName: 'views', outcome: 'scaled' },
    ]);
  });

  it('finds nothing wrong with a stream that asked by its tag and was deleted', async () => {
    const { aws } = accountWith({ orders: loadDriven }, 3);
    const environment = {
      DRY_RUN: 'false',
      SCALING_POLICY: 'target',
      DISCOVERY_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:scaling',
    };
    // The tagging API goes on naming it for a while.
    const { port } = fleetPortOf({ clicks: { 'autoscaling/enabled': 'true' } });
    const context = contextOf(aws, deploymentOf({ orders: loadDriven }, environment), port);
    expect(await checkLoad(context)).toMatchObject({ checked: 2, reports: [], failures: [] });
    aws.streams.delete('orders');
    expect((await checkLoad(context)).reports).toMatchObject([{ streamName: 'orders', outcome: 'failed' }]);
  });
});

describe('the event of a load check', () => {
  const dueAtMs = Date.parse('2026-03-02T09:15:00Z');

  it('is dropped when it waited in line for minutes: a newer one is behind it', () => {
    expect(isOverdue({ dueAtMs }, dueAtMs + 3 * minute)).toBe(false);
    expect(isOverdue({ dueAtMs }, dueAtMs + 3 * minute + 1)).toBe(true);
    expect(isOverdue({ dueAtMs: undefined }, dueAtMs)).toBe(false);
  });
});
