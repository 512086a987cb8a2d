/** The alarm of a load-driven stream: it wakes the policy, and the policy decides. */
import { expect, it } from 'vitest';
import { minute, now, sampleSettings } from '../../core/samples.ts';
import { answerAlarm, contextOf, deploymentOf, reconcileOrders } from '../deployments.ts';
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
    reconcile: () => reconcileOrders(contextOf(aws, deployment)),
  };
}

it('the alarm of a load-driven stream is answered by what the policy proposes now, even a scale-down', async () => {
  const { aws, answer } = setUp(1);
  expect(await answer()).toMatchObject({ outcome: 'scaled', failures: [] });
  expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: 2 }]);
});

it('the alarm of a load-driven stream is believed where the load cannot be read', async () => {
  const { aws, answer } = setUp(1);
  aws.fail('cloudwatch:GetMetricData', { code: 'InternalFailure' });
  expect(await answer()).toMatchObject({ outcome: 'scaled', needsRetry: true });
  expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: 8 }]);
});

it('the alarm of a load-driven stream in ALARM is no plan to double in dry run', async () => {
  const { aws, reconcile } = setUp(3, { DRY_RUN: 'true' });
  aws.nowMs += 20 * minute;
  const report = await reconcile();
  expect(report).toMatchObject({ outcome: 'planned', effects: [{ effect: { kind: 'rearm-alarm' } }] });
  expect(report?.effects).toHaveLength(1);
  expect(report?.decision).toBeUndefined();
});

it('the alarm of a load-driven stream in ALARM is reported with what holds it', async () => {
  const { aws, reconcile } = setUp(3);
  aws.stream('orders').mode = 'ON_DEMAND';
  aws.nowMs += 20 * minute;
  expect(await reconcile()).toMatchObject({ outcome: 'agrees', decision: { reason: 'on-demand-stream' } });
});
