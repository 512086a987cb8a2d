/**
 * What a platform must be told so that it scales on what `serve` publishes: KEDA ScaledObjects, ECS target-tracking
 * policies, the Prometheus scrape job. The arithmetic differs by kind of signal, and getting it wrong scales by the
 * wrong factor: a count of messages is shared by the workers, so it is divided by them (by the HPA with AverageValue,
 * by metric math in ECS, or by `serve` with perWorker); a lag is not, so it is compared as it is (Value).
 */
import { stringify } from 'yaml';
import { splitAddress } from '../monitor/address.ts';
import type { ServeConfig, SignalConfig, SourceConfig } from './config.ts';
import { isLag } from './config-rules.ts';

/** One YAML document each, with a comment that says what it is for. */
export function renderManifests(config: ServeConfig): string {
  const documents: string[] = [];
  for (const signal of config.signals) {
    if (signal.scale?.kubernetes !== undefined)
      documents.push(scaledObject(signal, signal.scale, signal.scale.kubernetes, config));
    if (signal.scale?.ecs !== undefined)
      documents.push(targetTrackingPolicy(signal, signal.scale, signal.scale.ecs, config));
  }
  documents.push(scrapeJob(config));
  return documents.join('---\n');
}

type Scale = NonNullable<SignalConfig['scale']>;

function scaledObject(
  signal: SignalConfig,
  scale: Scale,
  kubernetes: NonNullable<Scale['kubernetes']>,
  config: ServeConfig,
): string {
  const metricType = isLag(signal.source) ? 'Value' : 'AverageValue';
  const meaning = isLag(signal.source)
    ? 'Value: the lag itself is compared with the target; dividing it by the replicas would hide it.'
    : 'AverageValue: the HPA divides the total by the replicas and compares with the target per worker.';
  const { externalScaler } = config;
  const scalerAddress = externalScaler?.serviceAddress ?? externalScaler?.address ?? 'kinesis-autoscaler.keda.svc:6000';
  const body = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: `${kubernetes.deployment}-${kubernetesName(signal.name)}`, namespace: kubernetes.namespace },
    spec: {
      scaleTargetRef: { name: kubernetes.deployment },
      minReplicaCount: scale.minWorkers,
      maxReplicaCount: scale.maxWorkers,
      triggers: [
        {
          type: 'external',
          metricType,
          metadata: { scalerAddress, ...entityMetadata(signal.source), targetSize: String(scale.target) },
        },
      ],
    },
  };
  return `# ${signal.name}: KEDA ScaledObject. ${meaning}\n${stringify(body)}`;
}

/** The metadata that makes the external scaler watch the same source. */
function entityMetadata(source: SourceConfig): Readonly<Record<string, string>> {
  switch (source.kind) {
    case 'iterator-age':
      return { entityType: 'stream', streamName: source.streamName };
    case 'application-lag':
      return { entityType: 'stream', streamName: source.streamName ?? '', applicationName: source.applicationName };
    case 'sqs':
      return { entityType: 'sqs', queueUrl: source.queueUrl };
    case 'jetstream':
      return { entityType: 'jetstream', streamName: source.stream, consumerName: source.consumer };
    case 'burrow':
      return { entityType: 'kafka', consumerGroup: source.consumerGroup };
    case 'kcl-leases':
      throw new Error('kcl-leases has no entity: the configuration rules refuse it');
  }
}

function targetTrackingPolicy(
  signal: SignalConfig,
  scale: Scale,
  ecs: NonNullable<Scale['ecs']>,
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

type CloudWatchMetric = {
  readonly MetricName: string;
  readonly Namespace: string;
  readonly Dimensions: readonly object[];
};

/** With no task running the total stands for one, so that waiting work is seen. */
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
      Expression: 'IF(tasks > 1, total / tasks, total)',
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
      return { Operation: 'ApplicationTracker' };
    case 'kcl-leases':
      return { LeaseTable: source.leaseTable };
    case 'sqs':
      return { QueueName: source.queueUrl.split('/').at(-1) ?? source.queueUrl };
    case 'jetstream':
      return { Stream: source.stream, Consumer: source.consumer };
    case 'burrow':
      return { ConsumerGroup: source.consumerGroup };
  }
}

function scrapeJob({ monitor }: ServeConfig): string {
  const { address, tokenFile } = monitor;
  const split = splitAddress(address);
  const target = split?.host === '' || split?.host === '0.0.0.0' ? `kinesis-autoscaler:${split.port}` : address;
  const job = {
    job_name: 'kinesis-autoscaler',
    ...(tokenFile === undefined ? {} : { authorization: { type: 'Bearer', credentials_file: tokenFile } }),
    static_configs: [{ targets: [target] }],
  };
  return `# Prometheus: add to scrape_configs.\n${stringify({ scrape_configs: [job] })}`;
}

function toDimensions(dimensions: Readonly<Record<string, string>>): { Name: string; Value: string }[] {
  return Object.entries(dimensions)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([Name, Value]) => ({ Name, Value }));
}

/** Kubernetes names: lower case letters, digits and dashes. */
function kubernetesName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
