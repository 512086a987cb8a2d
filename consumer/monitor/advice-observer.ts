/** The joint decision as metrics: which advice fits, and whether a scale-down would hurt. */
import { Gauge, type Registry } from 'prom-client';
import { adviceKinds, type JointAdvice } from '../decision/joint-decision.ts';
import { toLabel } from '../decision/label-budget.ts';
import { oncePerRegistry } from './once-per-registry.ts';

export interface AdviceObserver {
  readonly observe: (stream: string, application: string, advice: JointAdvice) => void;
}

/** A second observer on a registry is the first one. */
export function createAdviceObserver(registry: Registry | undefined): AdviceObserver {
  if (registry === undefined) return { observe: () => {} };
  return oncePerRegistry(registry, 'advice observer', () => createObserver(registry));
}

function createObserver(registry: Registry): AdviceObserver {
  const labelNames = ['stream', 'application'];
  const fits = new Gauge({
    name: 'kinesis_autoscaler_joint_advice',
    help: '1 for the advice that fits the stream and its consumer now.',
    labelNames: [...labelNames, 'advice'],
    registers: [registry],
  });
  const hurts = new Gauge({
    name: 'kinesis_autoscaler_scale_down_hurts',
    help: '1 while taking shards away would hurt the consumer, or nobody knows.',
    labelNames,
    registers: [registry],
  });
  return {
    observe: (streamName, applicationName, { advice, scaleDownHurts }) => {
      const labels = { stream: toLabel(streamName), application: toLabel(applicationName) };
      for (const each of adviceKinds) fits.set({ ...labels, advice: each }, each === advice ? 1 : 0);
      hurts.set(labels, scaleDownHurts ? 1 : 0);
    },
  };
}
