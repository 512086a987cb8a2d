/**
 * What a platform must be told so that it scales on what `serve` publishes: KEDA ScaledObjects, ECS target-tracking
 * policies, the Prometheus scrape job. The arithmetic differs by kind of signal, and getting it wrong scales by the
 * wrong factor: a count of messages is shared by the workers, so it is divided by them (by the HPA with AverageValue,
 * by metric math in ECS, or by `serve` with perWorker); a lag is not, so it is compared as it is (Value).
 */
import { stringify } from 'yaml';
import { splitAddress } from '../monitor/address.ts';
import { isLag } from './config-rules.ts';
import type { ScaleConfig, ServeConfig, SignalConfig, SourceConfig } from './config-schema.ts';
import { targetTrackingPolicy } from './target-tracking.ts';

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

function scaledObject(
  signal: SignalConfig,
  scale: ScaleConfig,
  kubernetes: NonNullable<ScaleConfig['kubernetes']>,
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

/** Kubernetes names: lower case letters, digits and dashes. */
function kubernetesName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
