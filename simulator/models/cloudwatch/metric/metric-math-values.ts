/**
 * What metric math computes with. A program is evaluated over a frame: the metrics' values at consecutive periods, oldest
 * first, NaN where there is no datapoint. NaN out means "no datapoint" too.
 */

/** The metrics' values that an expression is evaluated over; `values[metric][period]`, NaN for no datapoint. */
export interface MathFrame {
  readonly length: number;
  readonly values: readonly Float64Array[];
  /**
   * `empty[metric]` is true when FILL must leave that metric as it is, since it has no datapoint at all in the range.
   * Whether CloudWatch does so is not documented (see `fillOfEmptySeries` in cloudwatch-facts.ts).
   */
  readonly empty: readonly boolean[];
}

export interface MathProgram {
  /** A number rather than a time series: CloudWatch refuses alarms on it, and queries that return it. */
  readonly scalar: boolean;
  /** False if the value of one period depends on other periods (MAX of a series, FILL REPEAT): never cache it then. */
  readonly pointwise: boolean;
  /** Uses FILL, so `frame.empty` can change its values. */
  readonly fills: boolean;
  readonly at: (frame: MathFrame, period: number) => number;
  /** Whether there is nothing at all that FILL could fill between. */
  readonly emptyIn: (frame: MathFrame) => boolean;
}

export function constant(value: number): MathProgram {
  return { scalar: true, pointwise: true, fills: false, at: () => value, emptyIn: never };
}

/** The program of a metric by itself. */
export function metricProgram(metric: number): MathProgram {
  return {
    scalar: false,
    pointwise: true,
    fills: false,
    at: (frame, period) => frame.values[metric]?.[period] ?? Number.NaN,
    emptyIn: (frame) => frame.empty[metric] === true,
  };
}

/** Known without any metric. */
export function isConstant(program: MathProgram): boolean {
  return program.scalar && program.pointwise;
}

/** What a program inherits from those that it is made of. */
export function traitsOf(parts: readonly MathProgram[]): { scalar: boolean; pointwise: boolean; fills: boolean } {
  return {
    scalar: parts.every((part) => part.scalar),
    pointwise: parts.every((part) => part.pointwise),
    fills: parts.some((part) => part.fills),
  };
}

/** For programs that are constant. */
export const NO_FRAME: MathFrame = { length: 0, values: [], empty: [] };

function never(): boolean {
  return false;
}
