import { describe, expect, it } from 'vitest';
import type { ScalingReport } from '../../../core/report/scaling-report.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { answerWaitingAlarms, hasWaitedInLine } from '../../../lambda/triggers/alarm-backlog.ts';
import { handleAlarm } from '../../../lambda/triggers/alarm-notification.ts';
import { minute, now, sampleSettings, second } from '../../core/samples.ts';
import { contextOf, deploymentOf } from '../deployments.ts';
import { findDisagreements, MemoryAccount, notificationOf } from '../memory-account.ts';

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:kinesis-scaling';
const streamNames = ['audit', 'clicks', 'orders', 'returns'];

/** Four streams whose scale-up alarms fired at the same moment. */
function storm(given: Readonly<Record<string, Partial<StreamSettings>>> = {}) {
  const aws = new MemoryAccount();
  for (const name of streamNames) {
    aws.addStream(name, 4, sampleSettings(given[name]));
    aws.fire(name, 'up');
  }
  aws.nowMs += 20 * second;
  const context = contextOf(
    aws,
    deploymentOf(Object.fromEntries(streamNames.map((name) => [name, given[name] ?? {}]))),
  );
  const reports: ScalingReport[] = [];
  const bugs: string[] = [];
  const answer = (timeIsUp = () => false) =>
    answerWaitingAlarms(
      { topicArn, timeIsUp, onReport: (report) => reports.push(report), onBug: (alarmName) => bugs.push(alarmName) },
      context,
    );
  return { aws, context, reports, bugs, answer };
}

