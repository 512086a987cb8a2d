import { describe, expect, it } from 'vitest';
import type { AlarmDefinition, AlarmMetric } from '../../../core/alarm/alarm-definition.ts';
import { compareDefinitions } from '../../../core/plan/alarm-repair.ts';
import { isConverged, planConvergence } from '../../../core/plan/convergence.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import type { AlarmState, StreamState } from '../../../core/stream/stream-state.ts';
import { encodeIntent, tagKeys } from '../../../core/stream/stream-tags.ts';
import { formatAlarmTime } from '../../../core/time.ts';
import {
  firing,
  hour,
  minute,
  now,
  sampleAlarmState,
  sampleConsumer,
  sampleDefinition,
  sampleSettings,
  sampleState,
} from '../samples.ts';

function plan(state: StreamState, settings: Partial<StreamSettings> = {}) {
  return planConvergence({ state, settings: sampleSettings(settings), nowMs: now });
}
const withUp = (up: AlarmState) => sampleState({ alarms: { up, down: sampleAlarmState('down') } });
const intent = (from: number, to: number) => ({ [tagKeys.intent]: encodeIntent({ atMs: now - minute, from, to }) });
const kinds = (lanes: readonly (readonly { readonly kind: string }[])[]) =>
  lanes.map((lane) => lane.map(({ kind }) => kind));

describe('a stream that agrees', () => {
  it('gets an empty plan', () => {
    const agreed = plan(sampleState());
    expect(agreed).toEqual({ shardCount: 4, findings: [], streamLanes: [], alarmLanes: [], concurrencyLanes: [] });
    expect(isConverged(agreed)).toBe(true);
  });

  it('gets an empty plan with an alarm in ALARM that fired by its present definition', () => {
    expect(isConverged(plan(withUp(firing('up'))))).toBe(true);
  });

  it('gets an empty plan where the metrics of an alarm are in another order', () => {
    const definition = sampleDefinition('up');
    const reordered = { ...definition, metrics: definition.metrics.toReversed() };
    expect(isConverged(plan(withUp(sampleAlarmState('up', { definition: reordered }))))).toBe(true);
  });
});

describe('alarms that judge by another shard count', () => {
  const eight = sampleState({ openShardCount: 8 });

  it('are both rewritten, each in its own lane', () => {
    const { alarmLanes, findings, shardCount } = plan(eight);
    expect(shardCount).toBe(8);
    expect(isConverged(plan(eight))).toBe(false);
    expect(kinds(alarmLanes)).toEqual([['put-alarm'], ['put-alarm']]);
    expect(alarmLanes[0]?.[0]).toEqual({
      kind: 'put-alarm',
      alarmName: 'orders-scale-up',
      definition: sampleDefinition('up', 8),
      userParts: sampleAlarmState('up').userParts,
      onFailure: 'abort',
    });
    expect(findings).toEqual([
      { kind: 'resharded-by-others', before: undefined, openShardCount: 8 },
      { kind: 'alarm-drifted', alarmName: 'orders-scale-up', differs: ['s1'] },
      { kind: 'alarm-drifted', alarmName: 'orders-scale-down', differs: ['s1'] },
    ]);
  });

  it('keep the user’s actions, description and missing-data rule', () => {
    const userParts = {
      description: 'mine',
      actionsEnabled: false,
      alarmActions: ['arn:pager'],
      okActions: ['arn:ok'],
      insufficientDataActions: ['arn:none'],
      treatMissingData: 'breaching',
    };
    const { alarmLanes } = plan(
      sampleState({ openShardCount: 8, alarms: { up: sampleAlarmState('up', { userParts }), down: undefined } }),
    );
    expect(alarmLanes[0]?.[0]).toMatchObject({ userParts });
  });

  it('follow the intent’s target while UPDATING', () => {
    const { shardCount, alarmLanes } = plan(sampleState({ status: 'UPDATING', openShardCount: 6, tags: intent(4, 8) }));
    expect(shardCount).toBe(8);
    expect(alarmLanes[0]?.[0]).toMatchObject({
      definition: { metrics: expect.arrayContaining([expect.objectContaining({ id: 's1', expression: '8' })]) },
    });
  });
});

