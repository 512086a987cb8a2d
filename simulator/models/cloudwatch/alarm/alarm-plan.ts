import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { daySeconds } from '../../../../core/time.ts';
import { AwsServiceError } from '../../aws-service-error.ts';
import { notModelled } from '../../not-modelled.ts';
import type { CloudWatchFacts } from '../cloudwatch-facts.ts';
import { Constraints, permitted } from '../constraints.ts';
import { type MathProgram, metricProgram } from '../metric/metric-math-values.ts';
import { checkPeriod, type MetricSource, planMetricQueries, unknownStatistic } from '../metric/metric-query-plan.ts';
import { STATISTICS } from '../metric/metric-series.ts';
import type { MOfN, TreatMissingData } from './alarm-verdict.ts';

/** An alarm definition that CloudWatch would accept, ready to be evaluated. */
export interface AlarmPlan extends MOfN {
  readonly metrics: readonly MetricSource[];
  readonly program: MathProgram;
  readonly periodMinutes: number;
  readonly threshold: number;
  readonly comparisonOperator: ComparisonOperator;
}

export const COMPARISON_OPERATORS = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] as const;
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

/**
 * Checks a PutMetricAlarm as AWS does.
 * @throws AwsServiceError ValidationException; all faults of single members at once, as AWS lists them
 */
export function planAlarm(input: PutMetricAlarmInput, facts: CloudWatchFacts): AlarmPlan {
  checkMembers(input, facts);
  const unmodelled = UNMODELLED_MEMBERS.filter((member) => input[member] !== undefined);
  if (unmodelled.length > 0) throw notModelled(`${unmodelled.join(', ')} of an alarm`);
  if (BAND_OPERATORS.includes(input.ComparisonOperator ?? '')) {
    throw notModelled(`ComparisonOperator ${input.ComparisonOperator}`, `use ${COMPARISON_OPERATORS.join(', ')}`);
  }
  const comparisonOperator = permitted(COMPARISON_OPERATORS, input.ComparisonOperator);
  if (comparisonOperator === undefined || input.Threshold === undefined || input.EvaluationPeriods === undefined)
    throw invalid('ComparisonOperator, EvaluationPeriods and Threshold must be set.');
  const source = input.Metrics === undefined ? planSingleMetric(input) : planMetricMath(input, facts);
  const datapointsToAlarm = input.DatapointsToAlarm ?? input.EvaluationPeriods;
  if (datapointsToAlarm > input.EvaluationPeriods)
    throw invalid('DatapointsToAlarm must be less than or equal to EvaluationPeriods.');
  checkWindow(input.EvaluationPeriods, source.periodMinutes * 60, facts);
  return {
    ...source,
    threshold: input.Threshold,
    comparisonOperator,
    evaluationPeriods: input.EvaluationPeriods,
    datapointsToAlarm,
    treatMissingData: permitted(TREATMENTS, input.TreatMissingData) ?? 'missing',
  };
}

/** Members that AWS knows: to pass over them in silence would be to evaluate another alarm than was asked for. */
const UNMODELLED_MEMBERS = [
  'ThresholdMetricId',
  'EvaluationCriteria',
  'EvaluationInterval',
  'EvaluationWindow',
  'WarmUpConfiguration',
  'ActionConfiguration',
  'ExtendedStatistic',
] as const;

const TREATMENTS: readonly TreatMissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];

function checkMembers(input: PutMetricAlarmInput, facts: CloudWatchFacts): void {
  const constraints = new Constraints();
  constraints.length('alarmName', input.AlarmName, 1, 255);
  constraints.length('alarmDescription', input.AlarmDescription ?? '', 0, 1024);
  constraints.oneOf('comparisonOperator', input.ComparisonOperator, [...COMPARISON_OPERATORS, ...BAND_OPERATORS]);
  constraints.atLeast('evaluationPeriods', input.EvaluationPeriods, 1);
  constraints.atLeast('datapointsToAlarm', input.DatapointsToAlarm ?? 1, 1);
  constraints.oneOf('treatMissingData', input.TreatMissingData ?? 'missing', TREATMENTS);
  constraints.atMost('oKActions', input.OKActions, facts.maxActionsPerState);
  constraints.atMost('alarmActions', input.AlarmActions, facts.maxActionsPerState);
  constraints.atMost('insufficientDataActions', input.InsufficientDataActions, facts.maxActionsPerState);
  constraints.check();
  for (const arn of [input.OKActions, input.AlarmActions, input.InsufficientDataActions].flatMap((arns) => arns ?? []))
    checkAction(arn);
  if (input.Threshold !== undefined && !Number.isFinite(input.Threshold))
    throw invalid(`The value ${input.Threshold} for parameter Threshold is invalid.`);
}

