/** The target-tracking policy of an ECS service for a signal in CloudWatch, with the arithmetic that its kind needs. */

import { isLag } from './config-rules.ts';
import type { ScaleConfig, ServeConfig, SignalConfig, SourceConfig } from './config-schema.ts';

export function targetTrackingPolicy(
  signal: SignalConfig,
  scale: ScaleConfig,
  ecs: NonNullable<ScaleConfig['ecs']>,
  config: ServeConfig,
): string {
  const divided = isLag(signal.source) || signal.perWorker !== undefined;
  const { namespace = 'KinesisAutoscaler', dimensions = {} } = config.emitters.cloudwatch ?? {};
  const metric = {
    MetricName: signal.name,
    Namespace: namespace,
    Dimensions: toDimensions({ ...dimensions, ...sampleDimensions(signal.source) }),
  };
  const body = {
    ServiceNamespace: 'ecs',
    ResourceId: `service/${ecs.cluster}/${ecs.service}`,
    ScalableDimension: 'ecs:service:DesiredCount',
    PolicyName: `${ecs.service}-${signal.name}`,
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: scale.target,
      CustomizedMetricSpecification: divided
        ? { ...metric, Statistic: 'Maximum' }
        : { Metrics: perTaskMath(metric, ecs) },
    },
  };
  const how = divided
    ? 'The metric is compared with the target as it is.'
    : 'The total is divided by the running tasks (needs Container Insights).';
  const bounds = { ServiceNamespace: 'ecs', ResourceId: body.ResourceId, ScalableDimension: body.ScalableDimension };
  return [
    `# ${signal.name}: ECS target tracking. ${how}\n`,
    `# aws application-autoscaling register-scalable-target --cli-input-json '${JSON.stringify({ ...bounds, MinCapacity: scale.minWorkers, MaxCapacity: scale.maxWorkers })}'\n`,
    '# aws application-autoscaling put-scaling-policy --cli-input-json file://policy.json, with:\n',
    `${JSON.stringify(body, null, 2)}\n`,
  ].join('');
}

interface CloudWatchMetric {
  readonly MetricName: string;
  readonly Namespace: string;
  readonly Dimensions: readonly object[];
}

/**
 * With no task running the total stands for one, so that waiting work is seen and the first task is started. At zero
 * tasks Container Insights may publish 0 or nothing at all; MAX over a list goes by the series that have a datapoint.
 */
function perTaskMath(
  metric: CloudWatchMetric,
  ecs: { readonly cluster: string; readonly service: string },
): readonly object[] {
  const running = {
    MetricName: 'RunningTaskCount',
    Namespace: 'ECS/ContainerInsights',
    Dimensions: toDimensions({ ClusterName: ecs.cluster, ServiceName: ecs.service }),
  };
  return [
    { Id: 'total', MetricStat: { Metric: metric, Stat: 'Maximum' }, ReturnData: false },
    { Id: 'tasks', MetricStat: { Metric: running, Stat: 'Average' }, ReturnData: false },
    {
      Id: 'perTask',
      Expression: 'total / MAX([FILL(tasks, 1), total * 0 + 1])',
      Label: 'total per running task',
      ReturnData: true,
    },
  ];
}

/** The dimensions that the source puts on its samples. */
function sampleDimensions(source: SourceConfig): Readonly<Record<string, string>> {
  switch (source.kind) {
    case 'iterator-age':
      return { StreamName: source.streamName };
    case 'application-lag':
      return source.leaseTable === undefined || source.streamName === undefined
        ? { Operation: 'ApplicationTracker' }
        : { StreamName: source.streamName };
    case 'kcl-leases':
      return {
        LeaseTable: source.leaseTable,
        ...(source.streamName === undefined ? {} : { StreamName: source.streamName }),
      };
    case 'sqs':
      return { QueueName: source.queueUrl.split('/').at(-1) ?? source.queueUrl };
    case 'jetstream':
      return { Stream: source.stream, Consumer: source.consumer };
    case 'burrow':
      return { ConsumerGroup: source.consumerGroup };
  }
}

function toDimensions(dimensions: Readonly<Record<string, string>>): { Name: string; Value: string }[] {
  return Object.entries(dimensions)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([Name, Value]) => ({ Name, Value }));
}
