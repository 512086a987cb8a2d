/** The way between CloudWatch's shape of an alarm and ours. */
import type { MetricAlarm, MetricDataQuery, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import type { AlarmDefinition, AlarmMetric } from '../../core/alarm/alarm-definition.ts';
import type { AlarmUserParts } from '../../core/stream/stream-state.ts';
import type { UntaggedAlarm } from '../ports.ts';

/** Throws when AWS leaves out what it documents as always there. */
export function readAlarm(alarm: MetricAlarm): UntaggedAlarm {
  const { AlarmName, AlarmArn, StateValue, StateTransitionedTimestamp, AlarmConfigurationUpdatedTimestamp } = alarm;
  const transitioned = StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
  if (!AlarmName || !AlarmArn || !StateValue || !transitioned || !AlarmConfigurationUpdatedTimestamp) {
    throw new TypeError(`DescribeAlarms left out a field of ${AlarmName ?? 'an alarm'}`);
  }
  return {
    alarmName: AlarmName,
    alarmArn: AlarmArn,
    state: StateValue === 'ALARM' || StateValue === 'OK' ? StateValue : 'INSUFFICIENT_DATA',
    stateTransitionedAtMs: transitioned.getTime(),
    configuredAtMs: AlarmConfigurationUpdatedTimestamp.getTime(),
    definition: readDefinition(alarm),
    userParts: {
      description: alarm.AlarmDescription,
      actionsEnabled: alarm.ActionsEnabled ?? true,
      alarmActions: alarm.AlarmActions ?? [],
      okActions: alarm.OKActions ?? [],
      insufficientDataActions: alarm.InsufficientDataActions ?? [],
      treatMissingData: alarm.TreatMissingData,
    },
  };
}

function readDefinition(alarm: MetricAlarm): AlarmDefinition {
  const evaluationPeriods = alarm.EvaluationPeriods ?? 1;
  return {
    // Compared with what we would write, never acted on: another operator is a difference like any other.
    comparisonOperator: alarm.ComparisonOperator as AlarmDefinition['comparisonOperator'],
    threshold: alarm.Threshold ?? Number.NaN,
    evaluationPeriods,
    datapointsToAlarm: alarm.DatapointsToAlarm ?? evaluationPeriods,
    metrics: (alarm.Metrics ?? []).map(readMetric),
  };
}

function readMetric(query: MetricDataQuery): AlarmMetric {
  const common = { id: query.Id ?? '', label: query.Label ?? '', returnData: query.ReturnData ?? true };
  const stat = query.MetricStat;
  if (!stat) return { ...common, expression: query.Expression ?? '' };
  return {
    ...common,
    namespace: stat.Metric?.Namespace ?? '',
    metricName: stat.Metric?.MetricName ?? '',
    dimensions: Object.fromEntries((stat.Metric?.Dimensions ?? []).map(({ Name, Value }) => [Name ?? '', Value ?? ''])),
    stat: stat.Stat ?? '',
    periodSeconds: stat.Period ?? 0,
  };
}

export function toPutInput(
  alarmName: string,
  definition: AlarmDefinition,
  userParts: AlarmUserParts,
): PutMetricAlarmCommandInput {
  return {
    AlarmName: alarmName,
    ComparisonOperator: definition.comparisonOperator,
    Threshold: definition.threshold,
    EvaluationPeriods: definition.evaluationPeriods,
    DatapointsToAlarm: definition.datapointsToAlarm,
    Metrics: definition.metrics.map(toQuery),
    ...writeUserParts(userParts),
  };
}

function toQuery(metric: AlarmMetric): MetricDataQuery {
  const common = { Id: metric.id, Label: metric.label, ReturnData: metric.returnData };
  if ('expression' in metric) return { ...common, Expression: metric.expression };
  return {
    ...common,
    MetricStat: {
      Metric: {
        Namespace: metric.namespace,
        MetricName: metric.metricName,
        Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: metric.periodSeconds,
      Stat: metric.stat,
    },
  };
}

function writeUserParts(parts: AlarmUserParts) {
  return {
    ActionsEnabled: parts.actionsEnabled,
    AlarmActions: [...parts.alarmActions],
    OKActions: [...parts.okActions],
    InsufficientDataActions: [...parts.insufficientDataActions],
    ...(parts.description === undefined ? {} : { AlarmDescription: parts.description }),
    ...(parts.treatMissingData === undefined ? {} : { TreatMissingData: parts.treatMissingData }),
  };
}
