/**
 * The settings of a deployment as a whole, in one table: a new one is a row here. The types of Deployment, of the
 * construct's props and of cdk.json's context follow from the rows; the environment is written and read by them, and
 * docs/settings.md is generated from them.
 *
 * A name is what code and construct use. Code counts waits in milliseconds, people in seconds: what ends in `Ms` here
 * stands in seconds in the environment, and ends in `Seconds` in cdk.json.
 */
import { minuteMs } from '../time.ts';
import { lambdasPerShardKind } from './consumer-settings.ts';
import type { ArnKind, ChoiceKind, NumberKind, SwitchKind, TextKind, ValueOf } from './setting.ts';

interface Row {
  /** Environment variable of the functions. */
  readonly variable: string;
  /** Where cdk.json and the construct have it, if not under its own name. */
  readonly givenAs?: string;
  /** What its text in the environment means, if not what its kind says. */
  readonly readText?: (text: string) => unknown;
}
interface NumberRow extends NumberKind, Row {
  readonly default: number;
  /** Never below this other one, whose value lifts the default too. */
  readonly notBelow?: string;
}
interface SwitchRow extends SwitchKind, Row {
  readonly default: boolean;
}
type TextRow = (ChoiceKind | ArnKind | TextKind) & Row & { readonly default?: string };

export type DeploymentSetting = NumberRow | SwitchRow | TextRow;
/** Settings by name; one level of groups. */
export type DeploymentSettings = Readonly<
  Record<string, DeploymentSetting | Readonly<Record<string, DeploymentSetting>>>
>;

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;

/** What is given in cdk.json and to the construct, under the same names. */
export const givenSettings = {
  /** Decide and log, change nothing. In the environment anything but `false`, `0`, `no` or `off` means true. */
  dryRun: {
    kind: 'switch',
    variable: 'DRY_RUN',
    default: true,
    readText: readDryRun,
  },
  /** Least important lines that are logged. */
  logLevel: {
    kind: 'choice',
    variable: 'LOG_LEVEL',
    choices: logLevels,
    default: 'info',
    readText: (text) => text.toLowerCase(),
  },
  /** Field of every log line. */
  version: { kind: 'text', variable: 'version', default: '' },
  /** Field of every log line. */
  deploymentRing: { kind: 'text', variable: 'deploymentRing', default: '' },
  retry: {
    /** Shortest wait before a throttled call is sent again. Waits grow exponentially, with full jitter. */
    shortestWaitMs: {
      kind: 'number',
      variable: 'THROTTLE_RETRY_MIN_SLEEP',
      unit: 'ms',
      default: 1_000,
      from: 0,
      to: minuteMs,
    },
    /** Longest wait before a throttled call is sent again. */
    longestWaitMs: {
      kind: 'number',
      variable: 'THROTTLE_RETRY_MAX_SLEEP',
      unit: 'ms',
      default: 3_000,
      notBelow: 'retry.shortestWaitMs',
      from: 0,
      to: minuteMs,
    },
    /** How often a throttled call is sent again; 0 sends once. */
    retries: { kind: 'integer', variable: 'THROTTLE_RETRY_COUNT', unit: 'resends', default: 30, from: 0, to: 100 },
    /** A call without an answer for so long is given up, and sent again where that is safe. */
    callTimeoutMs: {
      kind: 'number',
      variable: 'CALL_TIMEOUT_SECONDS',
      unit: 'ms',
      default: 5_000,
      from: 100,
      to: minuteMs,
    },
  },
} as const satisfies DeploymentSettings;

/** What the stack works out for its functions. */
export const stackSettings = {
  /** Topic that is notified of every scaling, every hold that is news and every failure. */
  noticeTopicArn: { kind: 'arn', of: 'topic', variable: 'NOTICE_TOPIC_ARN', givenAs: 'notices.topicArn' },
  /** Topic that is notified of failures only. */
  pagerTopicArn: { kind: 'arn', of: 'topic', variable: 'PAGER_TOPIC_ARN', givenAs: 'pager.topicArn' },
  discovery: {
    /**
     * Topic for the alarms of streams that ask by the tag `autoscaling/enabled` = `true`; without it tags are not
     * looked for.
     */
    alarmTopicArn: { kind: 'arn', of: 'topic', variable: 'DISCOVERY_TOPIC_ARN', givenAs: 'discovery' },
    /** Name of the deployment, on the alarms that are made for such streams. */
    owner: { kind: 'text', variable: 'DISCOVERY_OWNER', givenAs: 'stackName', default: 'kinesis-autoscaler' },
  },
  /**
   * Each reconcile writes the open shard count of each stream as the metric `OpenShardCount` by `StreamName`, which
   * CloudWatch charges for.
   */
  streamMetrics: { kind: 'switch', variable: 'STREAM_METRICS', givenAs: 'dashboards.openShardCounts', default: false },
} as const satisfies DeploymentSettings;

/** What only an environment can hold: for a function that is taken over by changing its code, without settings.json. */
export const takeOverSettings = {
  /** A function that reads the stream, unless its event source mappings name other streams. */
  processingLambdaArn: { kind: 'arn', of: 'Lambda function', variable: 'PROCESSING_LAMBDA_ARN' },
  /** Its concurrent executions per open shard; where it is not given, those of its event source mapping, or the default. */
  processingLambdasPerShard: { ...lambdasPerShardKind, variable: 'PROCESSING_LAMBDAS_PER_SHARD', default: 1 },
} as const satisfies DeploymentSettings;

/** Only a clear "false" turns dry run off. */
export function readDryRun(text: string): boolean {
  return !['false', '0', 'no', 'off'].includes(text.trim().toLowerCase());
}

/** Complete values of the settings of a table. */
export type ValuesOf<T extends DeploymentSettings> = {
  readonly [K in keyof T]: T[K] extends DeploymentSetting
    ? T[K] extends { readonly default: unknown }
      ? ValueOf<T[K]>
      : ValueOf<T[K]> | undefined
    : T[K] extends DeploymentSettings
      ? ValuesOf<T[K]>
      : never;
};

/** What was given of them, by whoever gives any. */
export type GivenOf<T extends DeploymentSettings> = {
  readonly [K in keyof T]?:
    | (T[K] extends DeploymentSetting ? ValueOf<T[K]> : T[K] extends DeploymentSettings ? GivenOf<T[K]> : never)
    | undefined;
};