describe('nothing is touched', () => {
  it.each([
    [
      'while UPDATING without an intent that explains it',
      sampleState({ status: 'UPDATING', openShardCount: 7 }),
      [{ kind: 'unexplained-update', openShardCount: 7 }],
    ],
    ['in on-demand mode', sampleState({ mode: 'ON_DEMAND', openShardCount: 7 }), []],
    ['on the way to on-demand mode', sampleState({ mode: 'ON_DEMAND', status: 'UPDATING', openShardCount: 7 }), []],
    ['while CREATING', sampleState({ status: 'CREATING', openShardCount: 7 }), []],
    ['while DELETING', sampleState({ status: 'DELETING', openShardCount: 7 }), []],
  ])('%s', (_why, state, findings) => {
    expect(plan({ ...state, consumers: [sampleConsumer()] })).toEqual({
      shardCount: undefined,
      findings,
      streamLanes: [],
      alarmLanes: [],
      concurrencyLanes: [],
    });
  });
});

describe('re-arming after a rewrite', () => {
  it('resets an alarm in ALARM after its definition is rewritten, not before', () => {
    const { alarmLanes, findings } = plan({ ...withUp(firing('up')), openShardCount: 8 });
    expect(kinds(alarmLanes)).toEqual([['put-alarm', 'rearm-alarm'], ['put-alarm']]);
    expect(alarmLanes[0]?.[1]).toEqual({
      kind: 'rearm-alarm',
      alarmName: 'orders-scale-up',
      why: 'judged-by-old-math',
      onFailure: 'continue',
    });
    expect(findings).toContainEqual({ kind: 'alarm-judged-by-old-math', alarmName: 'orders-scale-up' });
  });

  it.each([
    ['resets an alarm that fired before its definition was written', 1, [['rearm-alarm']]],
    ['resets an alarm that fired in the very millisecond of the write', 0, [['rearm-alarm']]],
    ['leaves an alarm that fired after its definition was written', -1, []],
  ])('%s', (_why, configuredAfterMs, expected) => {
    const up = firing('up', { configuredAtMs: firing('up').stateTransitionedAtMs + configuredAfterMs });
    expect(kinds(plan(withUp(up)).alarmLanes)).toEqual(expected);
  });

  it.each(['OK', 'INSUFFICIENT_DATA'] as const)('does not reset an alarm in %s', (state) => {
    const up = sampleAlarmState('up', { state, configuredAtMs: now, definition: sampleDefinition('up', 2) });
    expect(kinds(plan(withUp(up)).alarmLanes)).toEqual([['put-alarm']]);
  });
});

describe('a missing alarm', () => {
  const state = sampleState({ alarms: { up: sampleAlarmState('up'), down: undefined } });

  it('of a deployed stream is reported and not created, since the stack creates it', () => {
    expect(plan(state)).toMatchObject({ findings: [{ kind: 'alarm-missing', direction: 'down' }], alarmLanes: [] });
  });

  it('of a discovered stream is created, with our tags and the topic as its one action', () => {
    const newAlarm = { topicArn: 'arn:aws:sns:eu-west-1:123456789012:scaling', tags: { 'autoscaling/owner': 'us' } };
    const { alarmLanes } = planConvergence({ state, settings: sampleSettings(), nowMs: now }, newAlarm);
    expect(alarmLanes).toEqual([
      [
        {
          kind: 'create-alarm',
          alarmName: 'orders-scale-down',
          definition: sampleDefinition('down'),
          userParts: {
            description: undefined,
            actionsEnabled: true,
            alarmActions: [newAlarm.topicArn],
            okActions: [],
            insufficientDataActions: [],
            treatMissingData: 'ignore',
          },
          tags: newAlarm.tags,
          onFailure: 'abort',
        },
      ],
    ]);
  });
});

