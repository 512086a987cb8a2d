/** Failures 14 to 20 of the reference autoscaler: alarms that are rewritten wrongly, or judge wrongly. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disagreementsOf } from './support/agreement.ts';
import { changedFleet, changedScaleUpThreshold, pagerTopic } from './support/fleet.ts';
import { hourMs, minuteMs, Scenario, secondMs } from './support/scenario.ts';
import type { StreamUnderTest } from './support/stream-under-test.ts';

describe('alarms', () => {
  let account: Scenario;
  beforeAll(async () => {
    account = await Scenario.start();
  });
  afterAll(() => account?.stop());

  it('14: a rewrite keeps what users added: actions, description, missing-data rule, tags', async () => {
    const stream = account.take('plain');
    const pager = account.alarmTopicArn.replace(/[^:]+$/, pagerTopic);
    for (const direction of ['up', 'down'] as const) {
      stream.changeAlarm(direction, {
        AlarmActions: [account.alarmTopicArn, pager],
        OKActions: [pager],
        InsufficientDataActions: [pager],
        AlarmDescription: 'Orders of the shop; call the team of the shop',
        TreatMissingData: 'notBreaching',
      });
      stream.setAlarmTags(direction, { team: 'shop' });
    }
    const before = partsOfUser(stream);
    await account.fire(stream, 'up');
    await account.pass(5 * minuteMs);
    expect(stream.judgedShardCount('up')).toBe('8');
    expect(partsOfUser(stream)).toEqual(before);
    expect(disagreementsOf(stream)).toEqual([]);
  });

  it('15: a rewrite keeps the period of the settings', async () => {
    const stream = account.take('plain');
    stream.setTags({ 'autoscaling/period-minutes': '1' });
    await account.reconcile();
    await account.fire(stream, 'up');
    await account.pass(5 * minuteMs);
    expect(stream.openShardCount).toBe(8);
    for (const direction of ['up', 'down'] as const) {
      const { Metrics = [] } = stream.alarm(direction);
      const periods = Metrics.flatMap(({ MetricStat }) => MetricStat?.Period ?? []);
      expect(new Set(periods)).toEqual(new Set([60]));
      expect(Metrics.find(({ Id }) => Id === 'e4')?.Expression).toBe('e2/(1000*60*1*s1)');
    }
  });

  it('17: a wrong alarm name makes no new alarm', async () => {
    const stream = account.take('plain');
    await account.fire(stream, 'up');
    const message = JSON.parse(account.aws.topics.published.at(-1)?.message ?? '');
    const names = () =>
      account.aws.cloudwatch.describeAlarms({ MaxRecords: 100 }).MetricAlarms?.map((alarm) => alarm.AlarmName);
    const before = names();
    const AlarmName = `${stream.name}-old-scale-up`;
    const AlarmArn = `${message.AlarmArn}`.replace(message.AlarmName, AlarmName);
    const log = account.watchLog();
    await account.publish({ ...message, AlarmName, AlarmArn });
    expect(log.reports()).toMatchObject([{ decision: { kind: 'hold', reason: 'rejected' } }]);
    expect(names()).toEqual(before);
  });

  it('17: a sibling that somebody deleted is reported, and not made anew', async () => {
    const stream = account.take('plain');
    account.aws.cloudwatch.deleteAlarms({ AlarmNames: [stream.alarmName('down')] });
    await account.fire(stream, 'up');
    await account.pass(5 * minuteMs);
    expect(stream.openShardCount).toBe(8);
    const log = account.watchLog();
    await account.reconcile();
    expect(log.reports(stream)).toMatchObject([
      { findings: [{ kind: 'scaling-settled' }, { kind: 'alarm-missing', direction: 'down' }] },
    ]);
    expect(() => stream.alarm('down')).toThrow(/does not exist/);
  });

  it('18: a newest datapoint that is late does not stop five of five; filled with 0, it would', async () => {
    const stream = account.take('plain');
    const reference = copyWithFilledMetrics(account, stream);
    stream.lateMinutes = 5;
    await account.pass(5 * minuteMs);
    stream.surge(4);
    await account.pass(5 * minuteMs);
    expect(stream.openShardCount).toBe(8);
    const { AlarmHistoryItems = [] } = account.aws.cloudwatch.describeAlarmHistory({ AlarmName: reference });
    expect(AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary).join()).toContain('to OK');
    expect(AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary).join()).not.toContain('to ALARM');
  });

  it('19: dead consumers block the scale-down that nobody reading would not', async () => {
    const [dead, unread] = [account.take('served'), account.take('plain')];
    dead.iteratorAgeMs = undefined;
    for (const stream of [dead, unread]) stream.loadShards = 0.5;
    await account.pass(5.5 * hourMs);
    expect(unread.openShardCount).toBe(2);
    expect(dead.openShardCount).toBe(4);
    expect(dead.alarm('down').StateValue).not.toBe('ALARM');
    const log = account.watchLog();
    await account.fire(dead, 'down');
    expect(log.reports(dead)).toMatchObject([{ decision: { kind: 'hold', reason: 'iterator-age-unknown' } }]);
  });

  it('20: an iterator age limit of 0 is refused, and divides nothing', async () => {
    const stream = account.take('plain');
    stream.setTags({ 'autoscaling/iterator-age-limit-minutes': '0' });
    await account.reconcile();
    expect(stream.alarm('down').Metrics?.find(({ Id }) => Id === 's2')?.Expression).toBe('30');
    account.setVariables({ SCALE_DOWN_MIN_ITER_AGE_MINS: '0' });
    const log = account.watchLog();
    const result = await account.reconcile();
    account.setVariables({ SCALE_DOWN_MIN_ITER_AGE_MINS: undefined });
    expect(result.kind).toBe('function-error');
    expect(log.text()).toContain('SCALE_DOWN_MIN_ITER_AGE_MINS');
  });

  // Last: the thresholds of all streams are others afterwards.
  it('16: a redeployment over a scaled stream scales nothing, even when the alarm fires before it is put right', async () => {
    const stream = account.take('served');
    stream.surge(4);
    await account.pass(10 * minuteMs);
    expect(stream.openShardCount).toBe(8);
    await account.leaveMinuteBoundary();
    await account.redeploy(changedFleet);
    expect(stream.judgedShardCount('up')).toBe('4');
    stream.setAlarmState('up', 'ALARM');
    const log = account.watchLog();
    await account.pass(10 * secondMs);
    const answers = log.reports(stream).filter(({ source }) => source === 'alarm');
    expect(answers).toHaveLength(1);
    expect(answers[0]?.decision).toMatchObject({
      kind: 'hold',
      reason: expect.stringMatching(/alarm-drift|superseded/),
    });
    expect(disagreementsOf(stream, { scaleUpThreshold: changedScaleUpThreshold })).toEqual([]);
    await account.pass(10 * minuteMs);
    expect(stream.openShardCount).toBe(8);
    expect(stream.acceptedCalls).toBe(1);
  });
});

function partsOfUser(stream: StreamUnderTest): object {
  return (['up', 'down'] as const).map((direction) => {
    const { AlarmActions, OKActions, InsufficientDataActions, AlarmDescription, TreatMissingData, ActionsEnabled } =
      stream.alarm(direction);
    const { team } = stream.alarmTags(direction);
    return {
      AlarmActions,
      OKActions,
      InsufficientDataActions,
      AlarmDescription,
      TreatMissingData,
      ActionsEnabled,
      team,
    };
  });
}

/** The alarm as the reference has it: with missing datapoints filled. It notifies nobody. */
function copyWithFilledMetrics(account: Scenario, stream: StreamUnderTest): string {
  const AlarmName = `${stream.name}-filled`;
  const { Metrics = [], EvaluationPeriods, ComparisonOperator, DatapointsToAlarm, Threshold } = stream.alarm('up');
  account.aws.cloudwatch.putMetricAlarm({
    AlarmName,
    EvaluationPeriods,
    ComparisonOperator,
    DatapointsToAlarm,
    Threshold,
    TreatMissingData: 'ignore',
    Metrics: Metrics.map((metric) =>
      metric.Id === 'e1' || metric.Id === 'e2' ? { ...metric, Expression: `FILL(m${metric.Id.slice(1)},0)` } : metric,
    ),
  });
  return AlarmName;
}
