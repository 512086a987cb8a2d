import { describe, expect, it } from 'vitest';
import { parseScalingAlarm } from '../../../../../core/alarm/alarm-notification.ts';
import { CloudWatchBench, START_MS, scaleUpAlarm, TOPIC } from './stream-alarm.ts';

function alarmOf(bench: CloudWatchBench) {
  const [alarm] = bench.model.describeAlarms({ AlarmNames: ['orders-scale-up'] }).MetricAlarms ?? [];
  if (alarm === undefined) throw new Error('no such alarm');
  return alarm;
}

describe('evaluation', () => {
  it('goes to ALARM when five windows of five minutes are full, and not a minute before', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm(scaleUpAlarm());
    bench.pass(24, 3000);
    expect(bench.state()).toBe('OK');
    bench.pass(1, 3000);
    expect(bench.state()).toBe('ALARM');
    expect(alarmOf(bench).StateReason).toBe(
      'Threshold Crossed: 5 out of the last 5 datapoints [0.75 (02/03/26 09:20:00), 0.75 (02/03/26 09:15:00), 0.75 (02/03/26 09:10:00), 0.75 (02/03/26 09:05:00), 0.75 (02/03/26 09:00:00)] were greater than or equal to the threshold (0.75) (minimum 5 datapoints for OK -> ALARM transition).',
    );
  });

  it('slides by the minute: load that starts between two periods is seen 25 minutes later all the same', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm(scaleUpAlarm());
    bench.pass(7, 10);
    bench.pass(24, 3000);
    expect(bench.state()).toBe('OK');
    bench.pass(1, 3000);
    expect(bench.state()).toBe('ALARM');
  });

  it('never has five of five while FILL reads a late newest minute as nothing', () => {
    const late = new CloudWatchBench({ deliveryDelayMs: 60_000 });
    late.model.putMetricAlarm(scaleUpAlarm());
    late.pass(120, 3000);
    expect(late.state()).toBe('OK');
    const higher = new CloudWatchBench({ deliveryDelayMs: 60_000 });
    higher.model.putMetricAlarm(scaleUpAlarm());
    higher.pass(120, 3751);
    expect(higher.state()).toBe('ALARM');
  });

  it.each([
    ['zeros', 'OK'],
    ['nothing', 'INSUFFICIENT_DATA'],
  ] as const)('an idle stream, if FILL of an empty series gives %s: %s', (fillOfEmptySeries, expected) => {
    const bench = new CloudWatchBench({ facts: { fillOfEmptySeries } });
    bench.model.putMetricAlarm(scaleUpAlarm());
    bench.pass(60, undefined);
    expect(bench.state()).toBe(expected);
  });
});

describe('the reason of a state', () => {
  it('of OK counts what did not breach, and how few of those it takes', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm({ ...scaleUpAlarm(), DatapointsToAlarm: 4 });
    bench.pass(25, 3000);
    bench.pass(10, 1500);
    expect(bench.state()).toBe('OK');
    expect(alarmOf(bench).StateReason).toMatch(
      /^Threshold Crossed: 2 out of the last 5 datapoints \[.*\] were not greater than or equal to the threshold \(0\.75\) \(minimum 2 datapoints for ALARM -> OK transition\)\.$/,
    );
  });

  it('of many datapoints shows the most recent five', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm({ ...scaleUpAlarm(), EvaluationPeriods: 8, DatapointsToAlarm: 7 });
    bench.pass(45, 3000);
    expect(alarmOf(bench).StateReason).toMatch(
      /^Threshold Crossed: 7 out of the last 8 datapoints were greater than or equal to the threshold \(0\.75\)\. The most recent datapoints which crossed the threshold: \[(0\.75 \([^)]*\)(, )?){5}\] \(minimum 7 datapoints for OK -> ALARM transition\)\.$/,
    );
  });

  it('of nothing at all says so', () => {
    const bench = new CloudWatchBench({ facts: { fillOfEmptySeries: 'nothing' } });
    bench.model.putMetricAlarm({ ...scaleUpAlarm(), TreatMissingData: 'breaching' });
    bench.pass(1, undefined);
    expect(alarmOf(bench).StateReason).toBe(
      'Threshold Crossed: no datapoints were received for 5 periods and 5 missing datapoints were treated as [Breaching].',
    );
  });
});

