/** The messages of queues by state: what waits, what is in work, what nobody can see yet. */
import { Gauge, type Registry } from 'prom-client';
import { DepthGauges } from '../decision/depth-gauges.ts';
import type { QueueDepth } from '../decision/sample.ts';
import { messageOf } from '../timeout.ts';
import { oncePerRegistry } from './once-per-registry.ts';
import { type PollOptions, pollEvery } from './poll.ts';

export const queueStates = ['visible', 'not_visible', 'delayed'] as const;
export type QueueState = (typeof queueStates)[number];

/** A look-up that found no queue clears the gauges; a look-up that failed changes nothing. */
export type QueueLookup =
  | { readonly kind: 'found'; readonly queues: ReadonlyMap<string, QueueDepth> }
  | { readonly kind: 'failed'; readonly because: string };

/** Looks the queues up. A rejection counts as a failed look-up. */
export type QueueSource = (abortSignal: AbortSignal) => Promise<QueueLookup>;

export interface QueueObserver {
  readonly observe: (lookup: QueueLookup) => void;
  /** Observes the source at once and at an interval, until aborted. Without a source there is nothing to do. */
  readonly start: (source: QueueSource | undefined, options: PollOptions) => Promise<void>;
}

const metricName = 'kinesis_autoscaler_queue_messages';

/** 512 queues by name, the rest summed in `_other`. A state that a source does not have is absent for its queues. */
export function createQueueObserver(registry: Registry | undefined): QueueObserver {
  const observe =
    registry === undefined ? () => {} : oncePerRegistry(registry, metricName, () => createObserve(registry));
  return {
    observe,
    start: async (source, options) => {
      if (source === undefined || registry === undefined) return;
      await pollEvery(async (abortSignal) => observe(await lookUp(source, abortSignal)), options);
    },
  };
}

function createObserve(registry: Registry): (lookup: QueueLookup) => void {
  const gauge = new Gauge({
    name: metricName,
    help: 'Messages of a queue by state.',
    labelNames: ['queue', 'state'],
    registers: [registry],
  });
  const byState = new Map(queueStates.map((state) => [state, new DepthGauges()]));
  return (lookup) => {
    for (const [state, gauges] of byState) {
      const { set, removed } = gauges.observe(depthsOf(lookup, state));
      for (const queue of removed) gauge.remove({ queue, state });
      for (const [queue, depth] of set) gauge.set({ queue, state }, depth);
    }
  };
}

/** A state that a queue does not tell is no number, so that the queue keeps its place in the label budget. */
function depthsOf(lookup: QueueLookup, state: QueueState): Parameters<DepthGauges['observe']>[0] {
  if (lookup.kind === 'failed') return lookup;
  const depths = [...lookup.queues].map(([queue, depth]) => [queue, countOf(depth, state)] as const);
  return { kind: 'found', depths: new Map(depths) };
}

function countOf({ visible, notVisible, delayed }: QueueDepth, state: QueueState): number {
  switch (state) {
    case 'visible':
      return visible ?? Number.NaN;
    case 'not_visible':
      return notVisible ?? Number.NaN;
    case 'delayed':
      return delayed ?? Number.NaN;
  }
}

async function lookUp(source: QueueSource, abortSignal: AbortSignal): Promise<QueueLookup> {
  try {
    return await source(abortSignal);
  } catch (error) {
    return { kind: 'failed', because: messageOf(error) };
  }
}
