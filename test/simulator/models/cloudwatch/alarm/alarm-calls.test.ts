import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { CloudWatchBench, scaleUpAlarm } from './stream-alarm.ts';

const SINGLE: PutMetricAlarmInput = {
  AlarmName: 'depth',
  Namespace: 'AWS/SQS',
  MetricName: 'ApproximateNumberOfMessagesVisible',
  Statistic: 'Maximum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 0,
  ComparisonOperator: 'GreaterThanThreshold',
};
const [FIRST_METRIC] = scaleUpAlarm().Metrics ?? [];

function withMetrics(...metrics: NonNullable<PutMetricAlarmInput['Metrics']>): PutMetricAlarmInput {
  return { ...scaleUpAlarm(), Metrics: metrics };
}

describe('PutMetricAlarm refuses', () => {
  const metric = FIRST_METRIC ?? { Id: 'none' };
  const other = { ...metric, Id: 'm2', MetricStat: { ...metric.MetricStat, Period: 60 } } as typeof metric;
  it.each<[string, PutMetricAlarmInput, string]>([
    [
      'several wrong members, all at once',
      { ...SINGLE, AlarmName: '', ComparisonOperator: '>' as never, EvaluationPeriods: 0, TreatMissingData: 'zero' },
      "4 validation errors detected: Value '' at 'alarmName' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '>'",
    ],
    [
      'M above N',
      { ...SINGLE, DatapointsToAlarm: 2 },
      'DatapointsToAlarm must be less than or equal to EvaluationPeriods',
    ],
    ['more than a day', { ...scaleUpAlarm(), EvaluationPeriods: 289 }, 'cannot be checked across more than a day'],
    ['a period that is no minute', { ...SINGLE, Period: 90 }, 'multiple of 60'],
    ['what is no number', { ...SINGLE, Threshold: Number.NaN }, 'The value NaN for parameter Threshold is invalid.'],
    ['an action that is no ARN', { ...SINGLE, AlarmActions: ['me'] }, 'Invalid arn syntax: me'],
    ['metric and metrics', { ...scaleUpAlarm(), MetricName: 'x' }, 'MetricName must not be set together with Metrics'],
    ['no returned data', withMetrics({ ...metric, ReturnData: false }), 'Exactly one element of the metrics list'],
    [
      'two that return data',
      withMetrics({ ...metric, ReturnData: true }, { Id: 'e1', Expression: 'm1' }),
      'Exactly one element of the metrics list should return data.',
    ],
    ['no metric at all', withMetrics({ Id: 'e1', Expression: '4' }), 'At least one metric must be specified'],
    ['one value for a range', withMetrics(metric, { Id: 'e1', Expression: 'MAX(m1)' }), 'needs a time series'],
    [
      'an unknown id',
      withMetrics(metric, { Id: 'e1', Expression: 'm1/s9' }),
      "Error in expression 'e1': Unknown id 's9'",
    ],
    ['an unknown function', withMetrics(metric, { Id: 'e1', Expression: 'RATES(m1)' }), "Function 'RATES' not found"],
    [
      'a circle',
      withMetrics(metric, { Id: 'e1', Expression: 'e2+m1' }, { Id: 'e2', Expression: 'e1', ReturnData: false }),
      'Circular reference: e1 -> e2 -> e1',
    ],
    ['an id twice', withMetrics(metric, { ...metric }), 'not unique: m1'],
    ['an id with a capital', withMetrics({ ...metric, Id: 'M1' }), 'must start with a lower-case letter'],
    ['two periods', withMetrics(metric, other, { Id: 'e1', Expression: 'm1+m2' }), 'must have the same period'],
  ])('%s', (_what, input, message) => {
    const bench = new CloudWatchBench();
    expect(() => bench.model.putMetricAlarm(input)).toThrow(
      expect.objectContaining({ name: 'ValidationException', message: expect.stringContaining(message) }),
    );
    expect(bench.model.describeAlarms().MetricAlarms).toEqual([]);
  });

  it.each<[string, PutMetricAlarmInput]>([
    ['ExtendedStatistic of an alarm', { ...SINGLE, ExtendedStatistic: 'p99' }],
    ['the statistic p99', withMetrics({ ...metric, MetricStat: { ...metric.MetricStat, Stat: 'p99' } as never })],
    ['the metric math function RATE', withMetrics(metric, { Id: 'e1', Expression: 'RATE(m1)' })],
    ['the metric math function SEARCH', withMetrics({ Id: 'e1', Expression: "SEARCH('{A,B} C', 'Sum')" })],
    ['a period of 30 s', { ...SINGLE, Period: 30 }],
    [
      'the action arn:aws:swf:eu-west-1:1:action/stop',
      { ...SINGLE, OKActions: ['arn:aws:swf:eu-west-1:1:action/stop'] },
    ],
    ['ComparisonOperator GreaterThanUpperThreshold', { ...SINGLE, ComparisonOperator: 'GreaterThanUpperThreshold' }],
  ])('%s as not modelled, and not as a mistake of the caller', (what, input) => {
    const bench = new CloudWatchBench();
    expect(() => bench.model.putMetricAlarm(input)).toThrow(
      expect.objectContaining({
        name: 'NotModelled',
        message: expect.stringContaining(`not modelled by local AWS: ${what}; `),
      }),
    );
  });

  it('an action in another region', () => {
    const bench = new CloudWatchBench();
    const AlarmActions = ['arn:aws:sns:us-east-2:123456789012:pager'];
    expect(() => bench.model.putMetricAlarm({ ...SINGLE, AlarmActions })).toThrow('Invalid region us-east-2 specified');
  });

  it('one alarm more than the quota, under the name that is no throttling', () => {
    const bench = new CloudWatchBench({ facts: { maxAlarms: 1 } });
    bench.model.putMetricAlarm(SINGLE);
    bench.model.putMetricAlarm(SINGLE);
    const second = () => bench.model.putMetricAlarm({ ...SINGLE, AlarmName: 'another' });
    expect(second).toThrow(expect.objectContaining({ name: 'LimitExceededFault' }));
  });
});

