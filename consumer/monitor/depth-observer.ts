/** Shows named depths (queues, streams, workers) as one gauge with a bounded number of series. */
import { Gauge, type Registry } from 'prom-client';
import { DepthGauges, type DepthLookup } from '../decision/depth-gauges.ts';
import { defaultLabelLimit } from '../decision/label-budget.ts';

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
}

/** Without a registry, observations are taken and nothing is shown. */
export function createDepthObserver(definition: DepthGaugeDefinition, registry: Registry | undefined): DepthObserver {
  const { name, help, labelName, limit = defaultLabelLimit } = definition;
  if (registry === undefined) return { observe: () => {} };
  const gauge = new Gauge({ name, help, labelNames: [labelName], registers: [registry] });
  const depths = new DepthGauges(limit);
  return {
    observe: (lookup) => {
      const { set, removed } = depths.observe(lookup);
      for (const label of removed) gauge.remove(label);
      for (const [label, depth] of set) gauge.set({ [labelName]: label }, depth);
    },
  };
}
