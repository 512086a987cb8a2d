/** The registry of one process: every series bears the name of the node that it comes from. */
import { Gauge, Registry } from 'prom-client';
import { toLabel } from '../decision/label-budget.ts';
import packageJson from '../package.json' with { type: 'json' };
import { oncePerRegistry } from './once-per-registry.ts';

/** A registry whose series all bear the constant label `node`. */
export function createRegistry(node: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ node: toLabel(node) });
  return registry;
}

/** Which build runs: always 1, the labels tell. */
export function showBuildInfo(registry: Registry | undefined): void {
  if (registry === undefined) return;
  const name = 'kinesis_autoscaler_build_info';
  const gauge = oncePerRegistry(registry, name, () => {
    const labelNames = ['version', 'node_version'];
    return new Gauge({ name, help: 'The build that runs: always 1.', labelNames, registers: [registry] });
  });
  gauge.set({ version: packageJson.version, node_version: process.version }, 1);
}
