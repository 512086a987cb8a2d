/** Failures 1 to 9 of the reference autoscaler: a stream that scales without reason, or never again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disagreementsOf } from './support/agreement.ts';
import { hourMs, minuteMs, Scenario } from './support/scenario.ts';

describe('runaway or stuck', () => {
  let account: Scenario;
  beforeAll(async () => {
    account = await Scenario.start();
  });
  afterAll(() => account.stop());

  it('1: an OK notification does not scale the stream', async () => {
    const stream = account.take('plain');
    stream.changeAlarm('up', { OKActions: [account.alarmTopicArn] });
    const log = account.watchLog();
    await account.leaveMinuteBoundary();
    stream.setAlarmState('up', 'INSUFFICIENT_DATA');
    stream.setAlarmState('up', 'OK');
    await account.pass(minuteMs);
    expect(log.reports()).toMatchObject([{ alarmName: stream.alarmName('up'), decision: { reason: 'not-in-alarm' } }]);
    expect(stream.openShardCount).toBe(4);
  });

  it('2: PutMetricAlarm that fails after UpdateShardCount leaves no alarm that doubles the stream again', async () => {
    const stream = account.take('plain');
    const log = account.watchLog();
    const repair = account.aws.calls.faults.add({
      operation: 'PutMetricAlarm',
      fault: { kind: 'error', code: 'InternalFailure' },
      times: Number.POSITIVE_INFINITY,
    });
    await account.fire(stream, 'up');
    // Lambda has given up by then, the stream is ACTIVE with eight shards, and the alarm still judges by four.
    await account.pass(10 * minuteMs);
    expect(stream.openShardCount).toBe(8);
    expect(stream.judgedShardCount('up')).toBe('4');
    stream.surge(3.9);
    stream.setAlarmState('up', 'OK');
    await account.pass(5 * minuteMs);
    expect(stream.openShardCount).toBe(8);
    const decisions = log.reports(stream);
    expect(decisions.at(-1)).toMatchObject({ decision: { kind: 'hold', reason: 'alarm-drift' } });
    repair();
    await account.reconcile();
    expect(disagreementsOf(stream)).toEqual([]);
    expect(stream.acceptedCalls).toBe(1);
  });

  it.each([
    ['an on-demand stream', 'on-demand-stream', 0],
    ['a refused call', 'daily-quota', 1],
  ])('3: %s is not asked again each minute', async (what, reason, sent) => {
    const stream = account.take('plain');
    stream.surge(4);
    if (what === 'an on-demand stream') stream.model.updateStreamMode('ON_DEMAND', account.clock.nowMs());
    const repair = account.aws.calls.faults.add({
      operation: 'UpdateShardCount',
      fault: { kind: 'error', code: 'LimitExceededException' },
      times: Number.POSITIVE_INFINITY,
    });
    const log = account.watchLog();
    const watched = account.watchCalls();
    await account.pass(hourMs);
    repair();
    const reports = log.reports(stream);
    expect(reports).toMatchObject([{ decision: { kind: 'hold', reason } }]);
    const calls = watched.calls().filter(({ operation }) => operation === 'UpdateShardCount');
    // Three attempts for what could be the rate of calls: all of one answer to one alarm.
    expect(calls).toHaveLength(3 * sent);
    expect(watched.calls().filter(({ operation }) => operation === 'SetAlarmState')).toEqual([]);
  });

  it('4: dry run that is turned off lets the alarm that stood in ALARM scale', async () => {
    const stream = account.take('served');
    account.setVariables({ DRY_RUN: 'true' });
    stream.surge(4);
    const log = account.watchLog();
    await account.pass(10 * minuteMs);
    expect(stream.alarm('up').StateValue).toBe('ALARM');
    expect(log.reports(stream)).toMatchObject([
      { outcome: 'planned', decision: { kind: 'hold', reason: 'dry-run', because: { targetShardCount: 8 } } },
    ]);
    account.setVariables({ DRY_RUN: 'false' });
    await account.reconcile('deploy');
    await account.pass(10 * minuteMs);
    expect(stream.openShardCount).toBe(8);
    expect(disagreementsOf(stream)).toEqual([]);
  });

  it('5: a stream at its maximum does not scale, and its alarm rests', async () => {
    const stream = account.take('plain');
    stream.setTags({ 'autoscaling/max-shards': '4' });
    const log = account.watchLog();
    await account.fire(stream, 'up');
    expect(log.reports()).toMatchObject([{ decision: { kind: 'hold', reason: 'at-maximum' } }]);
    expect(disagreementsOf(stream, { maxShards: 4 })).toEqual([]);
    stream.surge(4);
    await account.pass(10 * minuteMs);
    expect(stream.alarm('up').StateValue).toBe('OK');
    expect(stream.openShardCount).toBe(4);
  });

  it('5: a stream that is UPDATING does not scale', async () => {
    const stream = account.take('plain');
    stream.model.updateShardCount(8, account.clock.nowMs());
    const log = account.watchLog();
    await account.fire(stream, 'up');
    expect(log.reports()).toMatchObject([{ decision: { kind: 'hold', reason: 'stream-updating' } }]);
    expect(stream.acceptedCalls).toBe(1);
  });

  it('6: three shards go to two, which AWS accepts, and not to one', async () => {
    const stream = account.take('plain');
    stream.model.reshardByHand(3, account.clock.nowMs());
    // A resharding by hand begins the cooldown as one of ours does.
    stream.setTags({ 'autoscaling/scale-down-cooldown-minutes': '0' });
    await account.reconcile();
    await account.fire(stream, 'down');
    await account.pass(5 * minuteMs);
    expect(stream.openShardCount).toBe(2);
    expect(disagreementsOf(stream)).toEqual([]);
  });

  it('7: thresholds that would flap are refused: the function does not start', async () => {
    const stream = account.take('plain');
    account.setVariables({ SCALE_DOWN_THRESHOLD: '0.4' });
    const log = account.watchLog();
    await account.fire(stream, 'up');
    account.setVariables({ SCALE_DOWN_THRESHOLD: undefined });
    await account.pass(5 * minuteMs);
    expect(log.text()).toContain('SCALE_DOWN_THRESHOLD');
    expect(stream.openShardCount).toBe(4);
  });

  it('8: test messages, alarms of one metric and missing fields are told and left, and nothing stays stuck', async () => {
    const { AlarmName, StateValue: NewStateValue } = account.take('plain').alarm('up');
    const invocations = account.watchInvocations();
    const log = account.watchLog();
    const Trigger = { MetricName: 'IncomingBytes', Namespace: 'AWS/Kinesis', Dimensions: [] };
    await account.publish(
      'hello',
      { AlarmName, NewStateValue },
      { AlarmName, AlarmArn: 'arn', NewStateValue, Trigger },
    );
    await account.pass(5 * minuteMs);
    invocations.stop();
    expect(invocations.outcomes()).toEqual(['success', 'success', 'success']);
    expect(log.reports()).toHaveLength(3);
    for (const report of log.reports()) expect(report.decision).toMatchObject({ reason: 'rejected' });
  });

  it('9: an alarm that is delivered hours late does not scale', async () => {
    const stream = account.take('plain');
    account.aws.topics.behaviour = { delaysMs: [3 * hourMs] };
    const log = account.watchLog();
    await account.fire(stream, 'up');
    account.aws.topics.behaviour = { delaysMs: [0] };
    await account.pass(4 * hourMs);
    expect(log.reports(stream)).toMatchObject([{ decision: { kind: 'hold', reason: 'superseded' } }]);
    expect(stream.openShardCount).toBe(4);
  });
});