describe('the reference autoscaler’s tags on alarms', () => {
  const scaledAtMs = now - minute;
  const time = formatAlarmTime(scaledAtMs);
  const scaled = { openShardCount: 8, tags: intent(4, 8) };
  const eight = (direction: 'up' | 'down', tags: AlarmState['tags']) =>
    sampleAlarmState(direction, { definition: sampleDefinition(direction, 8), tags });

  it('are written on both alarms once the intent took effect', () => {
    const { alarmLanes, findings } = plan(
      sampleState({ ...scaled, alarms: { up: eight('up', {}), down: eight('down', {}) } }),
    );
    expect(alarmLanes).toEqual([
      [
        {
          kind: 'tag-alarm',
          alarmName: 'orders-scale-up',
          alarmArn: eight('up', {}).alarmArn,
          tags: { LastScaledTimestamp: time, ScaleAction: 'Up', ComplimentaryAlarm: 'orders-scale-down' },
          onFailure: 'continue',
        },
      ],
      [
        {
          kind: 'tag-alarm',
          alarmName: 'orders-scale-down',
          alarmArn: eight('down', {}).alarmArn,
          tags: { LastScaledTimestamp: time, ScaleAction: 'Down', ComplimentaryAlarm: 'orders-scale-up' },
          onFailure: 'continue',
        },
      ],
    ]);
    expect(findings.map(({ kind }) => kind)).toEqual(['scaling-settled', 'alarm-tags-behind', 'alarm-tags-behind']);
  });

  it('are written after the definition and the state of the alarm', () => {
    const up = firing('up', { tags: {} });
    const { alarmLanes } = plan(sampleState({ ...scaled, alarms: { up, down: undefined } }));
    expect(kinds(alarmLanes)).toEqual([['put-alarm', 'rearm-alarm', 'tag-alarm']]);
    expect(alarmLanes[0]?.[2]).toMatchObject({ tags: { LastScaledTimestamp: time, ScaleAction: 'Up' } });
    expect(alarmLanes[0]?.[2]).not.toHaveProperty('tags.ComplimentaryAlarm');
  });

  it('say the role of the alarm, not the direction of the last scaling', () => {
    const two = (direction: 'up' | 'down') =>
      sampleAlarmState(direction, { definition: sampleDefinition(direction, 2) });
    const { alarmLanes } = plan(
      sampleState({ openShardCount: 2, tags: intent(4, 2), alarms: { up: two('up'), down: two('down') } }),
    );
    const roles = alarmLanes.map(([tagging]) => tagging?.kind === 'tag-alarm' && tagging.tags.ScaleAction);
    expect(roles).toEqual(['Up', 'Down']);
  });

  it.each<[string, AlarmState['tags'], object | undefined]>([
    ['stay where they are up to date', { LastScaledTimestamp: time }, undefined],
    ['stay where somebody else wrote a newer time', { LastScaledTimestamp: formatAlarmTime(now) }, undefined],
    ['stay where they were not read', undefined, undefined],
    [
      'are corrected where they name the role of the sibling',
      { LastScaledTimestamp: time, ScaleAction: 'Down' },
      { ScaleAction: 'Up' },
    ],
    [
      'are brought up to date where the time is older than the scaling',
      { LastScaledTimestamp: formatAlarmTime(scaledAtMs - 1) },
      { LastScaledTimestamp: time },
    ],
    [
      'are replaced where the time is unreadable',
      { LastScaledTimestamp: 'today' },
      { LastScaledTimestamp: time, ScaleAction: 'Up' },
    ],
  ])('%s', (_why, tags, expected) => {
    const { alarmLanes } = plan(sampleState({ ...scaled, alarms: { up: eight('up', tags), down: undefined } }));
    if (expected) expect(alarmLanes).toEqual([[expect.objectContaining({ tags: expect.objectContaining(expected) })]]);
    else expect(alarmLanes).toEqual([]);
  });

  it('are not written for an intent that did not take effect', () => {
    expect(plan(sampleState({ tags: intent(4, 8) })).alarmLanes).toEqual([]);
    const up = sampleAlarmState('up', { tags: { LastScaledTimestamp: 'today' } });
    const { alarmLanes } = plan(sampleState({ tags: intent(4, 8), alarms: { up, down: undefined } }));
    expect(alarmLanes[0]?.[0]).toMatchObject({ kind: 'tag-alarm' });
    expect(alarmLanes[0]?.[0]).not.toHaveProperty('tags.ScaleAction');
  });

  it.each([
    ['no time', 'today'],
    ['a time far ahead', formatAlarmTime(now + hour)],
  ])('are set to now where they hold %s, which would hold the alarm for ever', (_why, LastScaledTimestamp) => {
    const { alarmLanes } = plan(withUp(sampleAlarmState('up', { tags: { LastScaledTimestamp } })));
    expect(alarmLanes).toEqual([[expect.objectContaining({ tags: { LastScaledTimestamp: formatAlarmTime(now) } })]]);
  });
});

