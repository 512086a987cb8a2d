/** All metrics of `serve`, over one registry. */
import type { Registry } from 'prom-client';
import type { DepthLookup } from '../decision/depth-gauges.ts';
import { isKnown, type Sample, type SampleQuality } from '../decision/sample.ts';
import type { CacheObserver } from '../external-scaler/answers.ts';
import { type MissReason, missReasons } from '../external-scaler/tracker.ts';
import { type AdviceObserver, createAdviceObserver } from '../monitor/advice-observer.ts';
import { createDecisionObserver, type DecisionObserver } from '../monitor/decision-observer.ts';
import { createDepthObserver } from '../monitor/depth-observer.ts';
import { type CountHandle, HotCounter } from '../monitor/hot-counter.ts';
import { createMemberObserver, type MemberObserver } from '../monitor/member-observer.ts';
import { type Mode, showMode } from '../monitor/mode-gauge.ts';
import { RequestMetrics } from '../monitor/request-observer.ts';

export interface ServeMetrics {
  readonly requests: RequestMetrics;
  readonly cache: CacheObserver;
  readonly signals: SignalObserver;
  readonly depths: QueueDepths;
  readonly members: MemberObserver;
  readonly decisions: DecisionObserver;
  readonly advice: AdviceObserver;
}

export interface SignalObserver {
  readonly sampled: (signal: string, quality: SampleQuality) => void;
  readonly failed: (signal: string, stage: 'signal' | 'emit') => void;
}

export interface QueueDepths {
  readonly note: (queue: string, sample: Sample) => void;
}

export function createServeMetrics(mode: Mode, registry: Registry | undefined): ServeMetrics {
  showMode(mode, registry);
  return {
    requests: new RequestMetrics(registry),
    cache: createCacheObserver(registry),
    signals: createSignalObserver(registry),
    depths: createQueueDepths(registry),
    members: createMemberObserver(registry),
    decisions: createDecisionObserver(registry),
    advice: createAdviceObserver(registry),
  };
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

function createSignalObserver(registry: Registry | undefined): SignalObserver {
  const ticks = new HotCounter(
    {
      name: 'kinesis_autoscaler_signal_ticks_total',
      help: 'Ticks of a signal by outcome.',
      labelNames: ['signal', 'outcome'],
    },
    registry,
  );
  // The names come from the configuration, so there are as many as it lists.
  const handles = new Map<string, CountHandle>();
  const count = (signal: string, outcome: string): void => {
    const key = JSON.stringify([signal, outcome]);
    let handle = handles.get(key);
    if (handle === undefined) {
      handle = ticks.handle({ signal, outcome });
      handles.set(key, handle);
    }
    handle.add();
  };
  return {
    sampled: (signal, quality) => count(signal, quality),
    failed: (signal, stage) => count(signal, `${stage}_error`),
  };
}

/** Depths come one queue at a time; an unknown one leaves its gauge as it is. */
function createQueueDepths(registry: Registry | undefined): QueueDepths {
  const observer = createDepthObserver(
    { name: 'kinesis_autoscaler_queue_depth', help: 'Messages waiting or in work.', labelName: 'queue' },
    registry,
  );
  const depths = new Map<string, number>();
  return {
    note: (queue, sample) => {
      const lookup: DepthLookup = isKnown(sample)
        ? { kind: 'found', depths: depths.set(queue, sample.value) }
        : { kind: 'failed', because: sample.because };
      observer.observe(lookup);
    },
  };
}