function checkAction(arn: string): void {
  if (!arn.startsWith('arn:')) throw invalid(`Invalid arn syntax: ${arn}`);
  if (!/^arn:[^:]+:(sns|lambda):/.test(arn))
    throw notModelled(`the action ${arn}`, 'notify a topic or invoke a function');
}

// Known to AWS, so the message that lists the permitted values names them.
const BAND_OPERATORS = [
  'LessThanLowerOrGreaterThanUpperThreshold',
  'LessThanLowerThreshold',
  'GreaterThanUpperThreshold',
];

type AlarmSource = Pick<AlarmPlan, 'metrics' | 'program' | 'periodMinutes'>;

function planSingleMetric(input: PutMetricAlarmInput): AlarmSource {
  const statistic = permitted(STATISTICS, input.Statistic);
  if (input.MetricName === undefined || input.Namespace === undefined || input.Period === undefined)
    throw invalid('MetricName, Namespace and Period must be set, or Metrics.');
  if (statistic === undefined) throw unknownStatistic(input.Statistic, 'Statistic');
  const dimensions = (input.Dimensions ?? []).map(({ Name, Value }) => ({ name: Name ?? '', value: Value ?? '' }));
  return {
    metrics: [{ identity: { namespace: input.Namespace, metricName: input.MetricName, dimensions }, statistic }],
    program: metricProgram(0),
    periodMinutes: minutesOf(input.Period),
  };
}

function planMetricMath(input: PutMetricAlarmInput, facts: CloudWatchFacts): AlarmSource {
  // Empty dimensions, as DescribeAlarms gives them back, are none.
  const both = SINGLE_METRIC_MEMBERS.filter((member) => {
    const value = input[member];
    return value !== undefined && !(Array.isArray(value) && value.length === 0);
  });
  if (both.length > 0) throw invalid(`${both.join(', ')} must not be set together with Metrics.`);
  const plan = planMetricQueries(input.Metrics ?? [], facts);
  const [returned, ...alsoReturned] = plan.returned;
  if (returned === undefined || alsoReturned.length > 0)
    throw invalid('Exactly one element of the metrics list should return data.');
  if (plan.metrics.length === 0) throw invalid('At least one metric must be specified in the Metrics list.');
  const periods = new Set(plan.metrics.map((metric) => metric.periodSeconds));
  const [periodSeconds, ...otherPeriods] = periods;
  if (periodSeconds === undefined || otherPeriods.length > 0)
    throw invalid('Metrics of an alarm must have the same period.');
  if (returned.program.scalar)
    throw invalid(`Error in expression '${returned.id}': An alarm needs a time series, not a single value`);
  return { metrics: plan.metrics, program: returned.program, periodMinutes: minutesOf(periodSeconds) };
}

const SINGLE_METRIC_MEMBERS = [
  'MetricName',
  'Namespace',
  'Dimensions',
  'Period',
  'Unit',
  'Statistic',
  'ExtendedStatistic',
] as const;

function minutesOf(periodSeconds: number): number {
  checkPeriod(periodSeconds, 'Period');
  return periodSeconds / 60;
}

function checkWindow(evaluationPeriods: number, periodSeconds: number, facts: CloudWatchFacts): void {
  const longest = periodSeconds >= 3600 ? facts.maxLongPeriodAlarmWindowSeconds : facts.maxAlarmWindowSeconds;
  if (evaluationPeriods * periodSeconds > longest)
    throw invalid(
      `Metrics cannot be checked across more than ${longest === daySeconds ? 'a day' : `${longest / daySeconds} days`} (EvaluationPeriods * Period must be <= ${longest}).`,
    );
}

function invalid(message: string): AwsServiceError {
  return new AwsServiceError('ValidationException', message);
}
