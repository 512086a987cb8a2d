/**
 * The one definition of the two alarms of a stream. The stack synthesizes it, converge rewrites alarms to it, and the
 * simulator evaluates it. Metric ids and labels are those of the reference autoscaler, so that its alarms count as ours.
 * The file is longer than others because what it writes into an alarm and what it reads back must change together.
 *
 * A stream with a load policy is scaled by its load check. Its scale-up alarm is the safety net: it has one-minute
 * datapoints and counts throttled records. Its scale-down alarm rests.
 *
 * Two expressions differ from the reference on purpose (docs/decisions/):
 * - The scale-up alarm does not fill missing datapoints. Filled, a datapoint that is merely late would count as 0, and
 *   "5 of 5" might never hold.
 * - Where the iterator age is required, a missing one counts as the limit, so that dead consumers block a scale-down.
 */
import { awsFacts } from '../aws-facts.ts';
import { isLoadDriven, type StreamSettings } from '../settings/stream-settings.ts';
import { minuteMs } from '../time.ts';

export type Direction = 'up' | 'down';

/** A metric of an alarm is a CloudWatch metric or an expression over other ids. */
export type AlarmMetric = AlarmMetricStat | AlarmExpression;

export interface AlarmMetricStat {
  readonly id: string;
  readonly label: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: string;
  readonly periodSeconds: number;
  readonly returnData: boolean;
}

export interface AlarmExpression {
  readonly id: string;
  readonly label: string;
  readonly expression: string;
  readonly returnData: boolean;
}

/** The parts of a metric that say which stream an alarm watches and by which shard count it judges. */
export type MetricParts =
  | Pick<AlarmMetricStat, 'id' | 'namespace' | 'dimensions'>
  | Pick<AlarmExpression, 'id' | 'expression'>;

export type ComparisonOperator = 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold';

/** The part of an alarm that follows from the shard count and the settings. Everything else in an alarm is the user's. */
export interface AlarmDefinition {
  readonly comparisonOperator: ComparisonOperator;
  readonly threshold: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly metrics: readonly AlarmMetric[];
}

export const kinesisNamespace = 'AWS/Kinesis';
export const streamDimension = 'StreamName';
/** Metric ids that this product writes. Somebody else added any other id; it is reported before it is removed. */
export const ownMetricIds = ['m1', 'm2', 'm3', 'm4', 'e1', 'e2', 'e3', 'e4', 'e5', 'e6', 's1', 's2'] as const;

/** Thresholds that no utilization reaches, for an alarm that must not fire. */
export const restingThreshold = { up: 1_000_000, down: -1 } as const satisfies Record<Direction, number>;

const nameSuffix = { up: '-scale-up', down: '-scale-down' } as const satisfies Record<Direction, string>;

/** Name of a stream's alarm, as the reference autoscaler names it: `orders-scale-up`. */
export function alarmNameOf(streamName: string, direction: Direction): string {
  return `${streamName}${nameSuffix[direction]}`;
}

/** The direction in an alarm's name, and the name of its sibling. Undefined for a name with neither suffix. */
export function readAlarmName(alarmName: string): { direction: Direction; siblingName: string } | undefined {
  for (const direction of ['up', 'down'] as const) {
    if (alarmName.length > nameSuffix[direction].length && alarmName.endsWith(nameSuffix[direction])) {
      const stem = alarmName.slice(0, -nameSuffix[direction].length);
      return { direction, siblingName: stem + nameSuffix[opposite(direction)] };
    }
  }
  return undefined;
}

export function opposite(direction: Direction): Direction {
  return direction === 'up' ? 'down' : 'up';
}

/** What an alarm needs to know of its stream. */
export interface AlarmSubject {
  readonly streamName: string;
  /** The shard count that utilization is judged by (`s1`). */
  readonly shardCount: number;
  readonly settings: StreamSettings;
}

/** The definition of one alarm for a shard count. The scale-down alarm rests at the minimum, the scale-up one at the maximum. */
export function defineAlarm(direction: Direction, subject: AlarmSubject): AlarmDefinition {
  return direction === 'up' ? defineScaleUp(subject) : defineScaleDown(subject);
}

function defineScaleUp(subject: AlarmSubject): AlarmDefinition {
  const { settings, shardCount } = subject;
  const countsThrottled = isLoadDriven(settings);
  const usage = countsThrottled ? 'MAX([e3,e4])+e5' : 'MAX([e3,e4])';
  return {
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    threshold: shardCount >= settings.maxShards ? restingThreshold.up : settings.scaleUpThreshold,
    evaluationPeriods: settings.scaleUpEvaluationPeriods,
    datapointsToAlarm: settings.scaleUpDatapointsToAlarm,
    metrics: [
      ...incomingMetrics(subject),
      expression('e1', 'FillMissingDataPointsWithZeroForIncomingBytes', 'm1'),
      expression('e2', 'FillMissingDataPointsWithZeroForIncomingRecords', 'm2'),
      ...usageFactors(subject),
      ...(countsThrottled ? throttledFactor(subject) : []),
      { ...expression('e6', 'MaxIncomingUsageFactor', usage), returnData: true },
      expression('s1', 'ShardCount', String(shardCount)),
    ],
  };
}

