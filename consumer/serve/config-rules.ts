/** What the configuration's fields demand of each other. */
import { toMetricName } from '../emitters/prometheus.ts';
import { addressRequiresToken, splitAddress } from '../monitor/address.ts';
import type { ServeConfig, SignalConfig, SourceConfig } from './config.ts';

/** Every fault, each with the field and the way out. */
export function crossFieldFaults(config: ServeConfig): string[] {
  return [
    ...addressFaults(config),
    ...signalFaults(config),
    ...nameFaults(config.signals),
    ...streamFaults(config),
    ...purposeFaults(config),
  ];
}

function addressFaults({ monitor, externalScaler }: ServeConfig): string[] {
  const faults = [];
  const { address = '', tokenFile } = monitor;
  if (!isListenable(address))
    faults.push(`monitor.address: ${JSON.stringify(address)} is not host:port, for example 127.0.0.1:9090`);
  else if (tokenFile === undefined && addressRequiresToken(address)) {
    faults.push(
      `monitor.tokenFile is missing: ${address} can be reached from other machines; set it, or listen on 127.0.0.1`,
    );
  }
  if (externalScaler === undefined) return faults;
  const { address: scalerAddress, tls, allowPlaintext } = externalScaler;
  if (!isListenable(scalerAddress))
    faults.push(`externalScaler.address: ${JSON.stringify(scalerAddress)} is not host:port, for example 0.0.0.0:6000`);
  else if (tls === undefined && !allowPlaintext && addressRequiresToken(scalerAddress)) {
    faults.push(
      `externalScaler.tls is missing: ${scalerAddress} can be reached from other machines; set it, or allowPlaintext: true`,
    );
  }
  return faults;
}

function signalFaults({ signals, backends, emitters }: ServeConfig): string[] {
  return signals.flatMap((signal, index) => {
    const at = `signals.${index}`;
    const faults = [];
    const backend = backendOf(signal.source);
    if (backend !== 'aws' && backends[backend] === undefined) {
      faults.push(`backends.${backend} is missing: ${at}.source.kind ${signal.source.kind} needs it`);
    }
    if (signal.emitters.includes('cloudwatch') && emitters.cloudwatch === undefined) {
      faults.push(`emitters.cloudwatch is missing: ${at}.emitters names it`);
    }
    if (signal.scale?.ecs !== undefined && !signal.emitters.includes('cloudwatch')) {
      faults.push(`${at}.scale.ecs needs cloudwatch in ${at}.emitters: ECS scales on a CloudWatch metric`);
    }
    if (signal.scale !== undefined && signal.scale.minWorkers > signal.scale.maxWorkers) {
      faults.push(`${at}.scale.minWorkers ${signal.scale.minWorkers} is above maxWorkers ${signal.scale.maxWorkers}`);
    }
    if (signal.scale?.kubernetes !== undefined) faults.push(...kubernetesFaults(signal, at));
    return faults;
  });
}

function kubernetesFaults({ source, perWorker, scale }: SignalConfig, at: string): string[] {
  const faults = [];
  if (source.kind === 'kcl-leases')
    faults.push(`${at}.scale.kubernetes: the external scaler has no entity for kcl-leases`);
  if (source.kind === 'application-lag' && source.streamName === undefined) {
    faults.push(`${at}.source.streamName is missing: the external scaler's stream entity needs it`);
  }
  if (perWorker !== undefined)
    faults.push(`${at}.perWorker cannot go with scale.kubernetes: the HPA divides by the replicas itself`);
  const readsLag = source.kind === 'iterator-age' || source.kind === 'application-lag';
  if (readsLag && scale?.minWorkers === 0) {
    faults.push(
      `${at}.scale.minWorkers must be 1 or more: without a running consumer Kinesis publishes no lag, and nothing would start the first`,
    );
  }
  return faults;
}

/** Two signals with one name, or two names that become one Prometheus metric, would overwrite each other. */
function nameFaults(signals: readonly SignalConfig[]): string[] {
  const seen = new Map<string, string>();
  return signals.flatMap(({ name }, index) => {
    const metric = toMetricName(name);
    const other = seen.get(metric);
    seen.set(metric, name);
    return other === undefined
      ? []
      : [`signals.${index}.name: ${JSON.stringify(name)} is the same metric as ${JSON.stringify(other)} (${metric})`];
  });
}

function streamFaults({ streams }: ServeConfig): string[] {
  const seen = new Set<string>();
  return streams.flatMap(({ streamName, applicationName = '' }, index) => {
    const key = JSON.stringify([streamName, applicationName]);
    if (seen.has(key)) return [`streams.${index}: ${streamName} ${applicationName} is listed twice`];
    seen.add(key);
    return [];
  });
}

function purposeFaults({ signals, externalScaler, streams }: ServeConfig): string[] {
  if (signals.length > 0 || streams.length > 0 || externalScaler !== undefined) return [];
  return ['there is nothing to serve: add signals, streams or externalScaler (see serve --example)'];
}

function backendOf(source: SourceConfig): 'aws' | 'nats' | 'burrow' {
  switch (source.kind) {
    case 'jetstream':
      return 'nats';
    case 'burrow':
      return 'burrow';
    case 'iterator-age':
    case 'application-lag':
    case 'kcl-leases':
    case 'sqs':
      return 'aws';
  }
}

function isListenable(address: string): boolean {
  const port = splitAddress(address)?.port ?? '';
  return /^\d{1,5}$/.test(port) && Number(port) <= 65_535;
}
