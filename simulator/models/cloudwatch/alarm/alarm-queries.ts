import type {
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput,
  DescribeAlarmsForMetricInput,
  DescribeAlarmsForMetricOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  PutMetricAlarmInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsServiceError } from '../../aws-service-error.ts';
import type { CloudWatchFacts } from '../cloudwatch-facts.ts';
import { Constraints } from '../constraints.ts';
import { takePage } from '../paging.ts';
import type { AlarmHistory } from './alarm-history.ts';
import type { AlarmModel } from './alarm-model.ts';
import { STATE_VALUES } from './alarm-reason.ts';

/** @throws AwsServiceError ValidationException, InvalidNextToken */
export function describeAlarms(
  alarms: ReadonlyMap<string, AlarmModel>,
  input: DescribeAlarmsInput,
  facts: CloudWatchFacts,
): DescribeAlarmsOutput {
  const constraints = new Constraints();
  constraints.atMost('alarmNames', input.AlarmNames, facts.maxAlarmNamesPerCall);
  constraints.between('maxRecords', input.MaxRecords ?? facts.alarmsPerPage, 1, 100);
  if (input.StateValue !== undefined) constraints.oneOf('stateValue', input.StateValue, STATE_VALUES);
  constraints.check();
  if (input.AlarmNamePrefix !== undefined && input.AlarmNames !== undefined)
    throw new AwsServiceError('ValidationException', 'AlarmNamePrefix cannot be set if AlarmNames is set.');
  const selected = select(alarms, input);
  const page = takePage(selected, input.MaxRecords ?? facts.alarmsPerPage, input.NextToken);
  return {
    MetricAlarms: page.items.map((alarm) => alarm.describe()),
    CompositeAlarms: [],
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
}

/** Alarms on one metric, those of metric math left out, as in AWS. @throws AwsServiceError ValidationException */
export function describeAlarmsForMetric(
  alarms: ReadonlyMap<string, AlarmModel>,
  input: DescribeAlarmsForMetricInput,
): DescribeAlarmsForMetricOutput {
  const constraints = new Constraints();
  constraints.length('metricName', input.MetricName, 1, 255);
  constraints.length('namespace', input.Namespace, 1, 255);
  constraints.check();
  const wanted = dimensionsOf(input.Dimensions);
  const found = [...alarms.values()].filter(
    ({ definition }) =>
      definition.MetricName === input.MetricName &&
      definition.Namespace === input.Namespace &&
      dimensionsOf(definition.Dimensions) === wanted &&
      (input.Statistic === undefined || definition.Statistic === input.Statistic) &&
      (input.Period === undefined || definition.Period === input.Period),
  );
  return { MetricAlarms: found.map((alarm) => alarm.describe()) };
}

function dimensionsOf(dimensions: PutMetricAlarmInput['Dimensions'] = []): string {
  return JSON.stringify(dimensions.map(({ Name, Value }) => JSON.stringify([Name, Value])).sort());
}

/** Of one alarm or all, also of those that are gone. @throws AwsServiceError ValidationException, InvalidNextToken */
export function describeHistories(
  byAlarm: ReadonlyMap<string, AlarmHistory>,
  input: DescribeAlarmHistoryInput,
): DescribeAlarmHistoryOutput {
  const constraints = new Constraints();
  constraints.between('maxRecords', input.MaxRecords ?? 100, 1, 100);
  if (input.HistoryItemType !== undefined) constraints.oneOf('historyItemType', input.HistoryItemType, HISTORY_TYPES);
  constraints.check();
  if (input.AlarmTypes !== undefined && !input.AlarmTypes.includes('MetricAlarm')) return { AlarmHistoryItems: [] };
  const histories = input.AlarmName === undefined ? [...byAlarm.values()] : [byAlarm.get(input.AlarmName)];
  const items = histories
    .flatMap((history) => history?.items() ?? [])
    .filter((item) => input.HistoryItemType === undefined || item.HistoryItemType === input.HistoryItemType)
    .filter(({ Timestamp: at }) => at === undefined || isWithin(at, input.StartDate, input.EndDate))
    .sort((a, b) => Number(a.Timestamp) - Number(b.Timestamp));
  const ordered = input.ScanBy === 'TimestampAscending' ? items : items.reverse();
  const page = takePage(ordered, input.MaxRecords ?? 100, input.NextToken);
  return {
    AlarmHistoryItems: [...page.items],
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
}

const HISTORY_TYPES = ['ConfigurationUpdate', 'StateUpdate', 'Action'];

function select(alarms: ReadonlyMap<string, AlarmModel>, input: DescribeAlarmsInput): AlarmModel[] {
  if (input.AlarmTypes !== undefined && !input.AlarmTypes.includes('MetricAlarm')) return [];
  const named = input.AlarmNames?.map((name) => alarms.get(name)) ?? [...alarms.values()];
  return [...new Set(named)]
    .filter((alarm) => alarm !== undefined)
    .filter((alarm) => alarm.name.startsWith(input.AlarmNamePrefix ?? ''))
    .filter((alarm) => input.StateValue === undefined || alarm.state === input.StateValue)
    .filter((alarm) => input.ActionPrefix === undefined || hasAction(alarm.definition, input.ActionPrefix))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function hasAction(definition: PutMetricAlarmInput, prefix: string): boolean {
  const actions = [definition.OKActions, definition.AlarmActions, definition.InsufficientDataActions];
  return actions.some((arns) => arns?.some((arn) => arn.startsWith(prefix)));
}

function isWithin(at: Date, start: Date | undefined, end: Date | undefined): boolean {
  return (start === undefined || at >= start) && (end === undefined || at <= end);
}
