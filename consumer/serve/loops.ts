/** The loops of `serve`: one for each signal and each stream, and the poller of counters. */
import { streamDimension } from '../../core/alarm/alarm-definition.ts';
import { scaleDownHurtsMetric } from '../../core/own-metrics.ts';
import { knownSample } from '../decision/sample.ts';
import { createCloudWatchEmitter } from '../emitters/cloudwatch.ts';
import { createEveryEmitter } from '../emitters/every.ts';
import { createPrometheusEmitter } from '../emitters/prometheus.ts';
import { pollCounters } from '../monitor/counter-poller.ts';
import type { Emitter } from '../ports.ts';
import { run } from '../signal-loop.ts';
import { messageOf } from '../timeout.ts';
import type { JointStreamConfig, SignalConfig } from './config-schema.ts';
import { createJointRound } from './joint-round.ts';
import type { Parts } from './parts.ts';
import { signalPart, streamPart } from './readiness.ts';
import { createSignal } from './signal-source.ts';

/** Resolves when all of them have ended, which they do with `parts.abortSignal`. */
export function startLoops(parts: Parts): Promise<unknown> {
  const { config } = parts.options;
  const emitters = createEmitters(parts);
  return Promise.all([
    ...config.signals.map((signal) => runSignal(signal, emitters, parts)),
    ...config.streams.map((stream) => runJoint(stream, emitters.cloudwatch, parts)),
    pollConflicts(parts),
  ]);
}

interface Emitters {
  readonly prometheus: Emitter;
  readonly cloudwatch?: Emitter;
}

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
  { options, backends, metrics, report, readiness, clock, abortSignal }: Parts,
): Promise<void> {
  const { name } = signal;
  const wanted = signal.emitters.map((each) => emitters[each]).filter((emitter) => emitter !== undefined);
  return run({
    name,
    periodMs: signal.periodSeconds * 1000,
    signal: createSignal(signal, backends, clock.nowMs),
    emitter: createEveryEmitter(wanted),
    abortSignal,
    clock,
    onSample: (sample) => {
      report.noteSample(name, sample);
      metrics.signals.sampled(name, sample, clock.nowMs());
      readiness.noteTried(signalPart(signal));
      if (isQueue(signal)) metrics.depths.note(name, sample);
    },
    onSignalError: (error) => {
      report.noteFailure(name, messageOf(error));
      metrics.signals.failed(name, 'signal', error);
      readiness.noteTried(signalPart(signal));
      options.log('warn', 'a signal could not be sampled', { signal: name, error: messageOf(error) });
    },
    onEmitError: (error) => {
      metrics.signals.failed(name, 'emit', error);
      options.log('warn', 'a sample could not be published', { signal: name, error: messageOf(error) });
    },
  });
}

function isQueue({ source }: SignalConfig): boolean {
  return source.kind === 'sqs' || source.kind === 'jetstream' || source.kind === 'burrow';
}

/** The joint decision rides on the same loop as a signal: its sample is whether a scale-down would hurt, as 0 or 1. */
function runJoint(stream: JointStreamConfig, cloudwatch: Emitter | undefined, parts: Parts): Promise<void> {
  const { options, backends, instrumentation, readiness, clock, abortSignal } = parts;
  const { streamName } = stream;
  const onError = (fact: string, error: unknown): void =>
    options.log('warn', 'a fact of a joint decision is unknown', { stream: streamName, fact, error: messageOf(error) });
  const decide = createJointRound(stream, { ...backends, nowMs: clock.nowMs, onError });
  // The dimension is the stream alone: the shard side does not know the applications and asks for their maximum.
  const dimensions = { [streamDimension]: streamName };
  return run({
    name: scaleDownHurtsMetric,
    periodMs: stream.everySeconds * 1000,
    signal: async (signal) => {
      const startedAtMs = clock.nowMs();
      const { result, tally } = await instrumentation.tally(() => decide(signal));
      noteAdvice(parts, stream, result, { durationMs: clock.nowMs() - startedAtMs, ...tally });
      return knownSample(result.advice.scaleDownHurts ? 1 : 0, clock.nowMs(), { dimensions });
    },
    emitter: createEveryEmitter(cloudwatch === undefined ? [] : [cloudwatch]),
    abortSignal,
    clock,
    onSample: () => readiness.noteTried(streamPart(stream)),
    onSignalError: (error) => {
      readiness.noteTried(streamPart(stream));
      options.log('warn', 'a joint decision could not be made', { stream: streamName, error: messageOf(error) });
    },
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
