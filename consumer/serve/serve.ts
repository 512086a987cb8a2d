/**
 * The long-running command: signals to emitters, the external scaler, joint decisions and the monitor, in one process.
 * Nothing in here decides; this file is the composition root.
 */
import { Registry } from 'prom-client';
import { systemClock } from '../clock.ts';
import { entitySignal } from '../external-scaler/entity-signals.ts';
import { rpcNames } from '../external-scaler/rpc-handlers.ts';
import { type ExternalScaler, startExternalScaler } from '../external-scaler/server.ts';
import { startTracker, type Tracker } from '../external-scaler/tracker.ts';
import { AwsInstrumentation } from '../monitor/aws-instrumentation.ts';
import { type Monitor, startMonitor } from '../monitor/server.ts';
import { messageOf } from '../timeout.ts';
import { awsOperations, openBackends } from './backends.ts';
import { startLoops } from './loops.ts';
import type { Parts, ServeOptions } from './parts.ts';
import { createServeMetrics } from './serve-metrics.ts';
import { ServeReport } from './serve-report.ts';

export interface Serving {
  readonly monitorUrl: string;
  readonly scalerAddress?: string;
  readonly stopped: Promise<void>;
}

/** Starts what the configuration names. Rejects when a server cannot listen; nothing is then left running. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { config, secrets, log, clock = systemClock } = options;
  const registry = new Registry();
  const stopping = new AbortController();
  const metrics = createServeMetrics(config.mode, registry);
  const instrumentation = new AwsInstrumentation(metrics.requests.component('aws', awsOperations));
  const backends = openBackends(config, secrets, instrumentation, log);
  const report = new ServeReport(config.mode);
  const parts: Parts = {
    options,
    clock,
    registry,
    metrics,
    backends,
    instrumentation,
    report,
    abortSignal: stopping.signal,
  };

  const servers: { readonly close: () => Promise<void> }[] = [backends];
  try {
    const monitor = await openMonitor(parts);
    servers.unshift(monitor);
    const tracker = createTracker(parts);
    const scaler = await openScaler(parts, tracker);
    if (scaler !== undefined) servers.unshift(scaler);
    const loops = Promise.all([startLoops(parts), tracker?.ended]);
    const address = scaler === undefined ? {} : { scalerAddress: scaler.address };
    log('info', 'serving', { mode: config.mode, monitor: monitor.url, ...address, signals: config.signals.length });
    return { monitorUrl: monitor.url, ...address, stopped: stopOnAbort(options, stopping, loops, servers) };
  } catch (error) {
    stopping.abort();
    for (const server of servers) await server.close();
    throw error;
  }
}

/** Loops first, so that nothing publishes any more; then the servers, the monitor last but for the backends. */
async function stopOnAbort(
  options: ServeOptions,
  stopping: AbortController,
  loops: Promise<unknown>,
  servers: readonly { close: () => Promise<void> }[],
): Promise<void> {
  if (!options.abortSignal.aborted)
    await new Promise((resolve) => options.abortSignal.addEventListener('abort', resolve, { once: true }));
  options.log('info', 'stopping');
  stopping.abort();
  await loops;
  for (const server of servers) await server.close();
  options.log('info', 'stopped');
}

function openMonitor({ options, registry, report, abortSignal, clock }: Parts): Promise<Monitor> {
  const { address } = options.config.monitor;
  const token = options.secrets.monitorToken === undefined ? {} : { token: options.secrets.monitorToken };
  return startMonitor({
    address,
    ...token,
    registry,
    clock,
    isHealthy: () => !abortSignal.aborted,
    report: () => report.toJSON(),
  });
}

function createTracker({ options, backends, clock, abortSignal }: Parts): Tracker | undefined {
  const { externalScaler, backends: configured } = options.config;
  if (externalScaler === undefined) return undefined;
  const groupPrefix = configured.burrow?.groupPrefix;
  const entityBackends = { ...backends, nowMs: clock.nowMs, ...(groupPrefix === undefined ? {} : { groupPrefix }) };
  return startTracker({
    signalOf: (entity) => entitySignal(entity, entityBackends),
    pollEveryMs: externalScaler.pollSeconds * 1000,
    abortSignal,
    clock,
    onError: (entity, error) =>
      options.log('warn', 'an entity could not be sampled', { entity, error: messageOf(error) }),
  });
}

async function openScaler(parts: Parts, tracker: Tracker | undefined): Promise<ExternalScaler | undefined> {
  const { options, metrics, clock } = parts;
  const { externalScaler, mode } = options.config;
  if (externalScaler === undefined || tracker === undefined) return undefined;
  if (mode === 'dry_run') {
    options.log('warn', 'dry run: the external scaler does not listen; set mode: enforce');
    return undefined;
  }
  const { address, allowPlaintext } = externalScaler;
  const tls = options.secrets.scalerTls === undefined ? {} : { tls: options.secrets.scalerTls };
  const requests = metrics.requests.component('grpc', rpcNames);
  return startExternalScaler({ address, tracker, allowPlaintext, ...tls, requests, cache: metrics.cache, clock });
}
