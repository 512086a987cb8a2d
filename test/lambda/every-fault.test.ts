/**
 * Every call of a scaling fails once in every way. After the function's own retry and at most two reconciles everything agrees,
 * the call was carried out once, no alarm is stuck, and what the user set is there.
 */
import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../core/settings/deployment.ts';
import { handleAlarm } from '../../lambda/triggers/alarm-notification.ts';
import { minute, now, sampleSettings, second } from '../core/samples.ts';
import { consumerArn, contextOf, deploymentOf, reconcileOrders } from './deployments.ts';
import { type Failing, findDisagreements, MemoryAccount, notificationOf, ProcessDied } from './memory-account.ts';

const consumers = [{ functionArn: consumerArn, lambdasPerShard: 2 }];
const settings = sampleSettings({ consumers });
const deployment: Deployment = deploymentOf({ orders: { consumers } });

const reads = [
  'lambda:ListEventSourceMappings',
  'kinesis:DescribeStreamSummary',
  'kinesis:ListTagsForStream',
  'cloudwatch:DescribeAlarms',
  'cloudwatch:ListTagsForResource',
  'lambda:GetFunctionConcurrency',
  'lambda:GetAccountSettings',
];
const writes = [
  'kinesis:AddTagsToStream',
  'kinesis:UpdateShardCount',
  'cloudwatch:PutMetricAlarm',
  'cloudwatch:SetAlarmState',
  'cloudwatch:TagResource',
  'lambda:PutFunctionConcurrency',
];
const ways: Readonly<Record<string, Omit<Failing, 'times'>>> = {
  throttled: { code: 'ThrottlingException' },
  'access denied': { code: 'AccessDeniedException' },
  'internal error': { code: 'InternalFailure' },
  'time-out, not carried out': { code: 'Timeout' },
  'time-out, carried out': { code: 'Timeout', after: true },
  'connection reset, carried out': { code: 'ConnectionReset', after: true },
  'killed before': { code: '', dies: true },
  'killed after': { code: '', dies: true, after: true },
};

function scalingStream() {
  const aws = new MemoryAccount();
  aws.addStream('orders', 4, settings);
  aws.functions.set('orders-processor', { reserved: 8, reads: true });
  aws.iteratorAges.set('orders', { seen: true, atMs: now, ageMs: 0 });
  const message = notificationOf(aws.alarm(aws.fire('orders', 'up')));
  aws.nowMs += 2 * second;
  return { aws, record: { messageId: 'm', message } };
}

/** An invocation: whether Lambda has to deliver again. */
async function invoke(aws: MemoryAccount, record: { messageId: string; message: string }): Promise<boolean> {
  try {
    return (await handleAlarm(record, contextOf(aws, deployment))).needsRetry;
  } catch (error) {
    if (error instanceof ProcessDied) return true;
    throw error;
  }
}

const reconcile = (aws: MemoryAccount) => reconcileOrders(contextOf(aws, deployment));

/** How often a scaling without a fault makes each call. */
const counted = scalingStream();
await invoke(counted.aws, counted.record);
const timesOf = (operation: string) => counted.aws.operations().filter((made) => made === operation).length;

const cases = [...reads, ...writes].flatMap((operation) =>
  Object.entries(ways)
    .filter(([, { after }]) => !after || writes.includes(operation))
    .flatMap(([way, failing]) =>
      Array.from({ length: timesOf(operation) }, (_, index) => [operation, index + 1, way, failing] as const),
    ),
);

it('is the list of all calls of a scaling', () => {
  expect(new Set(counted.aws.operations())).toEqual(new Set([...reads, ...writes]));
});

describe.each([
  ['delivered again while UPDATING', false],
  ['delivered again when the resharding is over', true],
])('one fault in a scaling, %s', (_when, isLate) => {
  it.each(cases)('%s, call %i, %s', async (operation, nth, _way, failing) => {
    const { aws, record } = scalingStream();
    const userParts = aws.alarm('orders-scale-up').userParts;
    aws.fail(operation, { ...failing, skip: nth - 1, times: 1 });
    if (await invoke(aws, record)) {
      if (isLate) aws.finish('orders');
      aws.nowMs += minute;
      expect(await invoke(aws, record)).toBe(false);
    }
    aws.heal();
    aws.finish('orders');
    aws.nowMs += 15 * minute;
    await reconcile(aws);
    aws.nowMs += 5 * minute;
    expect(await reconcile(aws)).toMatchObject({ outcome: 'agrees', needsRetry: false });
    expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: 8 }]);
    expect(findDisagreements(aws, 'orders', settings)).toEqual([]);
    expect(aws.alarm('orders-scale-up').userParts).toEqual(userParts);
    expect(aws.alarm('orders-scale-up').tags).toMatchObject({ ScaleAction: 'Up' });
    expect(aws.alarm('orders-scale-down').tags).toMatchObject({ ScaleAction: 'Down' });
  });
});