describe('DescribeAlarms', () => {
  const bench = new CloudWatchBench();
  for (let index = 0; index < 120; index += 1)
    bench.model.putMetricAlarm({ ...SINGLE, AlarmName: `a-${String(index).padStart(3, '0')}` });
  bench.model.putMetricAlarm({ ...scaleUpAlarm(), AlarmName: 'b' });
  bench.model.setAlarmState({ AlarmName: 'b', StateValue: 'ALARM', StateReason: '' });

  it('pages through all, in the order of names', () => {
    const first = bench.model.describeAlarms({ MaxRecords: 100 });
    const second = bench.model.describeAlarms({ MaxRecords: 100, NextToken: first.NextToken });
    const names = [first, second].flatMap(({ MetricAlarms }) => MetricAlarms?.map(({ AlarmName }) => AlarmName));
    expect(names).toHaveLength(121);
    expect(names).toEqual([...names].sort());
    expect(second.NextToken).toBeUndefined();
    expect(bench.model.describeAlarms().MetricAlarms).toHaveLength(50);
  });

  it.each([
    [{ AlarmNames: ['b', 'nobody', 'b'] }, ['b']],
    [{ AlarmNamePrefix: 'a-11' }, Array.from({ length: 10 }, (_, index) => `a-11${index}`)],
    [{ StateValue: 'ALARM' as const }, ['b']],
    [{ ActionPrefix: 'arn:aws:sns' }, ['b']],
    [{ AlarmTypes: ['CompositeAlarm' as const] }, []],
  ])('selects by %j', (input, expected) => {
    const found = bench.model.describeAlarms(input);
    expect(found.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(expected);
    expect(found.CompositeAlarms).toEqual([]);
  });

  it.each([
    [{ AlarmNames: Array.from({ length: 101 }, () => 'a') }, 'ValidationException'],
    [{ MaxRecords: 101 }, 'ValidationException'],
    [{ AlarmNames: ['b'], AlarmNamePrefix: 'a' }, 'ValidationException'],
    [{ NextToken: 'made up' }, 'InvalidNextToken'],
  ])('refuses %j', (input, name) => {
    expect(() => bench.model.describeAlarms(input)).toThrow(expect.objectContaining({ name }));
  });
});

describe('other calls', () => {
  it('SetAlarmState knows no alarm that does not exist, and no reason data that is no JSON', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm(SINGLE);
    const set = (AlarmName: string, StateReasonData?: string) => () =>
      bench.model.setAlarmState({ AlarmName, StateValue: 'OK', StateReason: 'r', StateReasonData });
    expect(set('nobody')).toThrow(expect.objectContaining({ name: 'ResourceNotFound' }));
    expect(set('depth', 'no')).toThrow(expect.objectContaining({ name: 'InvalidFormatFault' }));
  });

  it('DeleteAlarms deletes all or none', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm(SINGLE);
    expect(() => bench.model.deleteAlarms({ AlarmNames: ['depth', 'nobody'] })).toThrow(
      expect.objectContaining({ name: 'ResourceNotFound' }),
    );
    expect(bench.model.describeAlarms().MetricAlarms).toHaveLength(1);
  });

  it('tags are limited, and gone with the alarm', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricAlarm(SINGLE);
    const ResourceARN = bench.model.describeAlarms().MetricAlarms?.[0]?.AlarmArn ?? '';
    const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    bench.model.tagResource({ ResourceARN, Tags: tags(50) });
    const invalid = expect.objectContaining({ name: 'InvalidParameterValueException' });
    expect(() => bench.model.tagResource({ ResourceARN, Tags: tags(51) })).toThrow(invalid);
    expect(() => bench.model.tagResource({ ResourceARN, Tags: [{ Key: 'aws:x', Value: '' }] })).toThrow(invalid);
    expect(() => bench.model.listTagsForResource({ ResourceARN: 'depth' })).toThrow(invalid);
    bench.model.deleteAlarms({ AlarmNames: ['depth'] });
    const gone = () => bench.model.listTagsForResource({ ResourceARN });
    expect(gone).toThrow(expect.objectContaining({ name: 'ResourceNotFoundException' }));
  });
});
