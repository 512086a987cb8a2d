import { describe, expect, it } from 'vitest';
import { tagOf } from '../../../core/settings/setting-tag.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { formatAlarmTime } from '../../../core/time.ts';
import { answerExplainRequest } from '../../../lambda/triggers/explain.ts';
import { hour, now, sampleSettings } from '../../core/samples.ts';
import { consumerArn, contextOf, deploymentOf } from '../deployments.ts';
import { MemoryAccount } from '../memory-account.ts';

function setUp(given: Partial<StreamSettings> = {}, environment?: Readonly<Record<string, string>>) {
  const aws = new MemoryAccount();
  for (const name of ['orders', 'clicks']) aws.addStream(name, 4, sampleSettings(given));
  const deployment = deploymentOf({ orders: given, clicks: {} }, environment);
  const ask = (...streams: readonly string[]) => {
    const request = { kind: 'explain', streams: streams.length === 0 ? undefined : streams } as const;
    return answerExplainRequest(request, contextOf(aws, deployment));
  };
  const explain = async (streamName: string) => {
    const [answer] = await ask(streamName);
    if (!answer?.ok) throw new TypeError(JSON.stringify(answer));
    return answer.explanation;
  };
  return { aws, ask, explain };
}

describe('the answer', () => {
  it('covers each stream of the fleet, in order, and writes nothing', async () => {
    const { aws, ask } = setUp();
    const answers = await ask();
    expect(answers).toMatchObject([
      { streamName: 'clicks', ok: true, failures: [], explanation: { streamName: 'clicks', dryRun: false } },
      { streamName: 'orders', ok: true, failures: [], explanation: { up: { decision: { targetShardCount: 8 } } } },
    ]);
    expect(answers).toHaveLength(2);
    expect(aws.writes()).toEqual([]);
  });

  it('covers the streams that the request names, by the settings in force', async () => {
    const { ask } = setUp({ maxShards: 6 }, { DRY_RUN: 'true' });
    expect(await ask('orders')).toMatchObject([
      { streamName: 'orders', explanation: { dryRun: true, maxShards: 6, up: { decision: { targetShardCount: 6 } } } },
    ]);
  });

  it('lists the failed calls for a stream that cannot be read', async () => {
    const { ask } = setUp();
    expect(await ask('nobody', 'orders')).toMatchObject([
      { streamName: 'nobody', ok: false, failures: [{ code: 'ResourceNotFoundException' }, {}] },
      { streamName: 'orders', ok: true },
    ]);
  });

  it('goes on without a consumer that cannot be read, and lists the failure', async () => {
    const { aws, ask } = setUp({ consumers: [{ functionArn: consumerArn, lambdasPerShard: 1 }] });
    const missing = [{ kind: 'consumer-missing', functionName: 'orders-processor' }];
    expect(await ask('orders')).toMatchObject([{ failures: [], explanation: { drift: { findings: missing } } }]);
    aws.fail('lambda:GetFunctionConcurrency', { code: 'AccessDenied' });
    expect(await ask('orders')).toMatchObject([{ ok: true, failures: [{ call: 'lambda:GetFunctionConcurrency' }] }]);
  });

  it('rests on all that a decision reads: the alarms’ own tags, and the iterator age', async () => {
    const { aws, explain } = setUp({ iteratorAge: 'required' });
    const alarm = aws.alarm('orders-scale-up');
    aws.alarms.set(alarm.alarmName, { ...alarm, tags: { LastScaledTimestamp: formatAlarmTime(now - 2 * hour) } });
    aws.iteratorAges.set('orders', { seen: true, atMs: now, ageMs: 0 });
    const { lastScaledAtMs, down } = await explain('orders');
    expect(lastScaledAtMs).toBe(now - 2 * hour);
    expect(down.decision).toMatchObject({ kind: 'scale', targetShardCount: 2 });
  });

  it('lists faults of the stream’s tags, and the hold for tags that contradict each other', async () => {
    const { aws, explain } = setUp();
    aws.stream('orders').tags = { [tagOf('periodMinutes')]: 'five' };
    expect(await explain('orders')).toMatchObject({
      faults: [{ field: tagOf('periodMinutes') }],
      up: { decision: { kind: 'scale' } },
    });
    aws.stream('orders').tags = { [tagOf('minShards')]: '8', [tagOf('maxShards')]: '4' };
    expect(await explain('orders')).toMatchObject({
      faults: [{ field: tagOf('minShards') }],
      up: { decision: { kind: 'hold', reason: 'contradictory-settings' } },
    });
  });

  it('shows what a policy makes of the load, where the request names the stream', async () => {
    const { aws, ask } = setUp({ policy: 'target', minShards: 2, maxShards: 64 });
    aws.traffic.set('orders', () => 7);
    expect(await ask('orders')).toMatchObject([
      { ok: true, failures: [], explanation: { policy: 'target', demand: { decision: { kind: 'scale' } } } },
    ]);
    const fleet = await ask();
    expect(fleet.map((answer) => answer.ok && answer.explanation.demand)).toEqual([undefined, undefined]);
  });

  it('reads no load for a policy that waits for alarms', async () => {
    const { aws, ask } = setUp();
    const [answer] = await ask('orders');
    expect(answer).toMatchObject({ failures: [], explanation: { policy: 'doubling', demand: undefined } });
    expect(aws.calls.filter(({ operation }) => operation === 'cloudwatch:GetMetricData')).toHaveLength(1);
  });

  it('lacks the load where it cannot be read, and lists the failure', async () => {
    const { aws, ask } = setUp({ policy: 'target', minShards: 2, maxShards: 64, iteratorAge: 'ignore' });
    aws.fail('cloudwatch:GetMetricData', { code: 'Throttling', skip: 1 });
    expect(await ask('orders')).toMatchObject([
      { ok: true, failures: [{ code: 'Throttling' }], explanation: { demand: undefined } },
    ]);
  });

  it('lists a consumer without an event source mapping of the stream among its findings', async () => {
    const { aws, ask } = setUp({ consumers: [{ functionArn: consumerArn, lambdasPerShard: 1 }] });
    aws.functions.set('orders-processor', { reserved: 4, reads: undefined });
    expect(await ask('orders')).toMatchObject([
      { explanation: { drift: { findings: [{ kind: 'consumer-unmapped', functionName: 'orders-processor' }] } } },
    ]);
  });
});
