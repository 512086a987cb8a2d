/**
 * The long-running command: signals to emitters, the external scaler, joint decisions and the monitor, in one process.
 * Nothing in here decides; this file is the composition root.
 */
import { Registry } from 'prom-client';
import { systemClock } from '../clock.ts';
import { knownSample } from '../core/sample.ts';
import { createCloudWatchEmitter } from '../emitters/cloudwatch.ts';
import { createEveryEmitter } from '../emitters/every.ts';
import { createPrometheusEmitter } from '../emitters/prometheus.ts';
import { entitySignal } from '../external-scaler/entity-signals.ts';
import { type ExternalScaler, RPC_NAMES, startExternalScaler } from '../external-scaler/server.ts';
import { startTracker, type Tracker } from '../external-scaler/tracker.ts';
import { AwsInstrumentation } from '../monitor/aws-instrumentation.ts';
import { pollCounters } from '../monitor/counter-poller.ts';
import { type Monitor, startMonitor } from '../monitor/server.ts';
import type { Clock, Emitter, Log } from '../ports.ts';
import { run } from '../signal-loop.ts';
import { AWS_OPERATIONS, type Backends, openBackends } from './backends.ts';
import type { JointStreamConfig, ServeConfig, SignalConfig } from './config.ts';
import { createJointRound } from './joint-round.ts';
import type { Secrets } from './secrets.ts';
import { createServeMetrics, type ServeMetrics } from './serve-metrics.ts';
import { ServeReport } from './serve-report.ts';
import { createSignal } from './signal-source.ts';

export type ServeOptions = {
  readonly config: ServeConfig;
  readonly secrets: Secrets;
  /** Stops everything, in order; the promise of `stopped` then resolves. */
  readonly abortSignal: AbortSignal;
  readonly log: Log;
  readonly clock?: Clock;
};

export type Serving = { readonly monitorUrl: string; readonly scalerAddress?: string; readonly stopped: Promise<void> };

/** Starts what the configuration names. Rejects when a server cannot listen; nothing is then left running. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { config, secrets, log, clock = systemClock } = options;
  const registry = new Registry();
  const stopping = new AbortController();
  const metrics = createServeMetrics(config.mode, registry);
  const instrumentation = new AwsInstrumentation(metrics.requests.component('aws', AWS_OPERATIONS));
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
    const loops = startLoops(parts, tracker);
    const address = scaler === undefined ? {} : { scalerAddress: scaler.address };
    log('info', 'serving', { mode: config.mode, monitor: monitor.url, ...address, signals: config.signals.length });
    return { monitorUrl: monitor.url, ...address, stopped: stopOnAbort(options, stopping, loops, servers) };
  } catch (error) {
    stopping.abort();
    for (const server of servers) await server.close();
    throw error;
  }
}

type Parts = {
  readonly options: ServeOptions;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly metrics: ServeMetrics;
  readonly backends: Backends;
  readonly instrumentation: AwsInstrumentation;
  readonly report: ServeReport;
  readonly abortSignal: AbortSignal;
};

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
  const entityBackends = { ...backends, now: clock.now, ...(groupPrefix === undefined ? {} : { groupPrefix }) };
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
  const requests = metrics.requests.component('grpc', RPC_NAMES);
  return startExternalScaler({ address, tracker, allowPlaintext, ...tls, requests, cache: metrics.cache, clock });
}

function startLoops(parts: Parts, tracker: Tracker | undefined): Promise<unknown> {
  const { config } = parts.options;
  const emitters = createEmitters(parts);
  return Promise.all([
    tracker?.ended,
    ...config.signals.map((signal) => runSignal(signal, emitters, parts)),
    ...config.streams.map((stream) => runJoint(stream, emitters.cloudwatch, parts)),
    pollConflicts(parts),
  ]);
}

type Emitters = { readonly prometheus: Emitter; readonly cloudwatch?: Emitter };

/** A dry run has no CloudWatch emitter: what platforms act on is not published. */
function createEmitters({ options, backends, registry, clock }: Parts): Emitters {
  const { mode, emitters } = options.config;
  const prometheus = createPrometheusEmitter({ registry, clock });
  if (mode === 'dry_run' || emitters.cloudwatch === undefined) return { prometheus };
  return { prometheus, cloudwatch: createCloudWatchEmitter({ client: backends.cloudwatch, ...emitters.cloudwatch }) };
}

