/** Shows named depths (queues, streams, workers) as one gauge with a bounded number of series. */
import { Gauge, type Registry } from 'prom-client';
import { DepthGauges, type DepthLookup } from '../decision/depth-gauges.ts';
import { defaultLabelLimit } from '../decision/label-budget.ts';
import { messageOf } from '../timeout.ts';
import { oncePerRegistry } from './once-per-registry.ts';
import { type PollOptions, pollEvery } from './poll.ts';

export interface DepthGaugeDefinition {
  readonly name: string;
  readonly help: string;
  /** The label that bears the name of what has the depth. */
  readonly labelName: string;
  /** Names with a series of their own. Default 512; all others are summed in `_other`. */
  readonly limit?: number;
}

export interface DepthObserver {
  readonly observe: (lookup: DepthLookup) => void;
  /** Observes the source at once and at an interval, until aborted. Without a source there is nothing to do. */
  readonly start: (source: DepthSource | undefined, options: PollOptions) => Promise<void>;
}

/** Looks the depths up. A rejection counts as a failed look-up. */
export type DepthSource = (abortSignal: AbortSignal) => Promise<DepthLookup>;

/** Without a registry, observations are taken and nothing is shown. A second one of this name is the first one. */
export function createDepthObserver(definition: DepthGaugeDefinition, registry: Registry | undefined): DepthObserver {
  const observe =
    registry === undefined
      ? () => {}
      : oncePerRegistry(registry, definition.name, () => createObserve(definition, registry));
  return {
    observe,
    start: async (source, options) => {
      if (source === undefined || registry === undefined) return;
      await pollEvery(async (abortSignal) => observe(await lookUp(source, abortSignal)), options);
    },
  };
}

function createObserve(definition: DepthGaugeDefinition, registry: Registry): (lookup: DepthLookup) => void {
  const { name, help, labelName, limit = defaultLabelLimit } = definition;
  const gauge = new Gauge({ name, help, labelNames: [labelName], registers: [registry] });
  const depths = new DepthGauges(limit);
  return (lookup) => {
    const { set, removed } = depths.observe(lookup);
    for (const label of removed) gauge.remove({ [labelName]: label });
    for (const [label, depth] of set) gauge.set({ [labelName]: label }, depth);
  };
}

async function lookUp(source: DepthSource, abortSignal: AbortSignal): Promise<DepthLookup> {
  try {
    return await source(abortSignal);
  } catch (error) {
    return { kind: 'failed', because: messageOf(error) };
  }
}
