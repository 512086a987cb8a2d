/** What a user of the construct may give. What the functions are told besides is a row of core/settings/deployment-settings.ts. */
import type { Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { GivenOf, givenSettings } from '../core/settings/deployment-settings.ts';
import type { StreamSettings, StreamSettingValues } from '../core/settings/stream-settings.ts';
import type { DashboardChoice } from './dashboards.ts';
import type { NoticeTarget } from './notice-topics.ts';
import type { TemporaryMinimumSchedule } from './temporary-minimum-schedule.ts';
import type { TopicEncryption } from './topic-key.ts';

export interface KinesisAutoscalerProps extends GivenOf<typeof givenSettings> {
  /** What stands in for a setting that a stream does not give. Default: each knob's own default. */
  readonly defaults?: Partial<StreamSettingValues> | undefined;
  /**
   * Scale every stream of the account and region that is tagged `autoscaling/enabled` = `true`, also those that are not added
   * here; their alarms are made and removed by the reconciler. One deployment an account and region. Default: false.
   */
  readonly discovery?: boolean | undefined;
  /** Of the topics. Default: `customer-key`. */
  readonly encryption?: TopicEncryption | undefined;
  /** Default: three months. */
  readonly logRetention?: RetentionDays | undefined;
  /**
   * Concurrent executions reserved for each of the two functions. Default: 1; more is useless at CloudWatch's three writes a
   * second, and keeps two runs from writing one alarm. `none` for an account too small to reserve any.
   */
  readonly reservedConcurrency?: number | 'none' | undefined;
  /** Default: five minutes. */
  readonly reconcileEvery?: Duration | undefined;
  /** ARNs that the alarms on the autoscaler itself tell, besides the pager. Default: none. */
  readonly alarmActions?: readonly string[] | undefined;
  /** Who is told of every scaling, every hold that is news and every failure. Default: nobody. */
  readonly notices?: NoticeTarget | undefined;
  /** Who is told of failures alone, and by the alarms on the autoscaler itself. Default: nobody. */
  readonly pager?: NoticeTarget | undefined;
  /** CloudWatch dashboards of the streams that are added, 40 on each. Default: none. */
  readonly dashboards?: DashboardChoice | undefined;
  /** Module that exports `scaler` and `reconciler`. Default: the one of this package. */
  readonly entry?: string | undefined;
}

/** Settings of one stream; what is not given comes from the deployment's defaults. */
export interface AddStreamOptions extends Partial<StreamSettings> {
  /** Open shards that the stream has, or is created with: the alarms judge by it until the first reconcile. Default: minShards. */
  readonly shardCount?: number | undefined;
  /** When it needs more shards than its traffic asks for. Default: never. */
  readonly schedules?: readonly TemporaryMinimumSchedule[] | undefined;
}
