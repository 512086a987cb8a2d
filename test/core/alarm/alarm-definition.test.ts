/** The metric math against the reference autoscaler's own table: ids, labels and formulas, letter by letter. */
import { describe, expect, it } from 'vitest';
import {
  type AlarmMetric,
  alarmNameOf,
  defineAlarm,
  missingIteratorAgeBlocks,
  opposite,
  readAlarmName,
  readJudgedShardCount,
  readStreamName,
} from '../../../core/alarm/alarm-definition.ts';
import { sampleDefinition, sampleSettings } from '../samples.ts';

const consumers = [
  { functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:orders-processor', lambdasPerShard: 1 },
];

function shown(metrics: readonly AlarmMetric[]): readonly (readonly unknown[])[] {
  return metrics.map((entry) =>
    'expression' in entry
      ? [entry.id, entry.label, entry.expression, entry.returnData]
      : [
          entry.id,
          entry.label,
          `${entry.stat} ${entry.namespace} ${entry.metricName} ${JSON.stringify(entry.dimensions)} ${entry.periodSeconds}s`,
          entry.returnData,
        ],
  );
}

function expressionOf(metrics: readonly AlarmMetric[], id: string): string | undefined {
  const entry = metrics.find((candidate) => candidate.id === id);
  return entry && 'expression' in entry ? entry.expression : undefined;
}

describe('the scale-up alarm', () => {
  it('has the reference’s ids and labels, and does not fill missing datapoints', () => {
    expect(shown(sampleDefinition('up').metrics)).toEqual([
      ['m1', 'IncomingBytes', 'Sum AWS/Kinesis IncomingBytes {"StreamName":"orders"} 300s', false],
      ['m2', 'IncomingRecords', 'Sum AWS/Kinesis IncomingRecords {"StreamName":"orders"} 300s', false],
      ['e1', 'FillMissingDataPointsWithZeroForIncomingBytes', 'm1', false],
      ['e2', 'FillMissingDataPointsWithZeroForIncomingRecords', 'm2', false],
      ['e3', 'IncomingBytesUsageFactor', 'e1/(1024*1024*60*5*s1)', false],
      ['e4', 'IncomingRecordsUsageFactor', 'e2/(1000*60*5*s1)', false],
      ['e6', 'MaxIncomingUsageFactor', 'MAX([e3,e4])', true],
      ['s1', 'ShardCount', '4', false],
    ]);
  });

  it('fires at or above the threshold, 5 datapoints of 5', () => {
    expect(sampleDefinition('up')).toMatchObject({
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      threshold: 0.75,
      evaluationPeriods: 5,
      datapointsToAlarm: 5,
    });
  });

  it.each([
    ['rests at the maximum', 4, 1_000_000],
    ['rests above a maximum that was lowered', 5, 1_000_000],
    ['has its threshold below the maximum', 3, 0.75],
  ])('%s', (_what, shardCount, threshold) => {
    expect(sampleDefinition('up', shardCount, sampleSettings({ maxShards: 4 })).threshold).toBe(threshold);
  });
});

describe('the scale-down alarm', () => {
  it('has the reference’s ids, labels and formulas', () => {
    expect(shown(sampleDefinition('down').metrics)).toEqual([
      ['m1', 'IncomingBytes', 'Sum AWS/Kinesis IncomingBytes {"StreamName":"orders"} 300s', false],
      ['m2', 'IncomingRecords', 'Sum AWS/Kinesis IncomingRecords {"StreamName":"orders"} 300s', false],
      [
        'm3',
        'GetRecords.IteratorAgeMilliseconds',
        'Maximum AWS/Kinesis GetRecords.IteratorAgeMilliseconds {"StreamName":"orders"} 300s',
        false,
      ],
      ['e1', 'FillMissingDataPointsWithZeroForIncomingBytes', 'FILL(m1,0)', false],
      ['e2', 'FillMissingDataPointsWithZeroForIncomingRecords', 'FILL(m2,0)', false],
      ['e3', 'IncomingBytesUsageFactor', 'e1/(1024*1024*60*5*s1)', false],
      ['e4', 'IncomingRecordsUsageFactor', 'e2/(1000*60*5*s1)', false],
      ['e5', 'IteratorAgeAdjustedFactor', '(FILL(m3,0)/1000/60)*(0.25000/s2)', false],
      ['e6', 'MaxIncomingUsageFactor', 'MAX([e3,e4,e5])', true],
      ['s1', 'ShardCount', '4', false],
      ['s2', 'IteratorAgeMinutesToBlockScaleDowns', '30', false],
    ]);
  });

  it('fires below the threshold, 57 datapoints of 60', () => {
    expect(sampleDefinition('down')).toMatchObject({
      comparisonOperator: 'LessThanThreshold',
      threshold: 0.25,
      evaluationPeriods: 60,
      datapointsToAlarm: 57,
    });
  });

  it.each([
    ['rests at the minimum', 4, -1],
    ['rests below a minimum that was raised', 3, -1],
    ['has its threshold above the minimum', 5, 0.25],
  ])('%s', (_what, shardCount, threshold) => {
    expect(sampleDefinition('down', shardCount, sampleSettings({ minShards: 4 })).threshold).toBe(threshold);
  });

  it('keeps the real threshold in the math of the iterator age while it rests', () => {
    const { metrics } = sampleDefinition('down', 1);
    expect(expressionOf(metrics, 'e5')).toBe('(FILL(m3,0)/1000/60)*(0.25000/s2)');
  });
});

describe('an alarm definition', () => {
  it('takes the period of every metric and formula from the settings', () => {
    const settings = sampleSettings({ periodMinutes: 1 });
    const { metrics, evaluationPeriods, datapointsToAlarm } = sampleDefinition('down', 7, settings);
    expect(metrics.flatMap((entry) => ('metricName' in entry ? [entry.periodSeconds] : []))).toEqual([60, 60, 60]);
    expect(expressionOf(metrics, 'e3')).toBe('e1/(1024*1024*60*1*s1)');
    expect(expressionOf(metrics, 'e4')).toBe('e2/(1000*60*1*s1)');
    expect(expressionOf(metrics, 's1')).toBe('7');
    expect([evaluationPeriods, datapointsToAlarm]).toEqual([300, 285]);
  });

  it('takes thresholds, datapoints and the iterator age limit from the settings', () => {
    const settings = sampleSettings({
      scaleUpThreshold: 0.9,
      scaleUpEvaluationPeriods: 6,
      scaleUpDatapointsToAlarm: 4,
      scaleDownThreshold: 0.4,
      scaleDownEvaluationPeriods: 12,
      scaleDownDatapointsToAlarm: 10,
      iteratorAgeLimitMinutes: 7.5,
    });
    expect(sampleDefinition('up', 4, settings)).toMatchObject({
      threshold: 0.9,
      evaluationPeriods: 6,
      datapointsToAlarm: 4,
    });
    const down = sampleDefinition('down', 4, settings);
    expect(down).toMatchObject({ threshold: 0.4, evaluationPeriods: 12, datapointsToAlarm: 10 });
    expect(expressionOf(down.metrics, 'e5')).toBe('(FILL(m3,0)/1000/60)*(0.40000/s2)');
    expect(expressionOf(down.metrics, 's2')).toBe('7.5');
  });

  it('blocks a scale-down at the iterator age limit, however small the threshold is', () => {
    const { metrics } = sampleDefinition('down', 4, sampleSettings({ scaleDownThreshold: 0.000001 }));
    expect(expressionOf(metrics, 'e5')).toBe('(FILL(m3,0)/1000/60)*(0.00001/s2)');
  });

  it.each([
    ['required', [], true],
    ['auto', consumers, true],
    ['auto', [], false],
    ['ignore', consumers, false],
  ] as const)('iterator age %s with consumers %j: a missing one blocks: %s', (iteratorAge, declared, blocks) => {
    const settings = sampleSettings({ iteratorAge, consumers: declared });
    expect(missingIteratorAgeBlocks(settings)).toBe(blocks);
    const filled = blocks ? 30 * 60_000 : 0;
    expect(expressionOf(sampleDefinition('down', 4, settings).metrics, 'e5')).toContain(`FILL(m3,${filled})`);
  });
});

describe('the alarms of a load-driven stream', () => {
  const settings = sampleSettings({ policy: 'adaptive' });

  it('the scale-up alarm counts throttled records, and fires after three full minutes', () => {
    const definition = sampleDefinition('up', 4, settings);
    expect(definition).toMatchObject({ threshold: 1, evaluationPeriods: 3, datapointsToAlarm: 3 });
    expect(shown(definition.metrics).slice(-5)).toEqual([
      ['e4', 'IncomingRecordsUsageFactor', 'e2/(1000*60*1*s1)', false],
      [
        'm4',
        'WriteProvisionedThroughputExceeded',
        'Sum AWS/Kinesis WriteProvisionedThroughputExceeded {"StreamName":"orders"} 60s',
        false,
      ],
      ['e5', 'ThrottledRecordsUsageFactor', 'FILL(m4,0)/(1000*60*1*s1)', false],
      ['e6', 'MaxIncomingUsageFactor', 'MAX([e3,e4])+e5', true],
      ['s1', 'ShardCount', '4', false],
    ]);
    expect(readStreamName(definition.metrics)).toBe('orders');
  });

  it('the scale-up alarm rests at the maximum', () => {
    const { threshold } = sampleDefinition('up', 8, sampleSettings({ policy: 'target', maxShards: 8 }));
    expect(threshold).toBe(1_000_000);
  });

  it('the scale-down alarm rests at every shard count, since the load check scales down', () => {
    expect([1, 4, 100].map((count) => sampleDefinition('down', count, settings).threshold)).toEqual([-1, -1, -1]);
  });
});

describe('the name of an alarm', () => {
  it('is the reference autoscaler’s', () => {
    expect([alarmNameOf('orders', 'up'), alarmNameOf('orders', 'down')]).toEqual([
      'orders-scale-up',
      'orders-scale-down',
    ]);
  });

  it.each([
    ['orders-scale-up', { direction: 'up', siblingName: 'orders-scale-down' }],
    ['orders-scale-down', { direction: 'down', siblingName: 'orders-scale-up' }],
    ['a-scale-up-scale-down', { direction: 'down', siblingName: 'a-scale-up-scale-up' }],
    ['-scale-up', undefined],
    ['-scale-down', undefined],
    ['orders-scale-upwards', undefined],
    ['', undefined],
  ])('%j is read as %j', (name, expected) => {
    expect(readAlarmName(name)).toEqual(expected);
  });
});

it('each direction is the opposite of the other', () => {
  expect([opposite('up'), opposite('down')]).toEqual(['down', 'up']);
});

describe('a live alarm', () => {
  it.each(['up', 'down'] as const)('names its stream and its judged shard count (%s)', (direction) => {
    const { metrics } = defineAlarm(direction, {
      streamName: 'a_b.c-d',
      shardCount: 10_000,
      settings: sampleSettings(),
    });
    expect(readStreamName(metrics)).toBe('a_b.c-d');
    expect(readJudgedShardCount(metrics)).toBe(10_000);
  });

  it('has no judged shard count where s1 is a metric or missing', () => {
    const { metrics } = sampleDefinition('up');
    const [m1] = metrics;
    const odd = metrics.map((entry) => (entry.id === 's1' && m1 ? { ...m1, id: 's1' } : entry));
    expect(readJudgedShardCount(odd)).toBeUndefined();
    expect(readJudgedShardCount([])).toBeUndefined();
  });

  it('finds no stream where one of m1 and m2 is a metric of another namespace or stream', () => {
    const { metrics } = sampleDefinition('up');
    const withM2 = (changed: object) => metrics.map((entry) => (entry.id === 'm2' ? { ...entry, ...changed } : entry));
    expect(readStreamName(withM2({ namespace: 'Custom/Kinesis' }))).toBeUndefined();
    expect(readStreamName(withM2({ dimensions: { StreamName: 'payments' } }))).toBeUndefined();
    expect(readStreamName(withM2({ dimensions: {} }))).toBeUndefined();
  });

  it('names no stream without m1 and m2', () => {
    expect(readStreamName(sampleDefinition('down').metrics.filter(({ id }) => id === 'm3'))).toBeUndefined();
  });
});