describe('actions', () => {
  it('fire on a change of state, never again while it lasts', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm(scaleUpAlarm());
    bench.pass(90, 3000);
    expect(bench.notifications.map(({ actionArn, atMs }) => [actionArn, atMs])).toEqual([
      [TOPIC, START_MS + 25 * 60_000],
    ]);
  });

  it('fire again after SetAlarmState, which lasts until the next evaluation', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm(scaleUpAlarm());
    bench.pass(30, 3000);
    bench.model.setAlarmState({
      AlarmName: 'orders-scale-up',
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 're-armed',
    });
    expect(bench.state()).toBe('INSUFFICIENT_DATA');
    bench.pass(1, 3000);
    expect(bench.state()).toBe('ALARM');
    expect(bench.notifications).toHaveLength(2);
  });

  it('do not fire while they are disabled, nor when SetAlarmState changes nothing', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm(scaleUpAlarm());
    bench.model.disableAlarmActions({ AlarmNames: ['orders-scale-up', 'nobody'] });
    bench.pass(30, 3000);
    expect(bench.state()).toBe('ALARM');
    bench.model.enableAlarmActions({ AlarmNames: ['orders-scale-up'] });
    bench.model.setAlarmState({ AlarmName: 'orders-scale-up', StateValue: 'ALARM', StateReason: 'again' });
    expect(bench.notifications).toEqual([]);
    expect(alarmOf(bench).StateReason).toBe('again');
  });

  it('carry what the autoscaler reads: alarm, stream, state, time and judged shard count', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm(scaleUpAlarm({ shardCount: 4 }));
    bench.pass(25, 3000);
    const [notification] = bench.notifications;
    expect(notification?.subject).toBe('ALARM: "orders-scale-up" in EU (Ireland)');
    expect(parseScalingAlarm(notification?.message ?? '')).toMatchObject({
      ok: true,
      value: {
        alarmName: 'orders-scale-up',
        streamName: 'orders',
        accountId: '123456789012',
        region: 'eu-west-1',
        newState: 'ALARM',
        stateChangedAtMs: bench.nowMs,
        judgedShardCount: 4,
      },
    });
    expect(JSON.parse(notification?.message ?? '')).toMatchObject({
      AlarmDescription: null,
      OldStateValue: 'OK',
      StateChangeTime: '2026-03-02T09:25:00.000+0000',
      AlarmConfigurationUpdatedTimestamp: '2026-03-02T09:00:00.000+0000',
      Trigger: { Period: 300, EvaluationPeriods: 5, DatapointsToAlarm: 5, TreatMissingData: 'ignore' },
    });
  });
});

describe('PutMetricAlarm on an existing alarm', () => {
  it('replaces the whole definition, keeps state and tags, and tells when it was', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm({
      ...scaleUpAlarm(),
      AlarmDescription: 'pages us',
      Tags: [{ Key: 'team', Value: 'a' }],
    });
    bench.pass(25, 3000);
    bench.nowMs += 30_000;
    bench.model.putMetricAlarm({
      ...scaleUpAlarm({ shardCount: 8 }),
      AlarmActions: [],
      Tags: [{ Key: 'team', Value: 'b' }],
    });
    const alarm = alarmOf(bench);
    expect(alarm).toMatchObject({
      StateValue: 'ALARM',
      AlarmActions: [],
      StateTransitionedTimestamp: new Date(START_MS + 25 * 60_000),
      AlarmConfigurationUpdatedTimestamp: new Date(bench.nowMs),
    });
    expect(alarm.AlarmDescription).toBeUndefined();
    const { Tags: tags } = bench.model.listTagsForResource({ ResourceARN: alarm.AlarmArn });
    expect(tags).toEqual([{ Key: 'team', Value: 'a' }]);
  });

  it('judges by the new definition from the next evaluation on', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm(scaleUpAlarm({ shardCount: 4 }));
    bench.pass(25, 3000);
    bench.model.putMetricAlarm(scaleUpAlarm({ shardCount: 8 }));
    bench.nowMs += 60_000;
    bench.model.evaluateAlarms();
    expect(bench.state()).toBe('OK');
  });

  it('is not touched by what the caller does to its input afterwards', () => {
    const bench = new CloudWatchBench();
    const input = scaleUpAlarm();
    bench.model.putMetricAlarm(input);
    input.Metrics?.pop();
    expect(alarmOf(bench).Metrics).toHaveLength(8);
  });
});

describe('history', () => {
  it('tells configuration, state and actions, newest first, also of an alarm that is gone', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm(scaleUpAlarm());
    bench.pass(25, 3000);
    bench.model.deleteAlarms({ AlarmNames: ['orders-scale-up'] });
    const { AlarmHistoryItems: items = [] } = bench.model.describeAlarmHistory({ AlarmName: 'orders-scale-up' });
    expect(items.map(({ HistorySummary }) => HistorySummary)).toEqual([
      'Alarm "orders-scale-up" deleted',
      `Successfully executed action ${TOPIC}`,
      'Alarm updated from OK to ALARM',
      'Alarm updated from INSUFFICIENT_DATA to OK',
      'Alarm "orders-scale-up" created',
    ]);
    const changes = bench.model.describeAlarmHistory({ HistoryItemType: 'StateUpdate', ScanBy: 'TimestampAscending' });
    const [first] = changes.AlarmHistoryItems ?? [];
    expect(JSON.parse(first?.HistoryData ?? '')).toMatchObject({
      oldState: { stateValue: 'INSUFFICIENT_DATA', stateReason: 'Unchecked: Initial alarm creation' },
      newState: { stateValue: 'OK', stateReasonData: { version: '1.0', period: 300, threshold: 0.75 } },
    });
  });
});
