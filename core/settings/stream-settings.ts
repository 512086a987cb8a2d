/**
 * How one stream is scaled: every knob with its unit, range, default, meaning and environment variable, in one table.
 * The function's environment, the CDK context, settings.json and the reference table in docs/ are all read from it, so
 * the documentation cannot lie.
 */
import { awsFacts } from '../aws-facts.ts';

/** A processor of a stream whose reserved concurrency follows the shard count. */
export interface ConsumerSettings {
  /** ARN of the Lambda function that reads the stream. */
  readonly functionArn: string;
  /** Concurrent executions per open shard, 1 to 10: the event source's parallelization factor. */
  readonly lambdasPerShard: number;
}

export interface StreamSettings {
  readonly periodMinutes: number;
  readonly scaleUpThreshold: number;
  readonly scaleUpEvaluationPeriods: number;
  readonly scaleUpDatapointsToAlarm: number;
  readonly scaleDownThreshold: number;
  readonly scaleDownEvaluationPeriods: number;
  readonly scaleDownDatapointsToAlarm: number;
  readonly iteratorAgeLimitMinutes: number;
  readonly iteratorAge: IteratorAgeRule;
  readonly minShards: number;
  readonly maxShards: number;
  readonly scaleUpCooldownMinutes: number;
  readonly scaleDownCooldownMinutes: number;
  readonly dailyQuota: number;
  readonly dailyQuotaReserve: number;
  readonly policy: PolicyName;
  readonly concurrencyFallback: ConcurrencyFallback;
  readonly hotShard: HotShardRule;
  readonly consumers: readonly ConsumerSettings[];
}

export const iteratorAgeRules = ['auto', 'required', 'ignore'] as const;
export type IteratorAgeRule = (typeof iteratorAgeRules)[number];

/** Policies that look at the offered load every minute; `doubling` waits for an alarm. */
export const loadPolicyNames = ['target', 'adaptive'] as const;
export type LoadPolicyName = (typeof loadPolicyNames)[number];

export const policyNames = ['doubling', ...loadPolicyNames] as const;
export type PolicyName = (typeof policyNames)[number];

export function isLoadDriven<T extends { readonly policy?: PolicyName }>(
  settings: T,
): settings is T & { readonly policy: LoadPolicyName } {
  return loadPolicyNames.some((name) => name === settings.policy);
}

export const concurrencyFallbacks = ['keep', 'remove'] as const;
export type ConcurrencyFallback = (typeof concurrencyFallbacks)[number];

export const hotShardRules = ['ignore', 'tell', 'split'] as const;
export type HotShardRule = (typeof hotShardRules)[number];

/** The settings that are single values; `consumers` is a list and is read apart. */
export type StreamSettingName = Exclude<keyof StreamSettings, 'consumers'>;
export type StreamSettingValues = { readonly [K in StreamSettingName]: StreamSettings[K] };

interface SettingText {
  readonly variable: string;
  readonly unit: string;
  readonly about: string;
  /** The default in words, where it follows from another knob. */
  readonly derived?: string;
  /** What cannot be changed by a tag alone, and why. */
  readonly noTagFor?: string;
}
export interface NumberSetting extends SettingText {
  readonly kind: 'number' | 'integer';
  readonly default: (values: Partial<StreamSettingValues>) => number;
  readonly above?: number;
  readonly from?: number;
  readonly to: number;
}
export interface ChoiceSetting extends SettingText {
  readonly kind: 'choice';
  readonly default: (values: Partial<StreamSettingValues>) => string;
  readonly choices: readonly string[];
}
export type StreamSetting = NumberSetting | ChoiceSetting;

/** Minutes in a day: the longest window of an alarm, and the longest cooldown. */
export const dayMinutes = awsFacts.alarmWindow.value / 60;
const whenLoadDriven = 'with a policy that looks at demand';

