/** What becomes of the parameters of CloudWatch's calls. */
import { below, type ServiceRules } from '../parameters/parameter-rules.ts';

const DATUM = ['MetricName', 'Dimensions', 'Timestamp', 'Value', 'StatisticValues', 'Values', 'Counts', 'Unit'];
const STANDARD_RESOLUTION = 'StorageResolution.60';
const RESOLUTION = 'leave it out or set 60: datapoints here are of a minute';
const ONE_ACCOUNT = 'leave it out: local AWS is one account';
const UNIT = 'leave it out: a metric here has one unit';
const QUERY = [...['Id', 'Expression', 'ReturnData', 'Period'], ...below('MetricStat', 'Metric', 'Period', 'Stat')];
const QUERY_LABEL = { Label: 'dynamic labels (with a dollar sign and braces) are refused' };
const QUERY_REFUSED = { AccountId: ONE_ACCOUNT, 'MetricStat.Unit': UNIT };
const METRIC_MATH = 'metric math: + - * / ^, comparisons, lists, FILL, IF, MAX, MIN, SUM, AVG';

export const CLOUDWATCH_RULES: ServiceRules = {
  PutMetricAlarm: {
    honoured: [
      ...['AlarmName', 'ActionsEnabled', 'MetricName', 'Namespace', 'Statistic', 'Dimensions', 'Period'],
      ...[
        'OKActions',
        'AlarmActions',
        'InsufficientDataActions',
        'EvaluationPeriods',
        'DatapointsToAlarm',
        'Threshold',
        'ComparisonOperator',
        'TreatMissingData',
        'Tags',
      ],
      ...below('Metrics', ...QUERY, 'Label'),
    ],
    stored: ['AlarmDescription'],
    refused: {
      ...prefixed('Metrics', QUERY_REFUSED),
      Unit: UNIT,
      ExtendedStatistic: 'use Statistic: percentiles are not modelled',
      EvaluateLowSampleCountPercentile: 'use Statistic: percentiles are not modelled',
      ThresholdMetricId: 'set Threshold: anomaly detection is not modelled',
    },
    note: `actions notify a topic or invoke a function, others are refused; ${METRIC_MATH}`,
  },
  DescribeAlarms: {
    honoured: ['AlarmNames', 'AlarmNamePrefix', 'AlarmTypes', 'StateValue', 'ActionPrefix', 'MaxRecords', 'NextToken'],
    refused: {
      ChildrenOfAlarmName: 'composite alarms are not modelled',
      ParentsOfAlarmName: 'composite alarms are not modelled',
    },
  },
  DescribeAlarmsForMetric: {
    honoured: ['MetricName', 'Namespace', 'Statistic', 'Dimensions', 'Period'],
    refused: { Unit: UNIT, ExtendedStatistic: 'use Statistic: percentiles are not modelled' },
  },
  DescribeAlarmHistory: {
    honoured: [
      'AlarmName',
      'AlarmTypes',
      'HistoryItemType',
      'StartDate',
      'EndDate',
      'MaxRecords',
      'NextToken',
      'ScanBy',
    ],
  },
  SetAlarmState: { honoured: ['AlarmName', 'StateValue', 'StateReason', 'StateReasonData'] },
  DeleteAlarms: { honoured: ['AlarmNames'] },
  EnableAlarmActions: { honoured: ['AlarmNames'] },
  DisableAlarmActions: { honoured: ['AlarmNames'] },
  ListTagsForResource: { honoured: ['ResourceARN'] },
  TagResource: { honoured: ['ResourceARN', 'Tags'] },
  UntagResource: { honoured: ['ResourceARN', 'TagKeys'] },
  PutMetricData: {
    honoured: [
      'Namespace',
      ...below('MetricData', ...DATUM, STANDARD_RESOLUTION),
      ...below('EntityMetricData.MetricData', ...DATUM, STANDARD_RESOLUTION),
    ],
    simplified: {
      'EntityMetricData.Entity': 'its shape is checked; no call of CloudWatch returns it',
      StrictEntityValidation: 'entities are checked whole, as with true',
    },
    refused: {
      'MetricData.StorageResolution': RESOLUTION,
      'EntityMetricData.MetricData.StorageResolution': RESOLUTION,
    },
  },
  GetMetricData: {
    honoured: [
      ...['StartTime', 'EndTime', 'NextToken', 'ScanBy', 'MaxDatapoints'],
      ...below('MetricDataQueries', ...QUERY),
    ],
    simplified: prefixed('MetricDataQueries', QUERY_LABEL),
    refused: { ...prefixed('MetricDataQueries', QUERY_REFUSED), LabelOptions: 'leave it out: labels bear no time' },
    note: METRIC_MATH,
  },
  GetMetricStatistics: {
    honoured: ['Namespace', 'MetricName', 'Dimensions', 'StartTime', 'EndTime', 'Period', 'Statistics'],
    refused: { Unit: UNIT, ExtendedStatistics: 'use Statistics: percentiles are not modelled' },
  },
  ListMetrics: {
    honoured: ['Namespace', 'MetricName', 'Dimensions', 'NextToken', 'RecentlyActive'],
    refused: { IncludeLinkedAccounts: ONE_ACCOUNT, OwningAccount: ONE_ACCOUNT },
    note: 'a metric is listed for as long as its datapoints are kept',
  },
  PutDashboard: { honoured: ['DashboardName', 'DashboardBody'], note: 'of the body only the JSON syntax is checked' },
  GetDashboard: { honoured: ['DashboardName'] },
  ListDashboards: { honoured: ['DashboardNamePrefix', 'NextToken'] },
  DeleteDashboards: { honoured: ['DashboardNames'] },
};

function prefixed(path: string, ways: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(ways).map(([member, way]) => [`${path}.${member}`, way]));
}
