import { awsFacts } from '../../../core/aws-facts.ts';

/** What the CloudWatch model takes from AWS. A test can set each to another value, to see what follows. */
export interface CloudWatchFacts {
  /**
   * What FILL(m, 0) gives when m has no datapoint at all in the range. Not documented; idle streams depend on it.
   */
  readonly fillOfEmptySeries: 'zeros' | 'nothing';
  /**
   * Periods that an evaluation reads beyond EvaluationPeriods, to stand in for missing ones. The user guide's tables
   * show 2 for N = 3 ("Configuring how CloudWatch alarms treat missing data"); other N are not documented.
   */
  readonly extraPeriods: number;
  /** EvaluationPeriods x Period at most. PutMetricAlarm, API reference: one day. */
  readonly maxAlarmWindowSeconds: number;
  /** The same for periods of an hour and more. PutMetricAlarm, API reference: seven days. */
  readonly maxLongPeriodAlarmWindowSeconds: number;
  /** OKActions, AlarmActions, InsufficientDataActions. PutMetricAlarm, API reference. */
  readonly maxActionsPerState: number;
  /** TagResource, API reference. */
  readonly maxTagsPerResource: number;
  /** Names in one DescribeAlarms or DeleteAlarms call. API reference. */
  readonly maxAlarmNamesPerCall: number;
  /** Alarms in an answer of DescribeAlarms that does not set MaxRecords. Not documented; users report 50. */
  readonly alarmsPerPage: number;
  /** Metric alarms per account and region: `LimitExceeded` beyond it. There is none by default: service quotas. */
  readonly maxAlarms: number;
  /** Queries in one GetMetricData call, and its datapoints. GetMetricData, API reference. */
  readonly maxMetricDataQueries: number;
  readonly maxDatapointsPerGetMetricData: number;
  /** Datapoints that GetMetricStatistics returns at most. API reference. */
  readonly maxDatapointsPerGetMetricStatistics: number;
  /** How far back 1-minute and 5-minute datapoints can be read. GetMetricStatistics, API reference. */
  readonly oneMinuteRetentionDays: number;
  readonly fiveMinuteRetentionDays: number;
  /** History items kept for one alarm. AWS keeps them for 30 days; this bounds the memory of a long simulation. */
  readonly maxHistoryItemsPerAlarm: number;
}

export const CLOUDWATCH_FACTS: CloudWatchFacts = {
  fillOfEmptySeries: 'zeros',
  extraPeriods: 2,
  maxAlarmWindowSeconds: awsFacts.alarmWindow.value,
  maxLongPeriodAlarmWindowSeconds: 604_800,
  maxActionsPerState: 5,
  maxTagsPerResource: 50,
  maxAlarmNamesPerCall: awsFacts.describeAlarmsBatch.value,
  alarmsPerPage: 50,
  maxAlarms: Number.POSITIVE_INFINITY,
  maxMetricDataQueries: awsFacts.metricDataQueries.value,
  maxDatapointsPerGetMetricData: awsFacts.metricDataDatapoints.value,
  maxDatapointsPerGetMetricStatistics: 1_440,
  oneMinuteRetentionDays: 15,
  fiveMinuteRetentionDays: 63,
  maxHistoryItemsPerAlarm: 200,
};
