/** Turns an alarm of `core/alarm/alarm-definition.ts` into the PutMetricAlarm call that the stack and the function make. */
import type { MetricDataQuery, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { AlarmDefinition, AlarmMetric } from '../core/alarm/alarm-definition.ts';

export function toPutMetricAlarm(
  alarmName: string,
  definition: AlarmDefinition,
  topicArn: string,
): PutMetricAlarmInput {
  return {
    AlarmName: alarmName,
    ComparisonOperator: definition.comparisonOperator,
    Threshold: definition.threshold,
    EvaluationPeriods: definition.evaluationPeriods,
    DatapointsToAlarm: definition.datapointsToAlarm,
    TreatMissingData: 'ignore',
    AlarmActions: [topicArn],
    Metrics: definition.metrics.map(toQuery),
  };
}

function toQuery(metric: AlarmMetric): MetricDataQuery {
  const common = { Id: metric.id, Label: metric.label, ReturnData: metric.returnData };
  if ('expression' in metric) return { ...common, Expression: metric.expression };
  const Dimensions = Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: metric.namespace, MetricName: metric.metricName, Dimensions };
  return { ...common, MetricStat: { Metric, Period: metric.periodSeconds, Stat: metric.stat } };
}
