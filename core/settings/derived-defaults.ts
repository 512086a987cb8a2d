/** Defaults that follow from other settings of the same stream. */
import { isLoadDriven, type PolicyName } from './setting-choices.ts';

/** The settings that a default may follow from; each is undefined until it is read. */
export interface KnownSettings {
  readonly policy?: PolicyName;
  readonly periodMinutes?: number;
  readonly scaleUpEvaluationPeriods?: number;
  readonly scaleUpDatapointsToAlarm?: number;
  readonly scaleDownEvaluationPeriods?: number;
}

export function defaultPeriodMinutes(known: KnownSettings): number {
  return isLoadDriven(known) ? 1 : 5;
}

export function defaultScaleUpPeriods(known: KnownSettings): number {
  return periodsIn(isLoadDriven(known) ? 3 : 25, known);
}

export function defaultScaleUpDatapoints(known: KnownSettings): number {
  return known.scaleUpEvaluationPeriods ?? defaultScaleUpPeriods(known);
}

export function defaultScaleDownPeriods(known: KnownSettings): number {
  return periodsIn(300, known);
}

/** 95 % of them, or more: fewer than the scale-up alarm needs may be missing. */
export function defaultScaleDownDatapoints(known: KnownSettings): number {
  const periods = known.scaleDownEvaluationPeriods ?? defaultScaleDownPeriods(known);
  const mostSlack = (known.scaleUpDatapointsToAlarm ?? defaultScaleUpPeriods(known)) - 1;
  return Math.max(1, Math.round(periods * 0.95), periods - mostSlack);
}

function periodsIn(minutes: number, known: KnownSettings): number {
  return Math.max(1, Math.round(minutes / (known.periodMinutes ?? defaultPeriodMinutes(known))));
}
