import { minuteMs } from '../../../../core/time.ts';
import type { AlarmPlan, ComparisonOperator } from './alarm-plan.ts';
import { comparisonWith, type EvaluatedWindows } from './alarm-windows.ts';

export const STATE_VALUES = ['INSUFFICIENT_DATA', 'ALARM', 'OK'] as const;
export type StateValue = (typeof STATE_VALUES)[number];

/**
 * Why an alarm is in its state, in CloudWatch's words, and the same as the JSON of StateReasonData. Written when they
 * are first asked for: a simulated year holds thousands of changes whose reasons nobody reads.
 */
export interface StateReason {
  readonly text: string;
  /** Undefined where somebody else set the state without it. */
  readonly data: string | undefined;
}

/** An alarm that has moved from one state to another: the only thing that CloudWatch acts on. */
export interface StateChange {
  readonly from: StateValue;
  readonly to: StateValue;
  readonly reason: StateReason;
  readonly atMs: number;
}

export const INITIAL_REASON: StateReason = { text: 'Unchecked: Initial alarm creation', data: undefined };

export interface ReasonedEvaluation {
  readonly plan: AlarmPlan;
  readonly from: StateValue;
  readonly to: StateValue;
  readonly windows: EvaluatedWindows;
  readonly atMs: number;
}

/** The wording is CloudWatch's own; nothing should read it but people. */
export function reasonOf(evaluation: ReasonedEvaluation): StateReason {
  let text: string | undefined;
  let data: string | undefined;
  return {
    get text() {
      text ??= textOf(evaluation);
      return text;
    },
    get data() {
      data ??= JSON.stringify(dataOf(evaluation));
      return data;
    },
  };
}

/** `2026-03-02T09:15:44.775+0000`, as CloudWatch writes times in notifications and reasons. */
export function formatTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '+0000');
}

interface Datapoint {
  /** CloudWatch stamps a datapoint with the start of its window. */
  readonly startMinute: number;
  readonly value: number;
}

function datapointsOf({ newestEnd, periodMinutes, values }: EvaluatedWindows): Datapoint[] {
  return [...values]
    .map((value, age) => ({ startMinute: newestEnd - (age + 1) * periodMinutes, value }))
    .filter(({ value }) => !Number.isNaN(value));
}

function textOf({ plan, from, to, windows }: ReasonedEvaluation): string {
  const datapoints = datapointsOf(windows);
  const breaches = comparisonWith(plan.comparisonOperator, plan.threshold);
  const missing = Math.max(plan.evaluationPeriods - datapoints.length, 0);
  if (to === 'INSUFFICIENT_DATA')
    return `Insufficient Data: ${counted(missing, 'datapoint')} ${missing === 1 ? 'was' : 'were'} unknown.`;
  const filled = plan.treatMissingData === 'breaching' || plan.treatMissingData === 'notBreaching';
  if (datapoints.length === 0 && filled) {
    const treatedAs = plan.treatMissingData === 'breaching' ? 'Breaching' : 'NonBreaching';
    return `Threshold Crossed: no datapoints were received for ${counted(plan.evaluationPeriods, 'period')} and ${counted(missing, 'missing datapoint')} ${missing === 1 ? 'was' : 'were'} treated as [${treatedAs}].`;
  }
  const telling = datapoints.filter((point) => breaches(point.value) === (to === 'ALARM'));
  const needed = to === 'ALARM' ? plan.datapointsToAlarm : plan.evaluationPeriods - plan.datapointsToAlarm + 1;
  const verb = `${telling.length === 1 ? 'was' : 'were'}${to === 'ALARM' ? '' : ' not'}`;
  const threshold = `${RELATION[plan.comparisonOperator]} the threshold (${decimal(plan.threshold)})`;
  const head = `Threshold Crossed: ${telling.length} out of the last ${plan.evaluationPeriods} datapoints`;
  const tail = `(minimum ${counted(needed, 'datapoint')} for ${from} -> ${to} transition).`;
  const shown = telling
    .slice(0, SHOWN_DATAPOINTS)
    .map(({ startMinute, value }) => `${decimal(value)} (${stamp(startMinute)})`);
  return telling.length <= SHOWN_DATAPOINTS
    ? `${head} [${shown.join(', ')}] ${verb} ${threshold} ${tail}`
    : `${head} ${verb} ${threshold}. The most recent datapoints which crossed the threshold: [${shown.join(', ')}] ${tail}`;
}

const SHOWN_DATAPOINTS = 5;

const RELATION: Readonly<Record<ComparisonOperator, string>> = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

function dataOf({ plan, windows, atMs }: ReasonedEvaluation): Record<string, unknown> {
  const datapoints = datapointsOf(windows);
  const oldest = datapoints.at(-1);
  const timed = datapoints.map(({ startMinute, value }) => ({ timestamp: formatTime(startMinute * minuteMs), value }));
  return {
    version: '1.0',
    queryDate: formatTime(atMs),
    ...(oldest === undefined ? {} : { startDate: formatTime(oldest.startMinute * minuteMs) }),
    period: plan.periodMinutes * 60,
    recentDatapoints: datapoints.map(({ value }) => value).reverse(),
    threshold: plan.threshold,
    evaluatedDatapoints: timed,
  };
}

/** A number as Java prints a double: always with a fraction. */
function decimal(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(1) : String(value);
}

/** `02/03/26 09:10:00` */
function stamp(minute: number): string {
  const iso = new Date(minute * minuteMs).toISOString();
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(2, 4)} ${iso.slice(11, 19)}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
