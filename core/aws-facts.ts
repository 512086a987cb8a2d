/**
 * Every fact about AWS that the code relies on, with value, unit and source. AWS does not document a fact that is
 * marked `inferred`: the models take it as a parameter, and docs/unverified.md says how to check it in an account. Each
 * fact has a case in test/contract/.
 */
import { dayMs, daySeconds, minuteMs } from './time.ts';

export interface AwsFact<T> {
  readonly value: T;
  readonly unit: string;
  readonly source: string;
  readonly inferred?: true;
}

const kinesisApi = 'Kinesis API reference';
const kinesisQuotas = 'Kinesis developer guide, Quotas and limits';
const cloudWatchApi = 'CloudWatch API reference';
const cloudWatchQuotas = 'CloudWatch user guide, Service quotas';

export const awsFacts = {
  updateShardCountCallsPerDay: fact(10, 'calls per stream in a rolling 24 h', `${kinesisApi}, UpdateShardCount`),
  updateShardCountWindow: fact(dayMs, 'ms', `${kinesisApi}, UpdateShardCount`),
  largestStepUp: fact(2, 'times the open shard count', `${kinesisApi}, UpdateShardCount`),
  largestStepDown: fact(0.5, 'of the open shard count, rounded up', `${kinesisApi}, UpdateShardCount`),
  fastTargetGrid: fact(0.25, 'of the open shard count', `${kinesisApi}, UpdateShardCount`),
  shardsPerStream: fact(10_000, 'shards', `${kinesisApi}, UpdateShardCount`),
  shardBytesPerSecond: fact(1_048_576, 'bytes in per second per shard', kinesisQuotas),
  shardRecordsPerSecond: fact(1_000, 'records in per second per shard', kinesisQuotas),
  recordBytes: fact(1_048_576, 'bytes of data and partition key, by default', `${kinesisApi}, PutRecord`),
  putRecordsBatch: fact(500, 'records per call', `${kinesisApi}, PutRecords`),
  putRecordsBytes: fact(10_485_760, 'bytes per call', `${kinesisApi}, PutRecords`),
  streamTags: fact(50, 'tags per stream', `${kinesisApi}, AddTagsToStream`),
  streamTagsPerCall: fact(50, 'tags per call', `${kinesisApi}, AddTagsToStream`),
  streamTagKeyLength: fact(128, 'characters', `${kinesisApi}, AddTagsToStream`),
  streamTagValueLength: fact(255, 'characters', `${kinesisApi}, AddTagsToStream`),
  describeStreamSummaryRate: fact(20, 'calls per second per account', kinesisQuotas),
  listTagsForStreamRate: fact(5, 'calls per second per account', kinesisQuotas),
  addTagsToStreamRate: fact(5, 'calls per second per account', kinesisQuotas),
  updateShardCountRate: fact(10, 'calls per second per account', kinesisQuotas),
  describeLimitsRate: fact(1, 'calls per second per account', kinesisQuotas),
  describeAlarmsRate: fact(9, 'calls per second per account and region', cloudWatchQuotas),
  describeAlarmsBatch: fact(100, 'alarm names per call', `${cloudWatchApi}, DescribeAlarms and DeleteAlarms`),
  metricDataQueries: fact(500, 'queries per call', `${cloudWatchApi}, GetMetricData`),
  metricDataDatapoints: fact(100_800, 'datapoints per page', `${cloudWatchApi}, GetMetricData`),
  putMetricAlarmRate: fact(3, 'calls per second per account and region', cloudWatchQuotas),
  setAlarmStateRate: fact(3, 'calls per second per account and region', cloudWatchQuotas),
  alarmListTagsRate: fact(10, 'calls of ListTagsForResource per second per account and region', cloudWatchQuotas),
  alarmWindow: fact(daySeconds, 's, evaluation periods x period', `${cloudWatchApi}, PutMetricAlarm`),
  alarmEvaluationInterval: fact(
    minuteMs,
    'ms, for periods of a minute or more',
    'CloudWatch user guide, Alarm evaluation',
  ),
  leastUnreservedConcurrency: fact(
    100,
    'concurrent executions per account',
    'Lambda developer guide, Reserved concurrency',
  ),
  lambdaControlPlaneRate: fact(
    15,
    'calls per second per account and region, all control plane APIs together',
    'Lambda developer guide, Quotas',
  ),
  largestParallelizationFactor: fact(10, 'invocations per shard', 'Lambda API reference, CreateEventSourceMapping'),
  longestSnsSubject: fact(99, 'characters', 'SNS API reference, Publish: "less than 100 characters long"'),
  reshardingBaseTime: inferred(minuteMs, 'ms', 'Kinesis FAQ: "a few minutes"'),
  reshardingTimePerShard: inferred(minuteMs / 32, 'ms per shard', 'assumption: 32 shards a minute'),
  reshardingTimeOffGrid: inferred(minuteMs, 'ms more, for targets off the 25 % grid', 'assumption'),
} as const satisfies Record<string, AwsFact<number>>;

function fact(value: number, unit: string, source: string): AwsFact<number> {
  return { value, unit, source };
}

function inferred(value: number, unit: string, source: string): AwsFact<number> {
  return { value, unit, source, inferred: true };
}
