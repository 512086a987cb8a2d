import type { MetricDataQuery, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { awsFacts } from '../../../../core/aws-facts.ts';
import { regionDisplayName } from '../region-names.ts';
import { formatTime, type StateChange } from './alarm-reason.ts';

/** What CloudWatch hands to an action. For an SNS topic: publish `message` under `subject`. */
export interface AlarmNotification {
  readonly actionArn: string;
  readonly alarmName: string;
  readonly subject: string;
  /** JSON text, written when it is first asked for: a simulated year holds thousands that nobody reads. */
  readonly message: string;
  readonly atMs: number;
}

/** The notification of a change, one for each action of the new state, in the shape of 2026. */
export function notificationsOf(
  alarm: NotifyingAlarm,
  change: StateChange,
  account: AccountPlace,
): AlarmNotification[] {
  const actions = alarm.actions();
  if (actions.length === 0) return [];
  const { name: alarmName, arn, definition, configuredAtMs } = alarm;
  const subject = `${change.to}: "${alarmName}" in ${regionDisplayName(account.region)}`.slice(
    0,
    awsFacts.longestSnsSubject.value,
  );
  // As the alarm is now: until somebody reads the message it may have been changed.
  let message: string | undefined;
  const write = () => JSON.stringify(messageOf({ name: alarmName, arn, definition, configuredAtMs }, change, account));
  return actions.map((actionArn) => ({
    actionArn,
    alarmName,
    subject,
    get message() {
      message ??= write();
      return message;
    },
    atMs: change.atMs,
  }));
}

/** What a message says of the alarm. */
interface DescribedAlarm {
  readonly name: string;
  readonly arn: string;
  readonly definition: PutMetricAlarmInput;
  readonly configuredAtMs: number;
}

export interface NotifyingAlarm extends DescribedAlarm {
  /** The actions of the state that it is in now. */
  actions(): readonly string[];
}

export interface AccountPlace {
  readonly accountId: string;
  readonly region: string;
}

function messageOf(alarm: DescribedAlarm, change: StateChange, account: AccountPlace): object {
  const definition = alarm.definition;
  return {
    AlarmName: alarm.name,
    AlarmDescription: definition.AlarmDescription ?? null,
    AWSAccountId: account.accountId,
    AlarmConfigurationUpdatedTimestamp: formatTime(alarm.configuredAtMs),
    NewStateValue: change.to,
    NewStateReason: change.reason.text,
    StateChangeTime: formatTime(change.atMs),
    Region: regionDisplayName(account.region),
    AlarmArn: alarm.arn,
    OldStateValue: change.from,
    OKActions: definition.OKActions ?? [],
    AlarmActions: definition.AlarmActions ?? [],
    InsufficientDataActions: definition.InsufficientDataActions ?? [],
    Trigger: triggerOf(definition),
  };
}

function triggerOf(definition: PutMetricAlarmInput): object {
  const rule = {
    EvaluationPeriods: definition.EvaluationPeriods,
    ...(definition.DatapointsToAlarm === undefined ? {} : { DatapointsToAlarm: definition.DatapointsToAlarm }),
    ComparisonOperator: definition.ComparisonOperator,
    Threshold: definition.Threshold,
    TreatMissingData: definition.TreatMissingData ?? 'missing',
    EvaluateLowSampleCountPercentile: definition.EvaluateLowSampleCountPercentile ?? '',
  };
  if (definition.Metrics !== undefined)
    return { Period: periodOf(definition.Metrics), ...rule, Metrics: definition.Metrics.map(queryOf) };
  return {
    MetricName: definition.MetricName,
    Namespace: definition.Namespace,
    StatisticType: 'Statistic',
    Statistic: definition.Statistic?.toUpperCase(),
    Unit: definition.Unit ?? null,
    Dimensions: lowerCaseDimensions(definition.Dimensions),
    Period: definition.Period,
    ...rule,
  };
}

function queryOf(query: MetricDataQuery): object {
  const returned = { ReturnData: query.ReturnData ?? true };
  const label = query.Label === undefined ? {} : { Label: query.Label };
  if (query.MetricStat === undefined) return { Expression: query.Expression, Id: query.Id, ...label, ...returned };
  const { Metric: metric, Period, Stat } = query.MetricStat;
  const Metric = {
    Dimensions: lowerCaseDimensions(metric?.Dimensions),
    MetricName: metric?.MetricName,
    Namespace: metric?.Namespace,
  };
  return { Id: query.Id, ...label, MetricStat: { Metric, Period, Stat }, ...returned };
}

function periodOf(queries: readonly MetricDataQuery[]): number | undefined {
  return queries.find((query) => query.MetricStat !== undefined)?.MetricStat?.Period;
}

// In notifications, and only there, dimension keys are in lower case.
function lowerCaseDimensions(dimensions: readonly { Name?: string | undefined; Value?: string | undefined }[] = []) {
  return dimensions.map(({ Name, Value }) => ({ value: Value, name: Name }));
}
