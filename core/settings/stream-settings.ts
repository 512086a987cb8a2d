/**
 * How one stream is scaled: every setting with its unit, range, default, meaning and environment variable, in one
 * table. A new one is a row here: its type, the reading of environment, cdk.json, settings.json and tags, and
 * docs/settings.md follow. The file is as long as the table.
 */
import { awsFacts } from '../aws-facts.ts';
import {
  defaultPeriodMinutes,
  defaultScaleDownDatapoints,
  defaultScaleDownPeriods,
  defaultScaleUpDatapoints,
  defaultScaleUpPeriods,
  type KnownSettings,
} from './derived-defaults.ts';
import type { ChoiceKind, NumberKind, ValueOf } from './setting.ts';
import {
  concurrencyFallbacks,
  hotShardRules,
  isLoadDriven,
  iteratorAgeRules,
  policyNames,
  reshardingWays,
} from './setting-choices.ts';

export { isLoadDriven, type LoadPolicyName, type PolicyName, policyNames } from './setting-choices.ts';

interface Row {
  /** Environment variable of the functions, for the deployment's default. */
  readonly variable: string;
  /** The default in words, where it follows from another setting. */
  readonly derived?: string;
  /** What a tag alone cannot change, and why. */
  readonly noTagFor?: string;
}
interface NumberSetting extends NumberKind, Row {
  readonly default: (known: KnownSettings) => number;
}
interface ChoiceSetting extends ChoiceKind, Row {
  readonly default: (known: KnownSettings) => string;
}
export type StreamSetting = NumberSetting | ChoiceSetting;

/** The longest window of an alarm, and the longest cooldown. */
const longestWindowMinutes = awsFacts.alarmWindow.value / 60;
const whenLoadDriven = 'with a load-driven policy';

