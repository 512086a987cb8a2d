/**
 * An alarm's sliding windows. At minute t CloudWatch judges the windows that end at t, t-P, t-2P, ... (P the period);
 * a minute later it judges another set, and P minutes later the first set again, moved on by one. So the value of
 * "the window that ends at minute e" is computed once and kept for N evaluations, and M of N is counted per phase
 * (e mod P) by adding the window that enters and taking away the one that leaves.
 *
 * A kept value is computed again when a datapoint inside its window arrives late. Programs that look at more than one
 * period (MAX of a series, FILL REPEAT) are evaluated over the whole range each time.
 */

import type { CloudWatchFacts } from '../cloudwatch-facts.ts';
import type { MathFrame } from '../metric/metric-math-values.ts';
import type { MetricSeries } from '../metric/metric-series.ts';
import type { AlarmPlan, ComparisonOperator } from './alarm-plan.ts';
import { BREACHING, judgeDatapoints, MISSING, NOT_BREACHING, type PointKind, type Verdict } from './alarm-verdict.ts';

/** The datapoints that an evaluation went by, copied out of the rings before they move on. */
export interface EvaluatedWindows {
  /** The minute at which the newest window ends. */
  readonly newestEnd: number;
  readonly periodMinutes: number;
  /** Of consecutive windows, newest first; NaN where there was no datapoint. */
  readonly values: Float64Array;
}

export class AlarmWindows {
  readonly #plan: AlarmPlan;
  readonly #series: readonly MetricSeries[];
  readonly #rangePeriods: number;
  readonly #watchesEmptiness: boolean;
  readonly #breaches: (value: number) => boolean;
  readonly #stopListening: (() => void)[];

  // Rings over window ends, one cell a minute of the evaluation range.
  readonly #ends: Float64Array;
  readonly #values: Float64Array;
  readonly #kinds: Uint8Array;
  // Per phase: the end it was last evaluated at, and the counts over its newest N windows.
  readonly #phaseEnds: Float64Array;
  readonly #realCounts: Int32Array;
  readonly #breachingCounts: Int32Array;

  readonly #window: { values: Float64Array[]; empty: boolean[]; length: 1 };
  #dirtyFrom = Number.POSITIVE_INFINITY;
  #dirtyTo = Number.NEGATIVE_INFINITY;

  constructor(plan: AlarmPlan, series: readonly MetricSeries[], facts: CloudWatchFacts) {
    this.#plan = plan;
    this.#series = series;
    this.#rangePeriods = plan.evaluationPeriods + facts.extraPeriods;
    this.#watchesEmptiness = plan.program.fills && facts.fillOfEmptySeries === 'nothing';
    this.#breaches = comparisonWith(plan.comparisonOperator, plan.threshold);
    const cells = this.#rangePeriods * plan.periodMinutes;
    this.#ends = new Float64Array(cells).fill(Number.NaN);
    this.#values = new Float64Array(cells);
    this.#kinds = new Uint8Array(cells);
    this.#phaseEnds = new Float64Array(plan.periodMinutes).fill(Number.NaN);
    this.#realCounts = new Int32Array(plan.periodMinutes);
    this.#breachingCounts = new Int32Array(plan.periodMinutes);
    this.#window = { values: series.map(() => new Float64Array(1)), empty: series.map(() => false), length: 1 };
    this.#stopListening = series.map((metric) => metric.listen((minute) => this.#touch(minute)));
  }

