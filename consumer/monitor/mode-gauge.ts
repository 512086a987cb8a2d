import { Gauge, type Registry } from 'prom-client';

export const modes = ['dry_run', 'enforce'] as const;
export type Mode = (typeof modes)[number];

/** One-hot: the series of the mode that is on reads 1, the other 0. */
export function showMode(mode: Mode, registry: Registry | undefined): void {
  if (registry === undefined) return;
  const gauge = new Gauge({
    name: 'kinesis_autoscaler_mode',
    help: '1 for the mode that is on. In dry_run nothing is published that a platform would act on.',
    labelNames: ['mode'],
    registers: [registry],
  });
  for (const each of modes) gauge.set({ mode: each }, each === mode ? 1 : 0);
}
