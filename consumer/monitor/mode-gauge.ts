import { Gauge, type Registry } from 'prom-client';
import { oncePerRegistry } from './once-per-registry.ts';

export const modes = ['dry_run', 'enforce'] as const;
export type Mode = (typeof modes)[number];

/**
 * One-hot: the series of the mode that is on reads 1, the other 0. A second call shows the mode then in force.
 *
 * @throws RangeError for a mode that is not known: all series would read 0.
 */
export function showMode(mode: Mode, registry: Registry | undefined): void {
  if (!modes.includes(mode))
    throw new RangeError(`mode ${JSON.stringify(mode)} is not known: use one of ${modes.join(', ')}`);
  if (registry === undefined) return;
  const name = 'kinesis_autoscaler_mode';
  const gauge = oncePerRegistry(registry, name, () => {
    const help = '1 for the mode that is on. In dry_run nothing is published that a platform would act on.';
    return new Gauge({ name, help, labelNames: ['mode'], registers: [registry] });
  });
  for (const each of modes) gauge.set({ mode: each }, each === mode ? 1 : 0);
}
