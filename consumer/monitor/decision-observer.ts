/** One scaling decision: how long it took, how many calls it made, how many of them had to be repeated. */
import { Counter, Histogram, type Registry } from 'prom-client';
import { oncePerRegistry } from './once-per-registry.ts';

export interface DecisionReport {
  /** What was decided; of a closed set, for it becomes a label. */
  readonly kind: string;
  readonly durationMs: number;
  readonly calls: number;
  readonly retries: number;
}

export interface DecisionObserver {
  readonly observe: (report: DecisionReport) => void;
}

/** A second observer on a registry is the first one. */
export function createDecisionObserver(registry: Registry | undefined): DecisionObserver {
  if (registry === undefined) return { observe: () => {} };
  return oncePerRegistry(registry, 'decision observer', () => createObserver(registry));
}

function createObserver(registry: Registry): DecisionObserver {
  const registers = [registry];
  const labelNames = ['kind'];
  const duration = new Histogram({
    name: 'kinesis_autoscaler_decision_duration_seconds',
    help: 'Time that one decision took, its look-ups included.',
    labelNames,
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers,
  });
  const calls = new Counter({
    name: 'kinesis_autoscaler_decision_calls_total',
    help: 'AWS calls made for decisions.',
    labelNames,
    registers,
  });
  const retries = new Counter({
    name: 'kinesis_autoscaler_decision_retries_total',
    help: 'AWS calls repeated for decisions.',
    labelNames,
    registers,
  });
  return {
    observe: ({ kind, durationMs, calls: called, retries: retried }) => {
      duration.observe({ kind }, durationMs / 1000);
      calls.inc({ kind }, called);
      retries.inc({ kind }, retried);
    },
  };
}
