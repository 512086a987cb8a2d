/** What the deployed functions promise: every record answered, nothing repeated, bad input told, dry run dry, few round trips. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disagreementsOf } from './support/agreement.ts';
import { resourcesOf } from './support/call-key.ts';
import { minuteMs, Scenario, secondMs } from './support/scenario.ts';
import type { StreamUnderTest } from './support/stream-under-test.ts';

describe('the deployed functions', () => {
  let account: Scenario;
  /** Its scale-up alarm has notified, and nobody was told. */
  let sample: StreamUnderTest;
  let sampleText = '';
  beforeAll(async () => {
    account = await Scenario.start();
    sample = account.take('plain');
    [sampleText = ''] = await notificationsOf(sample);
    sample.loadShards = 2;
    await account.pass(10 * minuteMs);
  });
  afterAll(() => account?.stop());

  /** The notifications of these streams' scale-up alarms, which stand in ALARM; none is delivered. */
  async function notificationsOf(...streams: readonly StreamUnderTest[]): Promise<readonly string[]> {
    const { topics } = account.aws;
    const from = topics.published.length;
    topics.behaviour = { delaysMs: [] };
    for (const stream of streams) stream.surge(4);
    await account.pass(minuteMs + 5 * secondMs);
    topics.behaviour = { delaysMs: [0] };
    return topics.published.slice(from).map(({ message }) => message);
  }

  it('one failing stream stops no other, and the retry repeats nothing that is done', async () => {
    const [first, failing, last] = [account.take('plain'), account.take('served'), account.take('plain')];
    const messages = await notificationsOf(first, failing, last);
    account.aws.calls.faults.add({
      operation: 'AddTagsToStream',
      matches: (call) => resourcesOf(call).includes(failing.name),
      fault: { kind: 'error', code: 'AccessDeniedException' },
      times: 1,
    });
    const watched = account.watchCalls();
    const invocations = account.watchInvocations();
    const event = JSON.stringify({ Records: messages.map((Message) => ({ Sns: { Message } })) });
    account.aws.lambda.invokeAsynchronously(account.scalerName, event);
    await account.pass(30 * secondMs);
    expect(invocations.outcomes()).toEqual(['function-error']);
    expect([first, failing, last].map(({ acceptedCalls }) => acceptedCalls)).toEqual([1, 0, 1]);
    await account.pass(5 * minuteMs);
    invocations.stop();
    expect(invocations.outcomes()).toEqual(['function-error', 'success']);
    expect([first, failing, last].map(({ acceptedCalls }) => acceptedCalls)).toEqual([1, 1, 1]);
    const counts: Record<string, number> = {};
    for (const { writing, operation } of watched.calls()) {
      if (writing) counts[operation] = (counts[operation] ?? 0) + 1;
    }
    // The intent of the failing stream is the one call that was made twice.
    expect(counts).toEqual({
      AddTagsToStream: 4,
      UpdateShardCount: 3,
      PutMetricAlarm: 6,
      SetAlarmState: 3,
      TagResource: 6,
      PutFunctionConcurrency: 1,
    });
    for (const stream of [first, failing, last]) expect(disagreementsOf(stream)).toEqual([]);
  });

  it('a notification that is delivered three times, and late, scales once', async () => {
    const stream = account.take('plain');
    account.aws.topics.behaviour = { delaysMs: [0, 0, 5 * minuteMs] };
    stream.surge(4);
    await account.pass(2 * minuteMs);
    account.aws.topics.behaviour = { delaysMs: [0] };
    await account.pass(10 * minuteMs);
    expect(stream.openShardCount).toBe(8);
    expect(stream.acceptedCalls).toBe(1);
    expect(disagreementsOf(stream)).toEqual([]);
  });

  it.each<readonly [string, string, (message: NotificationMessage) => unknown]>([
    ['a text that is not JSON', 'Message', () => 'Hello from the console'],
    ['JSON that is no alarm', 'AlarmName', () => ({ Records: [] })],
    ['an alarm without its state', 'NewStateValue', ({ NewStateValue: _, ...message }) => message],
    ['an alarm without its metrics', 'Trigger.Metrics', (message) => ({ ...message, Trigger: { Period: 300 } })],
    ['an alarm of another namespace', 'Trigger.Metrics', (message) => withNamespace(message, 'AWS/SQS')],
    ['an alarm of another account', 'AlarmArn', (message) => withArn(message, '123456789012', '999999999999')],
    ['an alarm of another region', 'AlarmArn', (message) => withArn(message, 'eu-west-1', 'us-east-1')],
    ['a name without suffix', 'AlarmName', (message) => renamed(message, (name) => name.replace('-scale-up', ''))],
    ['a stream that is not managed', 'StreamName', (message) => renamed(message, (name) => `other-${name}`)],
    ['a time without a zone', 'StateChangeTime', (message) => ({ ...message, StateChangeTime: '2026-03-02 09:15:44' })],
  ])('%s: one line that names the field, a metric, nothing changed, no retry', async (_what, field, spoil) => {
    const message = JSON.parse(sampleText) as NotificationMessage;
    const watched = account.watchCalls();
    const invocations = account.watchInvocations();
    const log = account.watchLog();
    await account.publish(spoil(message) as object);
    await account.pass(4 * minuteMs);
    invocations.stop();
    expect(invocations.outcomes()).toEqual(['success']);
    const told = log.lines().filter(({ source }) => source === 'alarm');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ level: 'WARN', decision: { kind: 'hold', reason: 'rejected' } });
    expect(JSON.stringify(told[0]?.decision)).toContain(`"field":"${field}"`);
    expect(log.lines().filter((line) => line.Rejections !== undefined)).toHaveLength(1);
    expect(watched.calls()).toEqual([]);
    expect(sample.openShardCount).toBe(4);
  });

  it('dry run makes no writing call: not for a scaling, not for a drift, not for a bound', async () => {
    const [up, drifted, bounded] = [account.take('served'), account.take('plain'), account.take('plain')];
    drifted.model.reshardByHand(6, account.clock.nowMs());
    bounded.setTags({ 'autoscaling/min-shards': '8' });
    account.setVariables({ DRY_RUN: 'true' });
    const watched = account.watchCalls();
    const log = account.watchLog();
    up.surge(4);
    await account.pass(2 * minuteMs);
    await account.reconcile('deploy');
    account.setVariables({ DRY_RUN: 'false' });
    expect(watched.calls().length).toBeGreaterThan(10);
    expect(watched.calls().filter(({ writing }) => writing)).toEqual([]);
    for (const stream of [up, drifted, bounded]) {
      const planned = log.reports(stream).filter(({ outcome }) => outcome === 'planned');
      expect(planned.length).toBeGreaterThan(0);
      expect(planned[0]?.effects.length).toBeGreaterThan(0);
    }
    await account.reconcile('deploy');
    await account.pass(10 * minuteMs);
  });

  it.each([
    ['up', 'plain', 6],
    ['up', 'served', 6],
    ['down', 'served', 6],
  ] as const)(
    'a scaling %s of a %s stream takes at most six AWS round trips in a row',
    async (direction, kind, most) => {
      const stream = account.take(kind);
      const latencyMs = 50;
      await account.leaveMinuteBoundary();
      account.aws.calls.latencyMs = latencyMs;
      const watched = account.watchCalls();
      stream.setAlarmState(direction, 'ALARM');
      await account.pass(5 * secondMs);
      account.aws.calls.latencyMs = 0;
      // On this clock only calls take time: those that begin together are under way together.
      const rounds = new Set(watched.calls().map(({ atMs }) => atMs));
      const begin = Math.min(...rounds);
      expect(Math.max(...rounds) + latencyMs - begin).toBeLessThanOrEqual(most * latencyMs);
      expect(rounds.size).toBeLessThanOrEqual(most);
      expect(watched.calls().filter(({ operation }) => operation === 'UpdateShardCount')).toHaveLength(1);
      await account.pass(5 * minuteMs);
      expect(stream.acceptedCalls).toBe(1);
    },
  );
});

interface NotificationMessage {
  readonly AlarmName: string;
  readonly AlarmArn: string;
  readonly NewStateValue: string;
  readonly Trigger: { readonly Metrics: readonly { readonly MetricStat?: { readonly Metric: object } }[] };
}

function withNamespace(message: NotificationMessage, Namespace: string): object {
  const Metrics = message.Trigger.Metrics.map((metric) =>
    metric.MetricStat
      ? { ...metric, MetricStat: { ...metric.MetricStat, Metric: { ...metric.MetricStat.Metric, Namespace } } }
      : metric,
  );
  return { ...message, Trigger: { ...message.Trigger, Metrics } };
}

function withArn(message: NotificationMessage, part: string, other: string): object {
  return { ...message, AlarmArn: message.AlarmArn.replace(part, other) };
}

function renamed(message: NotificationMessage, rename: (name: string) => string): object {
  const AlarmName = rename(message.AlarmName);
  return { ...message, AlarmName, AlarmArn: message.AlarmArn.replace(message.AlarmName, AlarmName) };
}