/** In the order in which defaults are filled in: a derived default follows only from settings above it. */
const table = {
  /**
   * How a stream is scaled. `doubling`: twice or half the shards when an alarm fires. `target`: a load check reads the
   * offered load every minute, throttled records included, and goes to what it needs. `adaptive`: the same, with the
   * setting that would have served the last week best. docs/policies.md has their figures. With the last two the
   * scale-up alarm is a second line of defence and the scale-down alarm rests.
   */
  policy: {
    kind: 'choice',
    variable: 'SCALING_POLICY',
    default: () => 'doubling',
    choices: policyNames,
    noTagFor: 'the load check every minute is deployed with it',
  },
  /** Length of one datapoint of both alarms. The evaluation periods below are counted in it. */
  periodMinutes: {
    kind: 'integer',
    variable: 'SCALE_PERIOD_MINS',
    unit: 'minutes',
    default: defaultPeriodMinutes,
    derived: `1 ${whenLoadDriven}`,
    from: 1,
    to: longestWindowMinutes,
  },
  /**
   * Scale up at or above this utilization. More than twice scaleDownThreshold; at or below 0.5 old datapoints still
   * stand above it after a doubling, so that it may double twice.
   */
  scaleUpThreshold: {
    kind: 'number',
    variable: 'SCALE_UP_THRESHOLD',
    unit: 'utilization',
    default: (known) => (isLoadDriven(known) ? 1 : 0.75),
    derived: `1 ${whenLoadDriven}`,
    above: 0,
    to: 1,
  },
  /** Datapoints that the scale-up alarm looks at. Times periodMinutes: at most a day. */
  scaleUpEvaluationPeriods: {
    kind: 'integer',
    variable: 'SCALE_UP_EVALUATION_PERIOD',
    unit: 'periods',
    default: defaultScaleUpPeriods,
    derived: `25 minutes; 3 ${whenLoadDriven}`,
    from: 1,
    to: longestWindowMinutes,
  },
  /** How many of them must reach the threshold. */
  scaleUpDatapointsToAlarm: {
    kind: 'integer',
    variable: 'SCALE_UP_DATAPOINTS_REQUIRED',
    unit: 'datapoints',
    default: defaultScaleUpDatapoints,
    derived: 'all of them',
    from: 1,
    to: longestWindowMinutes,
  },
  /**
   * Scale down below this utilization. Less than half of scaleUpThreshold, or halving would bring the load back above
   * it.
   */
  scaleDownThreshold: {
    kind: 'number',
    variable: 'SCALE_DOWN_THRESHOLD',
    unit: 'utilization',
    default: () => 0.25,
    above: 0,
    to: 1,
  },
  /** Datapoints that the scale-down alarm looks at. Times periodMinutes: at most a day. */
  scaleDownEvaluationPeriods: {
    kind: 'integer',
    variable: 'SCALE_DOWN_EVALUATION_PERIOD',
    unit: 'periods',
    default: defaultScaleDownPeriods,
    derived: '300 minutes',
    from: 1,
    to: longestWindowMinutes,
  },
  /**
   * How many of them must lie below the threshold. The slack (the others) must be shorter than
   * scaleUpDatapointsToAlarm, so that both alarms cannot hold in one minute.
   */
  scaleDownDatapointsToAlarm: {
    kind: 'integer',
    variable: 'SCALE_DOWN_DATAPOINTS_REQUIRED',
    unit: 'datapoints',
    default: defaultScaleDownDatapoints,
    derived: '95 % of them, or more where scaleUpDatapointsToAlarm leaves less slack',
    from: 1,
    to: longestWindowMinutes,
  },
  /** A consumer that is this far behind blocks scale-down. */
  iteratorAgeLimitMinutes: {
    kind: 'number',
    variable: 'SCALE_DOWN_MIN_ITER_AGE_MINS',
    unit: 'minutes',
    default: () => 30,
    above: 0,
    to: 525_600,
  },
  /**
   * What a missing iterator age means. `required`: unknown, it blocks scale-down. `ignore`: it blocks nothing (enhanced
   * fan-out only, or no readers). `auto`: required where a consumer is declared or datapoints were seen within a day.
   */
  iteratorAge: { kind: 'choice', variable: 'ITERATOR_AGE', default: () => 'auto', choices: iteratorAgeRules },
  /** Never fewer. At the minimum the scale-down alarm rests. */
  minShards: {
    kind: 'integer',
    variable: 'MIN_SHARDS',
    unit: 'shards',
    default: () => 1,
    from: 1,
    to: awsFacts.shardsPerStream.value,
  },
  /** Never more. Set it: it is the ceiling of the bill. At the maximum the scale-up alarm rests. */
  maxShards: {
    kind: 'integer',
    variable: 'MAX_SHARDS',
    unit: 'shards',
    default: () => awsFacts.shardsPerStream.value,
    from: 1,
    to: awsFacts.shardsPerStream.value,
  },
  /** After any scaling, no scale-up for so long. */
  scaleUpCooldownMinutes: {
    kind: 'number',
    variable: 'SCALE_UP_COOLDOWN_MINS',
    unit: 'minutes',
    default: () => 0,
    from: 0,
    to: longestWindowMinutes,
  },
  /**
   * After any scaling, no scale-down for so long. At 0 one quiet afternoon halves a stream again and again on the same
   * datapoints.
   */
  scaleDownCooldownMinutes: {
    kind: 'number',
    variable: 'SCALE_DOWN_COOLDOWN_MINS',
    unit: 'minutes',
    default: (known) => (isLoadDriven(known) ? 0 : 60),
    derived: `0 ${whenLoadDriven}, which waits by itself`,
    from: 0,
    to: longestWindowMinutes,
  },
  /** UpdateShardCount calls that AWS allows per stream in a rolling 24 h. Raise it only when AWS has raised yours. */
  dailyQuota: {
    kind: 'integer',
    variable: 'DAILY_QUOTA',
    unit: 'calls in 24 h',
    default: () => awsFacts.updateShardCountCallsPerDay.value,
    from: 1,
    to: 20,
  },
  /** Calls kept for scale-up: scale-down waits when only these are left. Less than dailyQuota. */
  dailyQuotaReserve: {
    kind: 'integer',
    variable: 'DAILY_QUOTA_RESERVE',
    unit: 'calls',
    default: (known) => (isLoadDriven(known) ? 2 : 3),
    derived: `2 ${whenLoadDriven}, which keeps more where it may need them`,
    from: 0,
    to: 19,
  },
  /**
   * When a consumer’s reserved concurrency cannot be raised. `keep` leaves it as it is. `remove` takes the reservation
   * away, and only one that this product has set.
   */
  concurrencyFallback: {
    kind: 'choice',
    variable: 'CONCURRENCY_FALLBACK',
    default: () => 'keep',
    choices: concurrencyFallbacks,
  },
  /**
   * How a load-driven stream reaches another shard count. `calls`: by UpdateShardCount, ten calls a day. `stepwise`: by
   * SplitShard and MergeShards as well, one a minute, which have no daily quota. docs/policies.md says when which is taken.
   */
  resharding: {
    kind: 'choice',
    variable: 'RESHARDING',
    default: () => 'calls',
    choices: reshardingWays,
    noTagFor: 'the permission to split and merge shards is deployed with it',
  },
  /**
   * What to do before a scale-up when one shard carries the load, on a stream with shard-level metrics (IncomingBytes,
   * IncomingRecords) turned on. `ignore`: do not look. `tell`: scale all the same, and say so in report and notice.
   * `split`: split that shard instead; it costs no call of the daily quota.
   */
  hotShard: { kind: 'choice', variable: 'HOT_SHARD', default: () => 'tell', choices: hotShardRules },
} as const satisfies Readonly<Record<string, StreamSetting>>;

/** A processor of a stream whose reserved concurrency follows the shard count. */
export interface ConsumerSettings {
  /** ARN of the Lambda function that reads the stream. */
  readonly functionArn: string;
  /** Concurrent executions per open shard, 1 to 10. Where absent, the parallelization factor of its event source mapping. */
  readonly lambdasPerShard?: number;
}

export type StreamSettingName = keyof typeof table;
/** The settings that are single values. */
export type StreamSettingValues = { readonly [K in StreamSettingName]: ValueOf<(typeof table)[K]> };
export interface StreamSettings extends StreamSettingValues {
  readonly consumers: readonly ConsumerSettings[];
}

export const streamSettingsTable: Readonly<Record<StreamSettingName, StreamSetting>> = table;
export const streamSettingNames = Object.keys(table) as readonly StreamSettingName[];
