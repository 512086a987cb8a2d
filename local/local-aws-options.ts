import type { RealClock, VirtualClock } from '../simulator/models/clock.ts';
import type { CloudWatchFacts } from '../simulator/models/cloudwatch/cloudwatch-facts.ts';
import type { KinesisFacts } from '../simulator/models/kinesis-facts.ts';
import type { LocalAccount } from './account.ts';
import type { ShardBackend } from './kinesis/shard-backend.ts';

/** What a local AWS is started with. */
export interface LocalAwsOptions {
  /** A VirtualClock moves only between requests and invocations; a RealClock runs by itself. */
  readonly clock: VirtualClock | RealClock;
  /** Clock seconds per real second, for a RealClock, which does not expose its own speed; default 1. */
  readonly speed?: number;
  readonly account?: LocalAccount;
  /** Enforce AWS's call rates; default false. */
  readonly throttle?: boolean;
  /** Time on the clock that every call takes; default 0. */
  readonly latencyMs?: number;
  /** 0, the default, for any free port. */
  readonly port?: number;
  /**
   * `records`, the default: kinesis-local runs and holds real shards and records. `no-records`: streams are the model
   * alone, so that a thousand of them cost nothing; whatever touches a record is refused.
   */
  readonly streams?: 'records' | 'no-records';
  /** Where shards are kept in place of either. */
  readonly shardBackend?: ShardBackend;
  readonly accountConcurrency?: number;
  readonly kinesisFacts?: Partial<KinesisFacts>;
  readonly cloudWatchFacts?: Partial<CloudWatchFacts>;
  /** Where in the minute CloudWatch evaluates its alarms; default 0. */
  readonly evaluationOffsetMs?: number;
}
