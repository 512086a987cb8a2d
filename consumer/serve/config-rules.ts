/** What the configuration's fields require of each other. */
import { toMetricName } from '../emitters/prometheus.ts';
import { addressRequiresToken, splitAddress } from '../monitor/address.ts';
import type { PartialConfig, ServeConfig, SignalConfig, SourceConfig } from './config-schema.ts';
import { natsFaults } from './nats-rules.ts';
import { pluginFaults } from './plugin-rules.ts';
import { ownMetricNames } from './serve-metrics.ts';

/** Every fault, each with the field and the way out. A section that could not be read requires nothing. */
export function crossFieldFaults(config: PartialConfig): string[] {
  return [
    ...monitorFaults(config),
    ...scalerFaults(config),
    ...natsFaults(config.backends?.nats),
    ...pluginFaults(config.backends ?? {}),
    ...signalFaults(config),
    ...nameFaults(config),
    ...streamFaults(config),
  ];
}

function monitorFaults({ monitor }: PartialConfig): string[] {
  if (monitor === undefined) return [];
  const faults = httpFaults('monitor', monitor);
  if (monitor.profiles === undefined) return faults;
  if (monitor.profiles.address === monitor.address && !monitor.address.endsWith(':0'))
    faults.push(`monitor.profiles.address: ${monitor.address} is the monitor's own: choose another port`);
  return [...faults, ...httpFaults('monitor.profiles', monitor.profiles)];
}

function httpFaults(
  section: string,
  server: { readonly address: string; readonly tokenFile?: string | undefined },
): string[] {
  const { address, tokenFile } = server;
  if (!isListenable(address))
    return [`${section}.address: ${JSON.stringify(address)} is not host:port, for example 127.0.0.1:9090`];
  if (tokenFile !== undefined || !addressRequiresToken(address)) return [];
  return [
    `${section}.tokenFile is missing: ${address} can be reached from other machines; set it, or listen on 127.0.0.1`,
  ];
}

function scalerFaults({ externalScaler }: PartialConfig): string[] {
  if (externalScaler === undefined) return [];
  const { address, tls, allowPlaintext } = externalScaler;
  if (!isListenable(address))
    return [`externalScaler.address: ${JSON.stringify(address)} is not host:port, for example 127.0.0.1:6000`];
  if (tls !== undefined || allowPlaintext || !addressRequiresToken(address)) return [];
  return [
    `externalScaler.tls is missing: ${address} can be reached from other machines; set it, or allowPlaintext: true`,
  ];
}

function sourceFaults(source: SourceConfig, at: string): string[] {
  if (source.kind !== 'application-lag' || source.leaseTable === undefined || source.streamName !== undefined)
    return [];
  return [`${at}.source.streamName is missing: leaseTable needs the stream whose lag is meant`];
}

function signalFaults({ signals = [], backends, emitters }: PartialConfig): string[] {
  return signals.flatMap((signal, index) => {
    if (signal === undefined) return [];
    const at = `signals.${index}`;
    const faults = [];
    const backend = backendOf(signal.source);
    if (backend !== 'aws' && backends !== undefined && backends[backend] === undefined) {
      faults.push(`backends.${backend} is missing: ${at}.source.kind ${signal.source.kind} needs it`);
    }
    if (signal.emitters.includes('cloudwatch') && emitters !== undefined && emitters.cloudwatch === undefined) {
      faults.push(`emitters.cloudwatch is missing: ${at}.emitters names it`);
    }
    return [...faults, ...sourceFaults(signal.source, at), ...scaleFaults(signal, at)];
  });
}

function scaleFaults({ scale, emitters, source, perWorker }: SignalConfig, at: string): string[] {
  if (scale === undefined) return [];
  const faults = [];
  if (scale.ecs !== undefined && !emitters.includes('cloudwatch')) {
    faults.push(`${at}.scale.ecs needs cloudwatch in ${at}.emitters: ECS scales on a CloudWatch metric`);
  }
  if (scale.minWorkers > scale.maxWorkers) {
    faults.push(`${at}.scale.minWorkers ${scale.minWorkers} is above maxWorkers ${scale.maxWorkers}`);
  }
  if (isLag(source) && scale.minWorkers === 0) {
    faults.push(
      `${at}.scale.minWorkers must be 1 or more: without a running consumer nobody publishes a lag, and nothing would start the first`,
    );
  }
  if (scale.kubernetes === undefined) return faults;
  if (source.kind === 'application-lag' && source.leaseTable !== undefined)
    faults.push(
      `${at}.source.leaseTable cannot go with scale.kubernetes: the external scaler has no lag of one stream of several`,
    );
  if (source.kind === 'kcl-leases')
    faults.push(`${at}.scale.kubernetes: the external scaler has no entity for kcl-leases`);
  if (source.kind === 'application-lag' && source.streamName === undefined) {
    faults.push(`${at}.source.streamName is missing: the external scaler's stream entity needs it`);
  }
  if (perWorker !== undefined)
    faults.push(`${at}.perWorker cannot go with scale.kubernetes: the HPA divides by the replicas itself`);
  return faults;
}

/** Whether a source gives a lag, which workers do not share, or a count, which they share. */
export function isLag({ kind }: SourceConfig): boolean {
  return kind === 'iterator-age' || kind === 'application-lag';
}

/** Two signals whose names become the same Prometheus metric would overwrite each other, or a metric of `serve`. */
function nameFaults({ signals = [] }: PartialConfig): string[] {
  const seen = new Map<string, string>();
  const ownNames = ownMetricNames();
  return signals.flatMap((signal, index) => {
    if (signal === undefined) return [];
    const { name } = signal;
    const metric = toMetricName(name);
    const other = seen.get(metric);
    seen.set(metric, name);
    if (ownNames.has(metric))
      return [
        `signals.${index}.name: ${JSON.stringify(name)} would be the metric ${metric}, which is serve's own: choose another name`,
      ];
    return other === undefined
      ? []
      : [`signals.${index}.name: ${JSON.stringify(name)} is the same metric as ${JSON.stringify(other)} (${metric})`];
  });
}

function streamFaults({ streams = [] }: PartialConfig): string[] {
  const seen = new Set<string>();
  return streams.flatMap((stream, index) => {
    if (stream === undefined) return [];
    const { streamName, applicationName = '' } = stream;
    const key = JSON.stringify([streamName, applicationName]);
    if (seen.has(key)) return [`streams.${index}: ${streamName} ${applicationName} is listed twice`];
    seen.add(key);
    return [];
  });
}

/** Checked only for a configuration that was read whole: its purpose may be in a part that could not be read. */
export function purposeFaults({ signals, externalScaler, streams }: ServeConfig): string[] {
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
