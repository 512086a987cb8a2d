import type { JsonObject } from '../wire/api-call.ts';
import type { ShardHistory } from './shard-history.ts';

/** A consumer with enhanced fan-out. */
export interface StreamConsumer {
  readonly name: string;
  readonly arn: string;
  readonly createdMs: number;
  /** As the backend knows it; undefined until it first subscribes. */
  backendArn?: string;
}

/** What the model does not know of a stream. */
export interface StreamSettings {
  retentionHours: number;
  shardLevelMetrics: readonly string[];
  /** As DescribeStream shows it; nothing is encrypted. */
  encryption: JsonObject;
  readonly consumers: Map<string, StreamConsumer>;
  readonly history: ShardHistory;
  /** Those that a record can go to; undefined where the stream was resharded since they were read. */
  openShards: readonly JsonObject[] | undefined;
}