  /** Judges the windows that end at this minute and before. */
  evaluate(minute: number): Verdict {
    if (this.#watchesEmptiness) this.#noteEmptiness(minute);
    if (!this.#plan.program.pointwise) return this.#evaluateRange(minute);
    this.#refreshTouched(minute);
    const phase = minute % this.#plan.periodMinutes;
    if (this.#phaseEnds[phase] === minute - this.#plan.periodMinutes) this.#advance(phase, minute);
    else this.#recount(phase, minute);
    if (this.#realCounts[phase] === this.#plan.evaluationPeriods)
      return (this.#breachingCounts[phase] ?? 0) >= this.#plan.datapointsToAlarm ? 'ALARM' : 'OK';
    return judgeDatapoints(this.#plan, (age) => this.#kindAt(this.#endOf(minute, age)), this.#rangePeriods);
  }

  /** What the last `evaluate(minute)` went by: as many windows as it takes to have N datapoints. */
  evaluated(minute: number): EvaluatedWindows {
    const values = new Float64Array(this.#rangePeriods);
    let periods = 0;
    for (let real = 0; periods < this.#rangePeriods && real < this.#plan.evaluationPeriods; periods += 1) {
      const end = this.#endOf(minute, periods);
      const missing = this.#kindAt(end) === MISSING;
      values[periods] = missing ? Number.NaN : (this.#values[this.#cell(end)] ?? Number.NaN);
      if (!missing) real += 1;
    }
    return { newestEnd: minute, periodMinutes: this.#plan.periodMinutes, values: values.subarray(0, periods) };
  }

  /** Ends the listening to the metrics. */
  close(): void {
    for (const stop of this.#stopListening) stop();
  }

  #touch(minute: number): void {
    if (minute < this.#dirtyFrom) this.#dirtyFrom = minute;
    if (minute > this.#dirtyTo) this.#dirtyTo = minute;
  }

  #noteEmptiness(minute: number): void {
    const from = minute - this.#ends.length;
    let changed = false;
    for (let index = 0; index < this.#series.length; index += 1) {
      const empty = this.#series[index]?.hasDataIn(from, minute) !== true;
      changed ||= empty !== this.#window.empty[index];
      this.#window.empty[index] = empty;
    }
    if (!changed) return;
    this.#ends.fill(Number.NaN);
    this.#phaseEnds.fill(Number.NaN);
  }

  #refreshTouched(minute: number): void {
    if (this.#dirtyFrom > this.#dirtyTo) return;
    const first = Math.max(this.#dirtyFrom + 1, minute - this.#ends.length + 1);
    const last = Math.min(this.#dirtyTo + this.#plan.periodMinutes, minute - 1);
    for (let end = first; end <= last; end += 1) {
      const cell = this.#cell(end);
      if (this.#ends[cell] !== end) continue;
      const before = this.#kinds[cell];
      this.#compute(end);
      if (this.#isCounted(end)) this.#count(end % this.#plan.periodMinutes, before, this.#kinds[cell]);
    }
    this.#dirtyFrom = Number.POSITIVE_INFINITY;
    this.#dirtyTo = Number.NEGATIVE_INFINITY;
  }

  #isCounted(end: number): boolean {
    const newest = this.#phaseEnds[end % this.#plan.periodMinutes] ?? Number.NaN;
    return end <= newest && end > newest - this.#plan.evaluationPeriods * this.#plan.periodMinutes;
  }

  #advance(phase: number, minute: number): void {
    const leaving = this.#kindAt(this.#endOf(minute, this.#plan.evaluationPeriods));
    this.#compute(minute);
    this.#count(phase, leaving, this.#kinds[this.#cell(minute)]);
    this.#phaseEnds[phase] = minute;
  }

  #recount(phase: number, minute: number): void {
    this.#realCounts[phase] = 0;
    this.#breachingCounts[phase] = 0;
    for (let age = 0; age < this.#rangePeriods; age += 1) {
      const end = this.#endOf(minute, age);
      if (age === 0 || this.#ends[this.#cell(end)] !== end) this.#compute(end);
      if (age < this.#plan.evaluationPeriods) this.#count(phase, MISSING, this.#kinds[this.#cell(end)]);
    }
    this.#phaseEnds[phase] = minute;
  }

  #count(phase: number, leaving: number | undefined, entering: number | undefined): void {
    const real = Number(entering !== MISSING) - Number(leaving !== MISSING);
    const breaching = Number(entering === BREACHING) - Number(leaving === BREACHING);
    this.#realCounts[phase] = (this.#realCounts[phase] ?? 0) + real;
    this.#breachingCounts[phase] = (this.#breachingCounts[phase] ?? 0) + breaching;
  }

  #compute(end: number): void {
    for (let index = 0; index < this.#series.length; index += 1) {
      const values = this.#window.values[index];
      if (values !== undefined) values[0] = this.#aggregate(index, end);
    }
    this.#store(end, this.#plan.program.at(this.#window, 0));
  }

  #evaluateRange(minute: number): Verdict {
    const length = this.#rangePeriods;
    const values = this.#series.map((_, index) =>
      Float64Array.from({ length }, (_unused, period) =>
        this.#aggregate(index, this.#endOf(minute, length - 1 - period)),
      ),
    );
    const frame: MathFrame = { length, values, empty: this.#window.empty };
    for (let age = 0; age < length; age += 1)
      this.#store(this.#endOf(minute, age), this.#plan.program.at(frame, length - 1 - age));
    return judgeDatapoints(this.#plan, (age) => this.#kindAt(this.#endOf(minute, age)), length);
  }

  #aggregate(index: number, end: number): number {
    const statistic = this.#plan.metrics[index]?.statistic ?? 'Sum';
    return this.#series[index]?.aggregate(end - this.#plan.periodMinutes, end, statistic) ?? Number.NaN;
  }

  #store(end: number, value: number): void {
    const cell = this.#cell(end);
    this.#ends[cell] = end;
    this.#values[cell] = value;
    if (!Number.isFinite(value)) this.#kinds[cell] = MISSING;
    else this.#kinds[cell] = this.#breaches(value) ? BREACHING : NOT_BREACHING;
  }

  #endOf(minute: number, age: number): number {
    return minute - age * this.#plan.periodMinutes;
  }

  #cell(end: number): number {
    return end % this.#ends.length;
  }

  #kindAt(end: number): PointKind {
    const cell = this.#cell(end);
    const kind = this.#kinds[cell];
    return this.#ends[cell] === end && (kind === BREACHING || kind === NOT_BREACHING) ? kind : MISSING;
  }
}

/** Whether a value breaches. */
export function comparisonWith(operator: ComparisonOperator, threshold: number): (value: number) => boolean {
  switch (operator) {
    case 'GreaterThanOrEqualToThreshold':
      return (value) => value >= threshold;
    case 'GreaterThanThreshold':
      return (value) => value > threshold;
    case 'LessThanThreshold':
      return (value) => value < threshold;
    case 'LessThanOrEqualToThreshold':
      return (value) => value <= threshold;
  }
}
