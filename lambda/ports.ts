/**
 * The AWS operations that the functions use, one method each: fakes stay small, and each method names the permission that it
 * needs. Expected failures are values; a method throws only for a bug.
 *
 * A new call takes a method here, its adapter in lambda/aws/, the permission in infra/permissions.ts, the fake in
 * test/lambda/memory-account.ts and, where AWS limits its rate, an entry in pacing.ts. A command that local AWS does not know
 * yet is added in local/.
 */
import type { AlarmDefinition } from '../core/alarm/alarm-definition.ts';
import type { ShardLoad } from '../core/decision/hot-shard.ts';
import type { MinuteSums } from '../core/load/traffic-minutes.ts';
import type { AwsFailure } from '../core/report/scaling-report.ts';
import type { EventSourceMapping } from '../core/stream/event-sources.ts';
import type {
  AlarmState,
  AlarmUserParts,
  IteratorAge,
  OpenShard,
  StreamMode,
  StreamStatus,
} from '../core/stream/stream-state.ts';
import type { Tags } from '../core/stream/stream-tags.ts';

export type CallFailure = AwsFailure & {
  /** The operation, as IAM names it: `kinesis:UpdateShardCount`. */
  readonly call: string;
};
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: CallFailure };

export interface StreamSummary {
  readonly status: StreamStatus;
  readonly mode: StreamMode;
  readonly openShardCount: number;
  readonly publishesByShard?: boolean;
}

export interface ShardLimits {
  readonly shardLimit: number;
  readonly openShardCount: number;
}

export interface StreamPort {
  /** kinesis:DescribeStreamSummary */
  readonly describe: (streamName: string) => Promise<Answer<StreamSummary>>;
  /** kinesis:ListTagsForStream, all pages. */
  readonly listTags: (streamName: string) => Promise<Answer<Tags>>;
  /** kinesis:AddTagsToStream; refused unless the stream is ACTIVE. */
  readonly addTags: (streamName: string, tags: Tags) => Promise<Answer<void>>;
  /** kinesis:UpdateShardCount, sent once: if the first call has worked, a second one would act on old facts. */
  readonly updateShardCount: (streamName: string, targetShardCount: number) => Promise<Answer<void>>;
  /** kinesis:SplitShard, sent once like UpdateShardCount. */
  readonly splitShard: (streamName: string, shardId: string, startingHashKey: string) => Promise<Answer<void>>;
  /** kinesis:MergeShards, sent once like UpdateShardCount. */
  readonly mergeShards: (streamName: string, shardId: string, adjacentShardId: string) => Promise<Answer<void>>;
  /** kinesis:ListShards, all pages: the open shards in the order of their hash keys. */
  readonly openShards: (streamName: string) => Promise<Answer<readonly OpenShard[]>>;
  /** kinesis:ListShards and cloudwatch:GetMetricData: the open shards' traffic in the period before `nowMs`. */
  readonly shardLoads: (
    streamName: string,
    periodSeconds: number,
    nowMs: number,
  ) => Promise<Answer<readonly ShardLoad[]>>;
  /** kinesis:DescribeLimits */
  readonly describeLimits: () => Promise<Answer<ShardLimits>>;
}

export type UntaggedAlarm = Omit<AlarmState, 'tags'>;

export interface AlarmPort {
  /** cloudwatch:DescribeAlarms, by up to 100 names; a name without an alarm is absent from the answer. */
  readonly describe: (alarmNames: readonly string[]) => Promise<Answer<ReadonlyMap<string, UntaggedAlarm>>>;
  /** cloudwatch:DescribeAlarms, all pages: the alarms in ALARM that notify the topic. */
  readonly inAlarm: (topicArn: string) => Promise<Answer<readonly UntaggedAlarm[]>>;
  /** cloudwatch:ListTagsForResource; an alarm that does not exist has none. */
  readonly listTags: (alarmArn: string) => Promise<Answer<Tags>>;
  /** cloudwatch:PutMetricAlarm */
  readonly put: (alarmName: string, definition: AlarmDefinition, userParts: AlarmUserParts) => Promise<Answer<void>>;
  /** cloudwatch:PutMetricAlarm and, since tags are taken on creation only, its tags. */
  readonly create: (
    alarmName: string,
    definition: AlarmDefinition,
    userParts: AlarmUserParts,
    tags: Tags,
  ) => Promise<Answer<void>>;
  /** cloudwatch:SetAlarmState, to INSUFFICIENT_DATA. */
  readonly rearm: (alarmName: string, why: string) => Promise<Answer<void>>;
  /** cloudwatch:TagResource */
  readonly tag: (alarmArn: string, tags: Tags) => Promise<Answer<void>>;
}

export interface MetricPort {
  /** cloudwatch:GetMetricData: the stream's traffic by minutes, from one full minute to another, all pages. */
  readonly minuteSums: (streamName: string, fromMs: number, toMs: number) => Promise<Answer<MinuteSums>>;
  /** cloudwatch:GetMetricData: the newest iterator age of the stream within the last day. */
  readonly iteratorAge: (streamName: string, nowMs: number) => Promise<Answer<IteratorAge>>;
}

export interface FunctionPort {
  /** lambda:GetFunctionConcurrency; undefined when none is reserved. */
  readonly reservedConcurrency: (functionName: string) => Promise<Answer<number | undefined>>;
  /** lambda:GetAccountSettings: concurrency that no function has reserved. */
  readonly unreservedConcurrency: () => Promise<Answer<number>>;
  /** lambda:PutFunctionConcurrency */
  readonly reserve: (functionName: string, concurrency: number) => Promise<Answer<void>>;
  /** lambda:DeleteFunctionConcurrency */
  readonly unreserve: (functionName: string) => Promise<Answer<void>>;
  /** lambda:ListEventSourceMappings, unfiltered and all pages: which functions of the account read what. */
  readonly eventSourceMappings: () => Promise<Answer<readonly EventSourceMapping[]>>;
}

/** Calls about all streams of the account at once. */
export interface FleetPort {
  /** tag:GetResources: the tags of every stream that has or had any; others are absent. */
  readonly streamTags: () => Promise<Answer<ReadonlyMap<string, Tags>>>;
  /** tag:GetResources: names of the alarms that carry this tag. */
  readonly alarmsTagged: (key: string, value: string) => Promise<Answer<readonly string[]>>;
  /** cloudwatch:DescribeAlarms, all pages: every metric alarm of the account and region. */
  readonly alarms: () => Promise<Answer<readonly UntaggedAlarm[]>>;
  /** cloudwatch:DeleteAlarms */
  readonly deleteAlarms: (alarmNames: readonly string[]) => Promise<Answer<void>>;
  /** lambda:InvokeFunction, asynchronously. */
  readonly invokeLater: (functionName: string, event: object) => Promise<Answer<void>>;
}

export interface NoticePort {
  /** sns:Publish */
  readonly publish: (topicArn: string, subject: string, body: string) => Promise<Answer<void>>;
}

export interface Ports {
  readonly streams: StreamPort;
  readonly alarms: AlarmPort;
  readonly metrics: MetricPort;
  readonly functions: FunctionPort;
  readonly fleet: FleetPort;
  readonly notices: NoticePort;
}

export interface Clock {
  readonly nowMs: () => number;
  /** Goes on when the wall clock is set or stops; for pacing only. */
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}
