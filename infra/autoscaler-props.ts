/** The props of the construct. Those that the functions read too are rows of core/settings/deployment-settings.ts. */
import type { Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { GivenOf, givenSettings } from '../core/settings/deployment-settings.ts';
import type { StreamSettings, StreamSettingValues } from '../core/settings/stream-settings.ts';
import type { DashboardChoice } from './dashboards.ts';
import type { NoticeTarget } from './notice-topics.ts';
import type { TemporaryMinimumSchedule } from './temporary-minimum-schedule.ts';
import type { TopicEncryption } from './topic-key.ts';

export interface KinesisAutoscalerProps extends GivenOf<typeof givenSettings> {
  /** For a setting that a stream does not give. Default: each setting's own default. */
  readonly defaults?: Partial<StreamSettingValues> | undefined;
  /**
   * Scale every stream of the account and region with the tag `autoscaling/enabled` = `true`, even if it is not added
   * here. The reconciler creates and deletes the alarms of such a stream. At most one deployment in an account and
   * region may do so. Default: false.
   */
  readonly discovery?: boolean | undefined;
  /** Of the messages in the topics. Default: `customer-key`. */
  readonly encryption?: TopicEncryption | undefined;
  /** How long the logs of the functions are kept. Default: three months. */
  readonly logRetention?: RetentionDays | undefined;
  /**
   * Concurrent executions reserved for each of the two functions, or `none` for an account too small to reserve any.
   * Default: 1, so that no two runs write one alarm; more would be useless at CloudWatch's three writes a second.
   */
  readonly reservedConcurrency?: number | 'none' | undefined;
  /** How often the reconciler runs. Default: five minutes. */
  readonly reconcileEvery?: Duration | undefined;
  /** ARNs that the alarms on the autoscaler itself notify, besides the pager. Default: none. */
  readonly alarmActions?: readonly string[] | undefined;
  /** Who is notified of every scaling, every new hold and every failure. Default: nobody. */
  readonly notices?: NoticeTarget | undefined;
  /** Who is notified of failures alone, and by the alarms on the autoscaler itself. Default: nobody. */
  readonly pager?: NoticeTarget | undefined;
  /** CloudWatch dashboards, each with up to 40 of the streams that are added. Default: none. */
  readonly dashboards?: DashboardChoice | undefined;
  /** Module that exports `scaler` and `reconciler`. Default: the one of this package. */
  readonly entry?: string | undefined;
}

/** Settings of one stream. The deployment's `defaults` apply to what is not given. */
export interface AddStreamOptions extends Partial<StreamSettings> {
  /**
   * Open shards that the stream has now or is created with. Its alarms use it until the first reconcile. Default:
   * minShards.
   */
  readonly shardCount?: number | undefined;
  /** When the stream needs more shards than its traffic shows. Default: never. */
  readonly schedules?: readonly TemporaryMinimumSchedule[] | undefined;
}