describe('alarms that wait behind a late notification', () => {
  it('are answered from the alarms themselves, each stream once', async () => {
    const { aws, reports, answer } = storm();
    expect(await answer()).toBeUndefined();
    expect(aws.scalings.map(({ streamName, to }) => [streamName, to])).toEqual(streamNames.map((name) => [name, 8]));
    for (const name of streamNames) expect(findDisagreements(aws, name, sampleSettings())).toEqual([]);
    expect(reports.map(({ outcome, alarmName }) => [outcome, alarmName])).toEqual(
      streamNames.map((name) => ['scaled', `${name}-scale-up`]),
    );
  });

  it('have notifications that change nothing when they come', async () => {
    const { aws, context, answer } = storm();
    const notifications = streamNames.map((name) => notificationOf(aws.alarm(`${name}-scale-up`)));
    await answer();
    for (const name of streamNames) aws.finish(name);
    aws.nowMs += 5 * minute;
    const writes = aws.writes().length;
    for (const message of notifications) {
      const report = await handleAlarm({ messageId: 'late', message }, context);
      expect(report).toMatchObject({ outcome: 'held', decision: { reason: 'superseded' } });
    }
    // That each scaling is over is remembered on its stream, and nothing else is written.
    const later = aws.writes().slice(writes);
    expect(later).toHaveLength(streamNames.length);
    expect(aws.scalings).toHaveLength(streamNames.length);
  });

  it('are held by the same rules as their notifications, and asked once each', async () => {
    const { aws, reports, answer } = storm({ orders: { scaleUpCooldownMinutes: 60 } });
    aws.stream('orders').tags = { 'autoscaling/ledger': String(Math.floor((now - minute) / 1000)) };
    await answer();
    expect(aws.scalings.map(({ streamName }) => streamName)).toEqual(['audit', 'clicks', 'returns']);
    expect(reports.filter(({ streamName }) => streamName === 'orders')).toMatchObject([
      { outcome: 'held', decision: { reason: 'cooldown' } },
    ]);
  });

  it('are not those of another deployment or topic, nor those of yesterday', async () => {
    const { aws, reports, answer } = storm();
    aws.addStream('not-ours', 4, sampleSettings());
    aws.fire('not-ours', 'up');
    const elsewhere = aws.alarm('orders-scale-up');
    aws.alarms.set('orders-scale-up', { ...elsewhere, userParts: { ...elsewhere.userParts, alarmActions: [] } });
    const old = aws.alarm('clicks-scale-up');
    aws.alarms.set('clicks-scale-up', { ...old, stateTransitionedAtMs: aws.nowMs - 60 * minute });
    await answer();
    expect(aws.scalings.map(({ streamName }) => streamName)).toEqual(['audit', 'returns']);
    expect(reports.map(({ streamName }) => streamName)).toEqual(['audit', 'returns']);
  });

  it.each([
    ['first', ['up', 'down']],
    ['last', ['down', 'up']],
  ] as const)('of one stream are never answered side by side: scale-up comes first, listed %s', async (_, order) => {
    const { aws, reports, answer } = storm();
    aws.fire('audit', 'down');
    for (const direction of order) {
      const alarm = aws.alarm(`audit-scale-${direction}`);
      aws.alarms.delete(alarm.alarmName);
      aws.alarms.set(alarm.alarmName, alarm);
    }
    await answer();
    const ofAudit = reports.filter(({ streamName }) => streamName === 'audit');
    expect(ofAudit.map(({ alarmName }) => alarmName)).toEqual(['audit-scale-up']);
    expect(aws.scalings.filter(({ streamName }) => streamName === 'audit')).toEqual([
      { streamName: 'audit', from: 4, to: 8 },
    ]);
  });

  it('are answered in the order in which they fired, scale-down as well', async () => {
    const { aws, reports, answer } = storm();
    const fired = { returns: 9, orders: 7, audit: 5 };
    for (const [name, secondsAgo] of Object.entries(fired)) {
      const alarm = aws.alarm(`${name}-scale-up`);
      aws.alarms.set(alarm.alarmName, { ...alarm, stateTransitionedAtMs: aws.nowMs - secondsAgo * second });
    }
    await aws.ports.alarms.rearm('clicks-scale-up', 'it is the scale-down alarm that fires');
    aws.fire('clicks', 'down');
    await answer();
    expect(reports.map(({ alarmName }) => alarmName)).toEqual([
      'returns-scale-up',
      'orders-scale-up',
      'audit-scale-up',
      'clicks-scale-down',
    ]);
    expect(aws.scalings.at(-1)).toEqual({ streamName: 'clicks', from: 4, to: 2 });
  });

  it('are listed again until none is new: one may fire while the others are answered', async () => {
    const { aws, reports, answer } = storm();
    await aws.ports.alarms.rearm('returns-scale-up', 'it fires later');
    aws.before('kinesis:UpdateShardCount', () => aws.fire('returns', 'up'));
    await answer();
    expect(reports.map(({ streamName }) => streamName)).toEqual(['audit', 'clicks', 'orders', 'returns']);
    expect(reports.at(-1)).toMatchObject({ outcome: 'scaled' });
  });

  it('are void when they were rewritten since they fired: nobody knows by which count they judged', async () => {
    const { aws, reports, answer } = storm();
    const alarm = aws.alarm('audit-scale-up');
    aws.alarms.set('audit-scale-up', { ...alarm, configuredAtMs: alarm.stateTransitionedAtMs });
    await answer();
    expect(reports.find(({ streamName }) => streamName === 'audit')).toMatchObject({
      outcome: 'held',
      decision: { reason: 'alarm-drift' },
    });
  });

  it('are scaling alarms only, also where every stream is served', async () => {
    const { aws, reports } = storm();
    const alarm = aws.alarm('orders-scale-up');
    const blind = { ...alarm.definition, metrics: alarm.definition.metrics.filter(({ id }) => !id.startsWith('m')) };
    aws.alarms.set('orders-errors', { ...alarm, alarmName: 'orders-errors' });
    aws.alarms.set('blind-scale-up', { ...alarm, alarmName: 'blind-scale-up', definition: blind });
    await answerWaitingAlarms(
      { topicArn, timeIsUp: () => false, onReport: (report) => reports.push(report), onBug: () => {} },
      contextOf(aws, deploymentOf(undefined)),
    );
    expect(reports.map(({ alarmName }) => alarmName)).toEqual(streamNames.map((name) => `${name}-scale-up`));
  });

  it('are not begun when the time is up', async () => {
    const { aws, answer } = storm();
    let asked = 0;
    await answer(() => {
      asked += 1;
      return asked > 3;
    });
    expect(aws.scalings.map(({ streamName }) => streamName)).toEqual(['audit', 'clicks']);
  });

  it('are answered in spite of a bug in one of them; a list that cannot be read is a failure', async () => {
    const { aws, bugs, answer } = storm();
    aws.before('kinesis:AddTagsToStream', () => {
      throw new TypeError('a bug');
    });
    await answer();
    expect(bugs).toHaveLength(1);
    expect(aws.scalings).toHaveLength(3);
    aws.fail('cloudwatch:DescribeAlarms', { code: 'AccessDenied' });
    expect(await answer()).toMatchObject({ call: 'cloudwatch:DescribeAlarms', code: 'AccessDenied' });
  });
});

describe('a notification', () => {
  it.each([
    [3_000, false, 'a slow delivery and a slow start'],
    [2_000, false, 'delivery and a cold start take as long'],
    [4_000, true, 'Lambda sent it back to its queue'],
  ])('that is %d ms old has waited in line: %s, %s', (ageMs, waited) => {
    expect(hasWaitedInLine(now - ageMs, now)).toBe(waited);
  });

  it('without a time has not waited', () => {
    expect(hasWaitedInLine(Number.NaN, now)).toBe(false);
  });
});
