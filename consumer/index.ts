/** The consumer side as a library. Everything that is meant to be imported is exported here, and only here. */

export { systemClock } from './clock.ts';
export {
  type CommittedOffset,
  type GroupProgress,
  groupProgress,
  maxBacklog,
  type PartitionProgress,
  weighBacklog,
} from './decision/backlog.ts';
export { CounterMirror, type MirrorStep } from './decision/counter-mirror.ts';
export { DepthGauges, type DepthLookup, type GaugeChanges } from './decision/depth-gauges.ts';
export {
  type AdviceKind,
  adviceKinds,
  adviseJointly,
  type JointAdvice,
  type JointEvidence,
  type JointFacts,
  type JointSettings,
  jointDefaults,
  type ShardEvidence,
  scaleDownHurtsAny,
} from './decision/joint-decision.ts';
export { invalidLabel, LabelBudget, otherLabel, toLabel } from './decision/label-budget.ts';
export {
  type Dimensions,
  isKnown,
  type KnownSample,
  knownSample,
  type QueueDepth,
  type Sample,
  type SampleQuality,
  type SampleUnit,
  type Signal,
  sampleUnits,
  type UnknownSample,
  unknownSample,
} from './decision/sample.ts';
export {
  type CountReader,
  eta,
  eventsPerSecond,
  max,
  maxEtaSeconds,
  perWorker,
  sum,
  windowedRate,
} from './decision/signal-math.ts';
export {
  capByShards,
  type RatePolicySettings,
  ratePolicy,
  ratePolicyDefaults,
  type WorkerDecision,
  type WorkerPolicy,
  type WorkerReason,
  type WorkerState,
  type WorkSamples,
} from './decision/worker-policy.ts';
export { type CloudWatchEmitterOptions, createCloudWatchEmitter } from './emitters/cloudwatch.ts';
export { createEveryEmitter } from './emitters/every.ts';
export { createNoneEmitter } from './emitters/none.ts';
export { createPrometheusEmitter, type PrometheusEmitterOptions } from './emitters/prometheus.ts';
export { type EntityBackends, entitySignal } from './external-scaler/entity-signals.ts';
export { type Entity, type MetadataResult, readMetadata, type ScalerRequest } from './external-scaler/metadata.ts';
export { type PluginOptions, pluginBacklog } from './external-scaler/plugin-backlog.ts';
export { filePrefixes, type PluginPrefixes } from './external-scaler/plugin-prefixes.ts';
export {
  type ExternalScaler,
  type ExternalScalerOptions,
  ScalerRefusedError,
  type ScalerTls,
  startExternalScaler,
} from './external-scaler/server.ts';
export { startTracker, type TrackedValue, type Tracker, type TrackerOptions } from './external-scaler/tracker.ts';
export { addressRequiresToken } from './monitor/address.ts';
export { type AdviceObserver, createAdviceObserver } from './monitor/advice-observer.ts';
export { AwsInstrumentation, awsOutcome } from './monitor/aws-instrumentation.ts';
export { createBearerCheck } from './monitor/bearer.ts';
export {
  type CounterPollerOptions,
  type CounterReading,
  type CounterSource,
  pollCounters,
} from './monitor/counter-poller.ts';
export { createDecisionObserver, type DecisionObserver, type DecisionReport } from './monitor/decision-observer.ts';
export { createDepthObserver, type DepthObserver, type DepthSource } from './monitor/depth-observer.ts';
export { type CountHandle, HotCounter } from './monitor/hot-counter.ts';
export { type Monitor, MonitorRefusedError } from './monitor/http-server.ts';
export { createMemberObserver, type MemberObserver, type MemberSource } from './monitor/member-observer.ts';
export { type Mode, showMode } from './monitor/mode-gauge.ts';
export type { MonitorOptions, ProfileServerOptions } from './monitor/options.ts';
export { createPartitionObserver, type PartitionAction, type PartitionObserver } from './monitor/partition-observer.ts';
export type { PollOptions } from './monitor/poll.ts';
export { type Profiles, startProfiles } from './monitor/pprof.ts';
export {
  createQueueObserver,
  type QueueLookup,
  type QueueObserver,
  type QueueSource,
} from './monitor/queue-observer.ts';
export { createRegistry, showBuildInfo } from './monitor/registry.ts';
export {
  type EndRequest,
  type RequestHandle,
  RequestMetrics,
  type RequestObserver,
  type RequestOutcome,
} from './monitor/request-observer.ts';
export { startMonitor, startProfileServer } from './monitor/server.ts';
export type { Clock, EmittedMetric, Emitter, Log, Provisioner } from './ports.ts';
export {
  type JetStreamWorker,
  type JetStreamWorkersOptions,
  jetStreamWork,
  jetStreamWorkers,
  prepareWorkQueue,
  type WorkQueue,
} from './provisioner/jetstream-workers.ts';
export { runWorkers, type WorkerLoopOptions, type WorkerRound, type WorkReading } from './provisioner/worker-loop.ts';
export { type ConfigResult, readServeConfig } from './serve/config.ts';
export type { ServeConfig } from './serve/config-schema.ts';
export { renderManifests } from './serve/manifests.ts';
export type { ServeOptions } from './serve/parts.ts';
export { type Serving, serve } from './serve/serve.ts';
export { run, type SignalLoopOptions } from './signal-loop.ts';
export { applicationLag, readShardLags, streamLag } from './signals/application-lag.ts';
export {
  type Burrow,
  BurrowError,
  type BurrowOptions,
  burrowLag,
  createBurrow,
  type GroupAnswer,
  type UnseenPartitions,
} from './signals/burrow.ts';
export type { MetricReadOptions } from './signals/cloudwatch-metric.ts';
export { iteratorAge } from './signals/iterator-age.ts';
export { type JetStreamConsumer, jetStreamPending } from './signals/jetstream-pending.ts';
export { kclLeases, type LeaseCount } from './signals/kcl-leases.ts';
export {
  createLeaseReader,
  type Lease,
  type LeaseReaderOptions,
  type LeaseTable,
  leasesOfStream,
  readLeaseTable,
  unreadLeases,
} from './signals/lease-table.ts';
export { SignalError } from './signals/named-signal.ts';
export { openShards } from './signals/open-shards.ts';
export { sqsDepth } from './signals/sqs-depth.ts';
