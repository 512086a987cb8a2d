/** The ticks of the signals as metrics: how they ended, when one last succeeded, and why others failed. */
import { Gauge, type Registry } from 'prom-client';
import { LabelBudget } from '../decision/label-budget.ts';
import { isKnown, type Sample } from '../decision/sample.ts';
import { errorCode } from '../monitor/aws-instrumentation.ts';
import { HotCounter } from '../monitor/hot-counter.ts';
import { oncePerRegistry } from '../monitor/once-per-registry.ts';

export interface SignalObserver {
  readonly sampled: (signal: string, sample: Sample, nowMs: number) => void;
  readonly failed: (signal: string, stage: 'signal' | 'emit', error: unknown) => void;
}

/** Codes of errors that get a series of their own; the rest share `_other`. */
const maxErrorCodes = 64;

/** The signals' names come from the configuration, so there are as many as it lists. */
export function createSignalObserver(registry: Registry | undefined): SignalObserver {
  const ticks = new HotCounter(
    {
      name: 'kinesis_autoscaler_signal_ticks_total',
      help: 'Ticks of a signal by outcome.',
      labelNames: ['signal', 'outcome'],
    },
    registry,
  );
  const errors = new HotCounter(
    {
      name: 'kinesis_autoscaler_signal_errors_total',
      help: 'Failed samples and emits of a signal by code.',
      labelNames: ['signal', 'stage', 'code'],
    },
    registry,
  );
  const lastSuccess = registry === undefined ? undefined : createLastSuccess(registry);
  const codes = new LabelBudget(maxErrorCodes);
  return {
    sampled: (signal, sample, nowMs) => {
      ticks.handle({ signal, outcome: sample.quality }).add();
      if (isKnown(sample)) lastSuccess?.set({ signal }, nowMs / 1000);
    },
    failed: (signal, stage, error) => {
      ticks.handle({ signal, outcome: `${stage}_error` }).add();
      errors.handle({ signal, stage, code: codes.admit(errorCode(error) ?? 'none') }).add();
    },
  };
}

function createLastSuccess(registry: Registry): Gauge {
  const name = 'kinesis_autoscaler_signal_last_success_timestamp_seconds';
  return oncePerRegistry(registry, name, () => {
    const help = 'When a signal last gave a number, in seconds since 1970.';
    return new Gauge({ name, help, labelNames: ['signal'], registers: [registry] });
  });
}