/** In the order in which defaults are filled in: a derived default reads only settings above it. */
export const streamSettingsTable: { readonly [K in StreamSettingName]: StreamSetting } = {
  policy: {
    kind: 'choice',
    variable: 'SCALING_POLICY',
    unit: '',
    default: () => 'doubling',
    choices: policyNames,
    noTagFor: 'the look at every minute is deployed with it',
    about:
      'How a stream is scaled. `doubling`: twice or half the shards when an alarm fires. `target`: looks at the offered load every minute, throttled records included, and goes to what it needs. `adaptive`: the same, with the setting that would have served the last week best. docs/policies.md has their figures. With the last two the scale-up alarm is a second line of defence and the scale-down alarm rests.',
  },
  periodMinutes: {
    kind: 'integer',
    variable: 'SCALE_PERIOD_MINS',
    unit: 'minutes',
    default: defaultPeriodMinutes,
    derived: `1 ${whenLoadDriven}`,
    from: 1,
    to: dayMinutes,
    about: 'Length of one datapoint of both alarms. The evaluation periods below are counted in it.',
  },
  scaleUpThreshold: {
    kind: 'number',
    variable: 'SCALE_UP_THRESHOLD',
    unit: 'utilization',
    default: (values) => (isLoadDriven(values) ? 1 : 0.75),
    derived: `1 ${whenLoadDriven}`,
    above: 0,
    to: 1,
    about:
      'Scale up at or above this utilization. More than twice scaleDownThreshold; at or below 0.5 old datapoints still stand above it after a doubling, so that it may double twice.',
  },
  scaleUpEvaluationPeriods: {
    kind: 'integer',
    variable: 'SCALE_UP_EVALUATION_PERIOD',
    unit: 'periods',
    default: scaleUpPeriods,
    derived: `25 minutes; 3 ${whenLoadDriven}`,
    from: 1,
    to: dayMinutes,
    about: 'Datapoints that the scale-up alarm looks at. Times periodMinutes: at most a day.',
  },
  scaleUpDatapointsToAlarm: {
    kind: 'integer',
    variable: 'SCALE_UP_DATAPOINTS_REQUIRED',
    unit: 'datapoints',
    default: (values) => values.scaleUpEvaluationPeriods ?? scaleUpPeriods(values),
    derived: 'all of them',
    from: 1,
    to: dayMinutes,
    about: 'How many of them must reach the threshold.',
  },
  scaleDownThreshold: {
    kind: 'number',
    variable: 'SCALE_DOWN_THRESHOLD',
    unit: 'utilization',
    default: () => 0.25,
    above: 0,
    to: 1,
    about:
      'Scale down below this utilization. Less than half of scaleUpThreshold, or halving would bring the load back above it.',
  },
  scaleDownEvaluationPeriods: {
    kind: 'integer',
    variable: 'SCALE_DOWN_EVALUATION_PERIOD',
    unit: 'periods',
    default: (values) => periodsIn(300, values),
    derived: '300 minutes',
    from: 1,
    to: dayMinutes,
    about: 'Datapoints that the scale-down alarm looks at. Times periodMinutes: at most a day.',
  },
  scaleDownDatapointsToAlarm: {
    kind: 'integer',
    variable: 'SCALE_DOWN_DATAPOINTS_REQUIRED',
    unit: 'datapoints',
    default: (values) => defaultScaleDownDatapoints(values),
    derived: '95 % of them, or more where scaleUpDatapointsToAlarm leaves less slack',
    from: 1,
    to: dayMinutes,
    about:
      'How many of them must lie below the threshold. The slack (the others) must be shorter than scaleUpDatapointsToAlarm, so that both alarms cannot hold in one minute.',
  },
  iteratorAgeLimitMinutes: {
    kind: 'number',
    variable: 'SCALE_DOWN_MIN_ITER_AGE_MINS',
    unit: 'minutes',
    default: () => 30,
    above: 0,
    to: 525_600,
    about: 'A consumer that is this far behind blocks scale-down.',
  },
  iteratorAge: {
    kind: 'choice',
    variable: 'ITERATOR_AGE',
    unit: '',
    default: () => 'auto',
    choices: iteratorAgeRules,
    about:
      'What a missing iterator age means. `required`: unknown, it blocks scale-down. `ignore`: it blocks nothing (enhanced fan-out only, or no readers). `auto`: required where a consumer is declared or datapoints were seen within a day.',
  },
  minShards: {
    kind: 'integer',
    variable: 'MIN_SHARDS',
    unit: 'shards',
    default: () => 1,
    from: 1,
    to: awsFacts.shardsPerStream.value,
    about: 'Never fewer. At the minimum the scale-down alarm rests.',
  },
  maxShards: {
    kind: 'integer',
    variable: 'MAX_SHARDS',
    unit: 'shards',
    default: () => awsFacts.shardsPerStream.value,
    from: 1,
    to: awsFacts.shardsPerStream.value,
    about: 'Never more. Set it: it is the ceiling of the bill. At the maximum the scale-up alarm rests.',
  },
  scaleUpCooldownMinutes: {
    kind: 'number',
    variable: 'SCALE_UP_COOLDOWN_MINS',
    unit: 'minutes',
    default: () => 0,
    from: 0,
    to: dayMinutes,
    about: 'After any scaling, no scale-up for so long.',
  },
  scaleDownCooldownMinutes: {
    kind: 'number',
    variable: 'SCALE_DOWN_COOLDOWN_MINS',
    unit: 'minutes',
    default: (values) => (isLoadDriven(values) ? 0 : 60),
    derived: `0 ${whenLoadDriven}, which waits by itself`,
    from: 0,
    to: dayMinutes,
    about:
      'After any scaling, no scale-down for so long. At 0 one quiet afternoon halves a stream again and again on the same datapoints.',
  },
  dailyQuota: {
    kind: 'integer',
    variable: 'DAILY_QUOTA',
    unit: 'calls in 24 h',
    default: () => awsFacts.updateShardCountCallsPerDay.value,
    from: 1,
    to: 20,
    about:
      'UpdateShardCount calls that AWS allows per stream in a rolling 24 h. Raise it only when AWS has raised yours.',
  },
  dailyQuotaReserve: {
    kind: 'integer',
    variable: 'DAILY_QUOTA_RESERVE',
    unit: 'calls',
    default: (values) => (isLoadDriven(values) ? 2 : 3),
    derived: `2 ${whenLoadDriven}, which keeps more where it may need them`,
    from: 0,
    to: 19,
    about: 'Calls kept for scale-up: scale-down waits when only these are left. Less than dailyQuota.',
  },
  concurrencyFallback: {
    kind: 'choice',
    variable: 'CONCURRENCY_FALLBACK',
    unit: '',
    default: () => 'keep',
    choices: concurrencyFallbacks,
    about:
      'When a consumer’s reserved concurrency cannot be raised. `keep` leaves it as it is. `remove` takes the reservation away, and only one that this product has set.',
  },
  hotShard: {
    kind: 'choice',
    variable: 'HOT_SHARD',
    unit: '',
    default: () => 'tell',
    choices: hotShardRules,
    about:
      'What to do before a scale-up when one shard carries the load, on a stream with shard-level metrics (IncomingBytes, IncomingRecords) turned on. `ignore`: do not look. `tell`: scale all the same, and say so in report and notice. `split`: split that shard instead; it costs no call of the daily quota.',
  },
};

export const streamSettingNames = Object.keys(streamSettingsTable) as readonly StreamSettingName[];

function defaultPeriodMinutes(values: Partial<StreamSettingValues>): number {
  return isLoadDriven(values) ? 1 : 5;
}

function scaleUpPeriods(values: Partial<StreamSettingValues>): number {
  return periodsIn(isLoadDriven(values) ? 3 : 25, values);
}

function periodsIn(minutes: number, values: Partial<StreamSettingValues>): number {
  return Math.max(1, Math.round(minutes / (values.periodMinutes ?? defaultPeriodMinutes(values))));
}

function defaultScaleDownDatapoints(values: Partial<StreamSettingValues>): number {
  const periods = values.scaleDownEvaluationPeriods ?? periodsIn(300, values);
  const mostSlack = (values.scaleUpDatapointsToAlarm ?? scaleUpPeriods(values)) - 1;
  return Math.max(1, Math.round(periods * 0.95), periods - mostSlack);
}
