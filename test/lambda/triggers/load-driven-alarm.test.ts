/** The alarm of a stream whose policy looks at demand: it wakes, the policy decides. */
import { expect, it } from 'vitest';
import { reconcileStreams } from '../../../lambda/triggers/reconcile-streams.ts';
import { minute, now, sampleSettings } from '../../core/samples.ts';
import { answerAlarm, contextOf, deploymentOf } from '../deployments.ts';
import { MemoryAccount } from '../memory-account.ts';

const given = { policy: 'target' } as const;

function setUp(offeredShards: number, environment?: Readonly<Record<string, string>>) {
  const aws = new MemoryAccount();
  aws.addStream('orders', 4, sampleSettings(given));
  aws.traffic.set('orders', () => offeredShards);
  aws.iteratorAges.set('orders', { seen: true, atMs: now, ageMs: 0 });
  const deployment = deploymentOf({ orders: given }, environment);
  const alarmName = aws.fire('orders', 'up');
  return {
    aws,
    answer: () => answerAlarm(aws, deployment, alarmName),
    reconcile: async () => {
      const fleet = { streamNames: ['orders'], tags: undefined, newAlarm: undefined, failures: [] };
      const run = { cause: 'schedule', timeIsUp: () => false } as const;
      return (await reconcileStreams(fleet, run, contextOf(aws, deployment))).reports[0];
    },
  };
}

it('is answered by what the policy wants now, be it down: whether consumers keep up is asked for that', async () => {
  const { aws, answer } = setUp(1);
  expect(await answer()).toMatchObject({ outcome: 'scaled', failures: [] });
  expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: 2 }]);
});

it('is believed where demand cannot be read', async () => {
  const { aws, answer } = setUp(1);
  aws.fail('cloudwatch:GetMetricData', { code: 'InternalFailure' });
  expect(await answer()).toMatchObject({ outcome: 'scaled', needsRetry: true });
  expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: 8 }]);
});

it('standing in dry run, is no plan to double: what would be done is the policy’s to say', async () => {
  const { aws, reconcile } = setUp(3, { DRY_RUN: 'true' });
  aws.nowMs += 20 * minute;
  const report = await reconcile();
  expect(report).toMatchObject({ outcome: 'planned', effects: [{ effect: { kind: 'rearm-alarm' } }] });
  expect(report?.effects).toHaveLength(1);
  expect(report?.decision).toBeUndefined();
});

it('standing, tells what holds it', async () => {
  const { aws, reconcile } = setUp(3);
  aws.stream('orders').mode = 'ON_DEMAND';
  aws.nowMs += 20 * minute;
  expect(await reconcile()).toMatchObject({ outcome: 'agrees', decision: { reason: 'on-demand-stream' } });
});