/** IncomingRecords does not count rejected records. This counts them as if the stream had taken them. */
function throttledFactor(subject: AlarmSubject): readonly AlarmMetric[] {
  return [
    metric(subject, 'm4', 'WriteProvisionedThroughputExceeded', 'Sum'),
    expression('e5', 'ThrottledRecordsUsageFactor', `FILL(m4,0)/(${recordsPerShard(subject)}*s1)`),
  ];
}

function defineScaleDown(subject: AlarmSubject): AlarmDefinition {
  const { settings, shardCount } = subject;
  const limitMs = settings.iteratorAgeLimitMinutes * minuteMs;
  const missingAgeMs = missingIteratorAgeBlocks(settings) ? limitMs : 0;
  return {
    comparisonOperator: 'LessThanThreshold',
    threshold:
      shardCount <= settings.minShards || isLoadDriven(settings) ? restingThreshold.down : settings.scaleDownThreshold,
    evaluationPeriods: settings.scaleDownEvaluationPeriods,
    datapointsToAlarm: settings.scaleDownDatapointsToAlarm,
    metrics: [
      ...incomingMetrics(subject),
      metric(subject, 'm3', 'GetRecords.IteratorAgeMilliseconds', 'Maximum'),
      expression('e1', 'FillMissingDataPointsWithZeroForIncomingBytes', 'FILL(m1,0)'),
      expression('e2', 'FillMissingDataPointsWithZeroForIncomingRecords', 'FILL(m2,0)'),
      ...usageFactors(subject),
      expression(
        'e5',
        'IteratorAgeAdjustedFactor',
        `(FILL(m3,${missingAgeMs})/1000/60)*(${fiveDecimals(settings.scaleDownThreshold)}/s2)`,
      ),
      { ...expression('e6', 'MaxIncomingUsageFactor', 'MAX([e3,e4,e5])'), returnData: true },
      expression('s1', 'ShardCount', String(shardCount)),
      expression('s2', 'IteratorAgeMinutesToBlockScaleDowns', String(settings.iteratorAgeLimitMinutes)),
    ],
  };
}

/** As the reference writes it, but never rounded down: at its limit, the iterator age must reach the threshold. */
function fiveDecimals(threshold: number): string {
  const rounded = Number(threshold.toFixed(5));
  return (rounded < threshold ? rounded + 0.00001 : rounded).toFixed(5);
}

/**
 * Whether the alarm itself takes a missing iterator age for "too far behind". With `auto` and no declared consumers, the
 * decision asks instead.
 */
export function missingIteratorAgeBlocks(settings: StreamSettings): boolean {
  return settings.iteratorAge === 'required' || (settings.iteratorAge === 'auto' && settings.consumers.length > 0);
}

function incomingMetrics(subject: AlarmSubject): readonly AlarmMetric[] {
  return [metric(subject, 'm1', 'IncomingBytes', 'Sum'), metric(subject, 'm2', 'IncomingRecords', 'Sum')];
}

/** A Sum over a period, divided by what the shards take in that period: 1 MiB and 1,000 records a second each. */
function usageFactors(subject: AlarmSubject): readonly AlarmMetric[] {
  return [
    expression('e3', 'IncomingBytesUsageFactor', `e1/(1024*1024*${secondsOf(subject)}*s1)`),
    expression('e4', 'IncomingRecordsUsageFactor', `e2/(${recordsPerShard(subject)}*s1)`),
  ];
}

function recordsPerShard(subject: AlarmSubject): string {
  return `${awsFacts.shardRecordsPerSecond.value}*${secondsOf(subject)}`;
}

function secondsOf({ settings }: AlarmSubject): string {
  return `60*${settings.periodMinutes}`;
}

function metric({ streamName, settings }: AlarmSubject, id: string, metricName: string, stat: string): AlarmMetricStat {
  return {
    id,
    label: metricName,
    namespace: kinesisNamespace,
    metricName,
    dimensions: { [streamDimension]: streamName },
    stat,
    periodSeconds: settings.periodMinutes * 60,
    returnData: false,
  };
}

function expression(id: string, label: string, formula: string): AlarmExpression {
  return { id, label, expression: formula, returnData: false };
}

/** The shard count that an alarm judges by: its one `s1` expression, if that is a whole number above 0. */
export function readJudgedShardCount(metrics: readonly MetricParts[]): number | undefined {
  const [s1, ...others] = metrics.filter((entry) => entry.id === 's1');
  const text = s1 && 'expression' in s1 && others.length === 0 ? s1.expression.trim() : '';
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}

/**
 * The stream that an alarm watches: the `StreamName` dimension of every metric in it that is not an expression. Undefined
 * where one of them is another stream's, or not of Kinesis at all: such an alarm judges by more than this stream.
 */
export function readStreamName(metrics: readonly MetricParts[]): string | undefined {
  const watched = metrics
    .filter((entry) => entry.id === 'm1' || entry.id === 'm2')
    .flatMap((entry) => ('dimensions' in entry ? [entry] : []));
  const [name, ...others] = watched.map(({ namespace, dimensions }) =>
    namespace === kinesisNamespace ? dimensions[streamDimension] : undefined,
  );
  return name !== undefined && others.every((other) => other === name) ? name : undefined;
}