function runSignal(
  signal: SignalConfig,
  emitters: Emitters,
  { options, backends, metrics, report, clock, abortSignal }: Parts,
): Promise<void> {
  const { name } = signal;
  const wanted = signal.emitters.map((each) => emitters[each]).filter((emitter) => emitter !== undefined);
  return run({
    name,
    periodMs: signal.periodSeconds * 1000,
    signal: createSignal(signal, backends, clock.now),
    emitter: createEveryEmitter(wanted),
    abortSignal,
    clock,
    onSample: (sample) => {
      report.noteSample(name, sample);
      metrics.signals.sampled(name, sample.quality);
      if (isQueue(signal)) metrics.depths.note(name, sample);
    },
    onSignalError: (error) => {
      report.noteFailure(name, messageOf(error));
      metrics.signals.failed(name, 'signal');
      options.log('warn', 'a signal could not be sampled', { signal: name, error: messageOf(error) });
    },
    onEmitError: (error) => {
      metrics.signals.failed(name, 'emit');
      options.log('warn', 'a sample could not be published', { signal: name, error: messageOf(error) });
    },
  });
}

function isQueue({ source }: SignalConfig): boolean {
  return source.kind === 'sqs' || source.kind === 'jetstream' || source.kind === 'burrow';
}

/** The joint decision rides on the same loop as a signal: its sample is whether a scale-down would hurt, as 0 or 1. */
function runJoint(stream: JointStreamConfig, cloudwatch: Emitter | undefined, parts: Parts): Promise<void> {
  const { options, backends, instrumentation, clock, abortSignal } = parts;
  const { streamName } = stream;
  const onError = (fact: string, error: unknown): void =>
    options.log('warn', 'a fact of a joint decision is unknown', { stream: streamName, fact, error: messageOf(error) });
  const decide = createJointRound(stream, { ...backends, now: clock.now, onError });
  const dimensions = {
    StreamName: streamName,
    ...(stream.applicationName === undefined ? {} : { Application: stream.applicationName }),
  };
  return run({
    name: 'ScaleDownHurts',
    periodMs: stream.everySeconds * 1000,
    signal: async (signal) => {
      const startedAt = clock.now();
      const { result, tally } = await instrumentation.tally(() => decide(signal));
      noteAdvice(parts, stream, result, { durationMs: clock.now() - startedAt, ...tally });
      return knownSample(result.advice.scaleDownHurts ? 1 : 0, clock.now(), { dimensions });
    },
    emitter: createEveryEmitter(cloudwatch === undefined ? [] : [cloudwatch]),
    abortSignal,
    clock,
    onSignalError: (error) =>
      options.log('warn', 'a joint decision could not be made', { stream: streamName, error: messageOf(error) }),
    onEmitError: (error) =>
      options.log('warn', 'a joint decision could not be published', { stream: streamName, error: messageOf(error) }),
  });
}

type Round = Awaited<ReturnType<ReturnType<typeof createJointRound>>>;

function noteAdvice(
  { metrics, report }: Parts,
  stream: JointStreamConfig,
  { advice, leases }: Round,
  cost: { durationMs: number; calls: number; retries: number },
): void {
  const application = stream.applicationName ?? 'any';
  metrics.advice.observe(stream.streamName, application, advice);
  metrics.members.observe(application, leases);
  metrics.decisions.observe({ kind: advice.advice, ...cost });
  report.noteAdvice(stream.streamName, application, advice);
}

function pollConflicts({ instrumentation, registry, abortSignal, clock }: Parts): Promise<void> {
  return pollCounters({
    name: 'kinesis_autoscaler_aws_conflicts_total',
    help: 'AWS calls refused for a conflict or a limit, by kind, call and stream.',
    labelNames: ['kind', 'call', 'stream'],
    budgetedLabel: 'stream',
    registry,
    sources: [() => instrumentation.conflicts()],
    abortSignal,
    clock,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
