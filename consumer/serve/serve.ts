/**
 * The long-running command: signals to emitters, the external scaler, joint decisions and the monitor, in one process.
 * Nothing in here decides; this file is the composition root.
 */
import { hostname } from 'node:os';
import { systemClock } from '../clock.ts';
import { rpcNames } from '../external-scaler/rpc-handlers.ts';
import { type ExternalScaler, startExternalScaler } from '../external-scaler/server.ts';
import type { Tracker } from '../external-scaler/tracker.ts';
import { AwsInstrumentation } from '../monitor/aws-instrumentation.ts';
import type { Monitor } from '../monitor/http-server.ts';
import { createRegistry } from '../monitor/registry.ts';
import { startMonitor, startProfileServer } from '../monitor/server.ts';
import { awsOperations, openBackends } from './backends.ts';
import { startEntityTracker } from './entity-tracker.ts';
import { startLoops } from './loops.ts';
import type { Parts, ServeOptions } from './parts.ts';
import { Readiness, signalPart, streamPart } from './readiness.ts';
import { createServeMetrics } from './serve-metrics.ts';
import { ServeReport } from './serve-report.ts';

export interface Serving {
  readonly monitorUrl: string;
  readonly scalerAddress?: string;
  readonly profilesUrl?: string;
  readonly stopped: Promise<void>;
}

/**
 * Starts everything that the configuration names. Rejects when a server cannot listen, and then leaves nothing running.
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { config, secrets, log, clock = systemClock } = options;
  const registry = createRegistry(config.monitor.node ?? hostname());
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
    readiness: new Readiness([...config.signals.map(signalPart), ...config.streams.map(streamPart)]),
    abortSignal: stopping.signal,
  };

  const servers: { readonly close: () => Promise<void> }[] = [backends];
  try {
    const monitor = await openMonitor(parts);
    servers.unshift(monitor);
    const profiles = await openProfiles(parts);
    if (profiles !== undefined) servers.unshift(profiles);
    const tracker = startEntityTracker(parts);
    const scaler = await openScaler(parts, tracker);
    if (scaler !== undefined) servers.unshift(scaler);
    const loops = Promise.all([startLoops(parts), tracker?.ended]);
    parts.readiness.noteListening();
    const addresses = {
      ...(scaler === undefined ? {} : { scalerAddress: scaler.address }),
      ...(profiles === undefined ? {} : { profilesUrl: profiles.url }),
    };
    log('info', 'serving', { mode: config.mode, monitor: monitor.url, ...addresses, signals: config.signals.length });
    return { monitorUrl: monitor.url, ...addresses, stopped: stopOnAbort(parts, stopping, loops, servers) };
  } catch (error) {
    stopping.abort();
    for (const server of servers) await server.close();
    throw error;
  }
}

/** Ends the loops first, so that nothing publishes any more, then the servers, and the backends last. */
async function stopOnAbort(
  { options, readiness }: Parts,
  stopping: AbortController,
  loops: Promise<unknown>,
  servers: readonly { close: () => Promise<void> }[],
): Promise<void> {
  if (!options.abortSignal.aborted)
    await new Promise((resolve) => options.abortSignal.addEventListener('abort', resolve, { once: true }));
  options.log('info', 'stopping');
  readiness.noteStopping();
  stopping.abort();
  await loops;
  for (const server of servers) await server.close();
  options.log('info', 'stopped');
}

function openMonitor({ options, registry, report, readiness, abortSignal, clock }: Parts): Promise<Monitor> {
  const { address, profiles } = options.config.monitor;
  const token = options.secrets.monitorToken === undefined ? {} : { token: options.secrets.monitorToken };
  return startMonitor({
    address,
    ...token,
    registry,
    clock,
    isHealthy: () => !abortSignal.aborted,
    isReady: () => readiness.isReady,
    profiles: profiles === undefined,
    report: () => report.toJSON(),
  });
}

async function openProfiles({ options, clock }: Parts): Promise<Monitor | undefined> {
  const { profiles } = options.config.monitor;
  if (profiles === undefined) return undefined;
  const { profilesToken } = options.secrets;
  const token = profilesToken === undefined ? {} : { token: profilesToken };
  return startProfileServer({ address: profiles.address, ...token, clock });
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
