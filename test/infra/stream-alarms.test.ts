import { describe, expect, it } from 'vitest';
import { type AlarmMetric, type Direction, defineAlarm } from '../../core/alarm/alarm-definition.ts';
import { readStreamSettings } from '../../core/settings/read-stream-settings.ts';
import { deploy, flatten, type Resource, resourcesOf, theResource } from './deployed-stack.ts';

interface CfnMetric {
  readonly Id: string;
  readonly Label: string;
  readonly ReturnData: boolean;
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Period: number;
    readonly Stat: string;
  };
}

/** A deployed alarm in the words of core/, to compare it with the definition that the function would write. */
function definitionIn({ Properties: properties }: Resource) {
  return {
    comparisonOperator: properties.ComparisonOperator,
    threshold: properties.Threshold,
    evaluationPeriods: properties.EvaluationPeriods,
    datapointsToAlarm: properties.DatapointsToAlarm,
    metrics: (properties.Metrics as readonly CfnMetric[]).map(metricIn),
  };
}

function metricIn({ Id: id, Label: label, ReturnData: returnData, Expression, MetricStat }: CfnMetric): AlarmMetric {
  if (!MetricStat) return { id, label, returnData, expression: String(Expression) };
  const { Metric: metric, Period: periodSeconds, Stat: stat } = MetricStat;
  const dimensions = Object.fromEntries(metric.Dimensions.map(({ Name, Value }) => [Name, Value]));
  return {
    id,
    label,
    returnData,
    namespace: metric.Namespace,
    metricName: metric.MetricName,
    dimensions,
    stat,
    periodSeconds,
  };
}

function settingsOf(given: Record<string, unknown>) {
  const read = readStreamSettings(given);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.value;
}

describe('alarms of a stream', () => {
  const given = {
    scaleUpThreshold: 0.8,
    scaleDownThreshold: 0.2,
    periodMinutes: 1,
    minShards: 2,
    maxShards: 32,
    iteratorAge: 'required',
  };
  const stack = deploy({
    defaults: { maxShards: 32, iteratorAge: 'required' },
    streams: [
      { name: 'orders', shardCount: 6, scaleUpThreshold: 0.8, scaleDownThreshold: 0.2, periodMinutes: 1, minShards: 2 },
    ],
  });

  it.each<Direction>(['up', 'down'])(
    'the scale-%s alarm is deployed exactly as the functions would write it',
    (direction) => {
      const alarm = theResource(stack, 'AWS::CloudWatch::Alarm', direction === 'up' ? 'ScaleUp' : 'ScaleDown');
      const wanted = defineAlarm(direction, { streamName: 'orders', shardCount: 6, settings: settingsOf(given) });
      expect(definitionIn(alarm)).toEqual(wanted);
      expect(alarm.Properties.AlarmName).toBe(`orders-scale-${direction}`);
    },
  );

  it('an alarm ignores missing data and notifies the topic, and nothing else, of ALARM alone', () => {
    const topic = theResource(stack, 'AWS::SNS::Topic').id;
    for (const { id, Properties: alarm } of resourcesOf(stack, 'AWS::CloudWatch::Alarm')) {
      if (!id.includes('Stream')) continue;
      expect(alarm.TreatMissingData).toBe('ignore');
      expect(flatten(alarm.AlarmActions)).toEqual([`\${${topic}}`]);
      expect(alarm.OKActions).toBeUndefined();
      expect(alarm.InsufficientDataActions).toBeUndefined();
    }
  });

  it('the alarms of an existing stream of unknown size use minShards, where the scale-down alarm rests', () => {
    const unknown = deploy({ defaults: { minShards: 3 }, streams: [{ name: 'orders' }] });
    const down = definitionIn(theResource(unknown, 'AWS::CloudWatch::Alarm', 'ScaleDown'));
    expect(down.threshold).toBe(-1);
    expect(down.metrics.find(({ id }) => id === 's1')).toMatchObject({ expression: '3' });
  });

  it('the stack creates a new stream with its first shard count, and keeps it when the stack is deleted', () => {
    const created = deploy({ streams: [{ name: 'clicks', create: true, shardCount: 5, retentionHours: 48 }] });
    const stream = theResource(created, 'AWS::Kinesis::Stream');
    expect(stream.Properties).toMatchObject({ Name: 'clicks', ShardCount: 5, RetentionPeriodHours: 48 });
    expect(stream.DeletionPolicy).toBe('RetainExceptOnCreate');
    const up = definitionIn(theResource(created, 'AWS::CloudWatch::Alarm', 'ScaleUp'));
    expect(up.metrics.find(({ id }) => id === 's1')).toMatchObject({ expression: '5' });
  });

  it('the stack creates no stream for an existing one', () => {
    expect(resourcesOf(stack, 'AWS::Kinesis::Stream')).toEqual([]);
  });
});

describe('cautions at synth', () => {
  it('synthesis warns of a threshold that doubles twice, and of a dry run without a shard count', () => {
    const { warnings } = deploy({ streams: [{ name: 'orders', scaleUpThreshold: 0.5, scaleDownThreshold: 0.2 }] });
    expect(warnings).toEqual([
      expect.stringContaining('orders: scaleUpThreshold: 0.5 is at or below 0.5'),
      expect.stringContaining('orders: a dry run writes nothing'),
    ]);
  });

  it('synthesis warns of nothing where all is in order', () => {
    expect(deploy({ dryRun: false, streams: [{ name: 'orders' }] }).warnings).toEqual([]);
    expect(deploy({ streams: [{ name: 'orders', shardCount: 4 }] }).warnings).toEqual([]);
  });
});