describe('the consumers of a stream', () => {
  it('have one lane each', () => {
    const consumers = [sampleConsumer(), sampleConsumer({ functionName: 'audit' })];
    const { concurrencyLanes } = plan(sampleState({ openShardCount: 8, consumers }));
    expect(kinds(concurrencyLanes)).toEqual([
      ['tag-stream', 'set-concurrency'],
      ['tag-stream', 'set-concurrency'],
    ]);
  });

  it('make a plan differ where the alarms agree', () => {
    const tags = { [`${tagKeys.concurrency}orders-processor`]: '2' };
    const state = sampleState({ tags, consumers: [sampleConsumer({ reservedConcurrency: 2 })] });
    expect(plan(state).alarmLanes).toEqual([]);
    expect(isConverged(plan(state))).toBe(false);
  });
});

describe('the comparison of two alarm definitions', () => {
  const wanted = sampleDefinition('down');
  const changedMetric = (id: string, change: (entry: AlarmMetric) => AlarmMetric): AlarmDefinition => ({
    ...wanted,
    metrics: wanted.metrics.map((entry) => (entry.id === id ? change(entry) : entry)),
  });

  it.each<[string, AlarmDefinition, readonly string[]]>([
    ['nothing where both are the same', wanted, []],
    ['the operator', { ...wanted, comparisonOperator: 'GreaterThanOrEqualToThreshold' }, ['comparisonOperator']],
    ['the threshold', { ...wanted, threshold: 0.2 }, ['threshold']],
    [
      'periods and datapoints',
      { ...wanted, evaluationPeriods: 5, datapointsToAlarm: 5 },
      ['evaluationPeriods', 'datapointsToAlarm'],
    ],
    ['a missing metric', { ...wanted, metrics: wanted.metrics.filter(({ id }) => id !== 'e5') }, ['e5']],
    [
      'a metric of somebody else',
      { ...wanted, metrics: [...wanted.metrics, { id: 'x', label: '', expression: '1', returnData: false }] },
      ['x'],
    ],
    ['an expression', changedMetric('s1', (entry) => ({ ...entry, expression: '5' })), ['s1']],
    ['a label', changedMetric('e3', (entry) => ({ ...entry, label: 'BytesUsage' })), ['e3']],
    ['what is returned', changedMetric('e6', (entry) => ({ ...entry, returnData: false })), ['e6']],
    ['the namespace', changedMetric('m1', (entry) => ({ ...entry, namespace: 'Custom' })), ['m1']],
    ['the metric', changedMetric('m1', (entry) => ({ ...entry, metricName: 'OutgoingBytes' })), ['m1']],
    ['the statistic', changedMetric('m3', (entry) => ({ ...entry, stat: 'Average' })), ['m3']],
    ['the period', changedMetric('m2', (entry) => ({ ...entry, periodSeconds: 60 })), ['m2']],
    ['the dimension', changedMetric('m2', (entry) => ({ ...entry, dimensions: { StreamName: 'clicks' } })), ['m2']],
    ['no dimension', changedMetric('m2', (entry) => ({ ...entry, dimensions: {} })), ['m2']],
    [
      'a further dimension',
      changedMetric('m2', (entry) => ({ ...entry, dimensions: { StreamName: 'orders', ShardId: '1' } })),
      ['m2'],
    ],
    [
      'a metric in place of an expression',
      changedMetric('s1', () => ({ ...(wanted.metrics[0] as AlarmMetric), id: 's1', label: 'ShardCount' })),
      ['s1'],
    ],
    [
      'an expression in place of a metric',
      changedMetric('m1', () => ({ id: 'm1', label: 'IncomingBytes', expression: '1', returnData: false })),
      ['m1'],
    ],
  ])('finds a difference in %s', (_what, live, differs) => {
    expect(compareDefinitions(live, wanted)).toEqual(differs);
  });

  it('reports the metrics that somebody else added, before they are removed', () => {
    const definition = {
      ...sampleDefinition('up', 2),
      metrics: [...sampleDefinition('up', 2).metrics, { id: 'mine', label: '', expression: 'e3*2', returnData: false }],
    };
    expect(plan(withUp(sampleAlarmState('up', { definition }))).findings).toEqual([
      { kind: 'alarm-drifted', alarmName: 'orders-scale-up', differs: ['s1', 'mine'] },
      { kind: 'alarm-metrics-of-others', alarmName: 'orders-scale-up', ids: ['mine'] },
    ]);
  });
});
