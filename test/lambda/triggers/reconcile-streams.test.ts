import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../core/settings/deployment.ts';
import type { ReconcileCause } from '../../../lambda/events.ts';
import { fleetOf } from '../../../lambda/triggers/fleet.ts';
import { reconcileStreams } from '../../../lambda/triggers/reconcile-streams.ts';
import { sampleDefinition, sampleSettings } from '../../core/samples.ts';
import { consumerArn, contextOf, deploymentOf, setUpOrders } from '../deployments.ts';
import { MemoryAccount } from '../memory-account.ts';

const consumers = [{ functionArn: consumerArn, lambdasPerShard: 2 }];

function streams(...names: readonly string[]) {
  const aws = new MemoryAccount();
  for (const name of names) aws.addStream(name, 4, sampleSettings());
  return aws;
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
    const { aws, deployment } = setUpOrders();
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

describe('another invocation at the same time', () => {
  it('has its scaling not undone: alarms are read before the stream', async () => {
    const { aws, settings, deployment } = setUpOrders();
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
    const { aws, deployment } = setUpOrders({ consumers });
    aws.fail('lambda:GetFunctionConcurrency', { code: 'AccessDenied' });
    expect(await reconcileOne(aws, deployment)).toMatchObject({ outcome: 'agrees', needsRetry: true });
  });

  it('a consumer that does not exist is found, and no other run is needed, for none would mend it', async () => {
    const { aws, deployment } = setUpOrders({ consumers });
    aws.functions.delete('orders-processor');
    expect(await reconcileOne(aws, deployment)).toMatchObject({
      findings: [{ kind: 'consumer-missing', functionName: 'orders-processor' }],
      failures: [],
      needsRetry: false,
    });
    expect(aws.writes().filter((call) => call.startsWith('lambda:'))).toEqual([]);
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
    const { aws } = setUpOrders();
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
    const { aws } = setUpOrders();
    aws.alarms.clear();
    const { reports } = await reconcileAsking(aws, { orders: {} });
    expect(reports[0]?.findings.map(({ kind }) => kind)).toEqual(['alarm-missing', 'alarm-missing']);
    expect(aws.writes()).toEqual([]);
  });
});
