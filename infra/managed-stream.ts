/**
 * One managed stream: its two alarms, by the definition in core/alarm. CloudFormation creates them with the shard count
 * that is known at deployment. The reconciler runs right after and brings them to the open shard count.
 */
import { Annotations } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import {
  type AlarmDefinition,
  type AlarmMetric,
  alarmNameOf,
  type Direction,
  defineAlarm,
} from '../core/alarm/alarm-definition.ts';
import { describeFault } from '../core/result.ts';
import { findCautions } from '../core/settings/contradictions.ts';
import type { StreamSettings } from '../core/settings/stream-settings.ts';

export interface ManagedStreamProps {
  readonly streamName: string;
  readonly settings: StreamSettings;
  /** The shard count in the alarms until the first reconcile. */
  readonly shardCount: number;
  readonly alarmTopic: ITopic;
}

export class ManagedStream extends Construct {
  readonly alarmNames: readonly string[];
  /** The alarms as they are deployed. When one changes, the reconciler runs at the end of the deployment. */
  readonly definitions: Readonly<Record<Direction, AlarmDefinition>>;

  constructor(scope: Construct, id: string, props: ManagedStreamProps) {
    super(scope, id);
    const { streamName } = props;
    this.alarmNames = [alarmNameOf(streamName, 'up'), alarmNameOf(streamName, 'down')];
    this.definitions = { up: defineAlarm('up', props), down: defineAlarm('down', props) };
    this.#createAlarm('up', 'ScaleUp', props);
    this.#createAlarm('down', 'ScaleDown', props);
    for (const caution of findCautions(props.settings)) {
      Annotations.of(this).addWarningV2(
        `kinesis-autoscaler:${caution.field}`,
        `${streamName}: ${describeFault(caution)}`,
      );
    }
  }

  #createAlarm(direction: Direction, id: string, { streamName, alarmTopic }: ManagedStreamProps): void {
    const { metrics, ...definition } = this.definitions[direction];
    new CfnAlarm(this, id, {
      ...definition,
      alarmName: alarmNameOf(streamName, direction),
      alarmDescription: `Scales the Kinesis stream ${streamName} ${direction}. The autoscaler keeps its metric math; thresholds are set where it is deployed from.`,
      metrics: metrics.map(toMetricDataQuery),
      treatMissingData: 'ignore',
      alarmActions: [alarmTopic.topicArn],
    });
  }
}

function toMetricDataQuery(metric: AlarmMetric): CfnAlarm.MetricDataQueryProperty {
  const { id, label, returnData } = metric;
  if ('expression' in metric) return { id, label, returnData, expression: metric.expression };
  const dimensions = Object.entries(metric.dimensions).map(([name, value]) => ({ name, value }));
  return {
    id,
    label,
    returnData,
    metricStat: {
      metric: { namespace: metric.namespace, metricName: metric.metricName, dimensions },
      period: metric.periodSeconds,
      stat: metric.stat,
    },
  };
}
