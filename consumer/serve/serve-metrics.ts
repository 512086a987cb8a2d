/** All metrics of `serve`, over one registry. */
import { Registry } from 'prom-client';
import { isKnown, type QueueDepth, type Sample } from '../decision/sample.ts';
import type { CacheObserver } from '../external-scaler/answers.ts';
import { type MissReason, missReasons } from '../external-scaler/tracker.ts';
import { type AdviceObserver, createAdviceObserver } from '../monitor/advice-observer.ts';
import { createDecisionObserver, type DecisionObserver } from '../monitor/decision-observer.ts';
import { createDepthObserver } from '../monitor/depth-observer.ts';
import { type CountHandle, HotCounter } from '../monitor/hot-counter.ts';
import { createMemberObserver, type MemberObserver } from '../monitor/member-observer.ts';
import { type Mode, showMode } from '../monitor/mode-gauge.ts';
import { createQueueObserver } from '../monitor/queue-observer.ts';
import { showBuildInfo } from '../monitor/registry.ts';
import { RequestMetrics } from '../monitor/request-observer.ts';
import { createSignalObserver, type SignalObserver } from './signal-observer.ts';

export interface ServeMetrics {
  readonly requests: RequestMetrics;
  readonly cache: CacheObserver;
  readonly signals: SignalObserver;
  readonly depths: QueueDepths;
  readonly pluginGroups: PluginGroups;
  readonly members: MemberObserver;
  readonly decisions: DecisionObserver;
  readonly advice: AdviceObserver;
}

export interface QueueDepths {
  readonly note: (queue: string, sample: Sample) => void;
}

export function createServeMetrics(mode: Mode, registry: Registry | undefined): ServeMetrics {
  showMode(mode, registry);
  showBuildInfo(registry);
  return {
    requests: new RequestMetrics(registry),
    cache: createCacheObserver(registry),
    signals: createSignalObserver(registry),
    depths: createQueueDepths(registry),
    pluginGroups: createPluginGroups(registry),
    members: createMemberObserver(registry),
    decisions: createDecisionObserver(registry),
    advice: createAdviceObserver(registry),
  };
}

/**
 * The metrics that are there whatever the configuration says: no signal may be named so that it becomes one of them.
 */
export function ownMetricNames(): ReadonlySet<string> {
  const registry = new Registry();
  createServeMetrics('dry_run', registry);
  return new Set(registry.getMetricsAsArray().map(({ name }) => name));
}

/** Every answer from memory: a hit, or why there was none. Handles are resolved once. */
export function createCacheObserver(registry: Registry | undefined): CacheObserver {
  const answers = new HotCounter(
    {
      name: 'kinesis_autoscaler_cache_answers_total',
      help: 'Answers of the external scaler from memory: hit, or why there was none.',
      labelNames: ['outcome'],
    },
    registry,
  );
  const hits = answers.handle({ outcome: 'hit' });
  const misses = new Map<MissReason, CountHandle>(
    missReasons.map((reason) => [reason, answers.handle({ outcome: reason })]),
  );
  return { hit: () => hits.add(), miss: (reason) => misses.get(reason)?.add() };
}

export interface PluginGroups {
  readonly note: (pluginName: string, groupCount: number) => void;
}

/** A plugin without a group and one without lag both have a backlog of 0: this tells them apart. */
function createPluginGroups(registry: Registry | undefined): PluginGroups {
  const observer = createDepthObserver(
    { name: 'kinesis_autoscaler_plugin_groups', help: 'Consumer groups of a plugin.', labelName: 'plugin' },
    registry,
  );
  const groups = new Map<string, number>();
  return {
    note: (pluginName, groupCount) => observer.observe({ kind: 'found', depths: groups.set(pluginName, groupCount) }),
  };
}

/** Depths come one queue at a time; an unknown one leaves its gauges as they are. */
function createQueueDepths(registry: Registry | undefined): QueueDepths {
  const total = createDepthObserver(
    { name: 'kinesis_autoscaler_queue_depth', help: 'Messages waiting or in work.', labelName: 'queue' },
    registry,
  );
  const byState = createQueueObserver(registry);
  const depths = new Map<string, number>();
  const queues = new Map<string, QueueDepth>();
  return {
    note: (name, sample) => {
      if (!isKnown(sample)) return;
      total.observe({ kind: 'found', depths: depths.set(name, sample.value) });
      if (sample.queue !== undefined) byState.observe({ kind: 'found', queues: queues.set(name, sample.queue) });
    },
  };
}
