/**
 * Metric math made runnable. A program is evaluated over a frame: the metrics' values at consecutive periods, oldest
 * first, NaN where there is no datapoint. NaN out means "no datapoint" too: arithmetic needs both sides, a list
 * function takes what is there, division by zero yields nothing.
 */
import { type BinaryOperator, type Filler, type Fold, type MathNode, MetricMathError } from './metric-math.ts';

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

/** What an id stands for: a metric (an index into `frame.values`) or another program. */
export type MathBinding = { readonly metric: number } | { readonly program: MathProgram };

/**
 * @param resolve tells what an id stands for
 * @throws MetricMathError for an unknown id (thrown by `resolve`) or a list where a series is needed
 */
export function compileMath(node: MathNode, resolve: (id: string) => MathBinding): MathProgram {
  switch (node.kind) {
    case 'number':
      return constant(node.value);
    case 'id':
      return bound(resolve(node.id));
    case 'list':
      throw new MetricMathError('An array of time series cannot be used here');
    case 'negate':
      return binary('-', constant(0), compileMath(node.operand, resolve));
    case 'binary':
      return binary(node.operator, compileMath(node.left, resolve), compileMath(node.right, resolve));
    case 'aggregate':
      return node.operand.kind === 'list'
        ? acrossSeries(
            node.fold,
            node.operand.items.map((item) => compileMath(item, resolve)),
          )
        : acrossTime(node.fold, compileMath(node.operand, resolve));
    case 'fill':
      return fill(compileMath(node.operand, resolve), node.filler, resolve);
    case 'if':
      return choose(
        compileMath(node.condition, resolve),
        compileMath(node.whenTrue, resolve),
        node.whenFalse === undefined ? constant(Number.NaN) : compileMath(node.whenFalse, resolve),
      );
  }
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

function constant(value: number): MathProgram {
  return { scalar: true, pointwise: true, fills: false, at: () => value, emptyIn: never };
}

function bound(binding: MathBinding): MathProgram {
  return 'metric' in binding ? metricProgram(binding.metric) : binding.program;
}

function binary(operator: BinaryOperator, left: MathProgram, right: MathProgram): MathProgram {
  // Folding keeps 1024*1024*60*5*s1 out of every evaluation.
  if (isConstant(left) && isConstant(right)) return constant(combine(operator, left.at, right.at)(NO_FRAME, 0));
  const at = isConstant(right)
    ? combineWithConstant(operator, left.at, right.at(NO_FRAME, 0))
    : combine(operator, left.at, right.at);
  return {
    ...traitsOf([left, right]),
    at,
    emptyIn: (frame) => left.emptyIn(frame) || right.emptyIn(frame),
  };
}

function isConstant(program: MathProgram): boolean {
  return program.scalar && program.pointwise;
}

type At = MathProgram['at'];

function combine(operator: BinaryOperator, left: At, right: At): At {
  switch (operator) {
    case '+':
      return (frame, period) => left(frame, period) + right(frame, period);
    case '-':
      return (frame, period) => left(frame, period) - right(frame, period);
    case '*':
      return (frame, period) => left(frame, period) * right(frame, period);
    case '/':
      return (frame, period) => {
        const divisor = right(frame, period);
        return divisor === 0 ? Number.NaN : left(frame, period) / divisor;
      };
    case '^':
      return (frame, period) => left(frame, period) ** right(frame, period);
    default:
      return comparison(operator, left, right);
  }
}

function combineWithConstant(operator: BinaryOperator, left: At, right: number): At {
  if (operator === '*') return (frame, period) => left(frame, period) * right;
  if (operator === '/' && right !== 0) return (frame, period) => left(frame, period) / right;
  return combine(operator, left, () => right);
}

function comparison(operator: Exclude<BinaryOperator, '+' | '-' | '*' | '/' | '^'>, left: At, right: At): At {
  const holds = COMPARE[operator];
  return (frame, period) => {
    const [a, b] = [left(frame, period), right(frame, period)];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
    return holds(a, b) ? 1 : 0;
  };
}

const COMPARE = {
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
} as const;

/** MAX([a, b]): one value per period, over those series that have a datapoint there. */
function acrossSeries(fold: Fold, items: readonly MathProgram[]): MathProgram {
  if (items.length === 0) throw new MetricMathError(`Function '${fold}' needs at least one time series`);
  const join = JOIN[fold];
  return {
    ...traitsOf(items),
    at: (frame, period) => {
      let folded = Number.NaN;
      let count = 0;
      for (const item of items) {
        const value = item.at(frame, period);
        if (Number.isNaN(value)) continue;
        folded = count === 0 ? value : join(folded, value);
        count += 1;
      }
      return fold === 'AVG' ? folded / count : folded;
    },
    emptyIn: (frame) => items.every((item) => item.emptyIn(frame)),
  };
}

/** MAX(a): one number for the whole range. */
function acrossTime(fold: Fold, series: MathProgram): MathProgram {
  const join = JOIN[fold];
  return {
    ...traitsOf([series]),
    scalar: true,
    pointwise: isConstant(series),
    at: (frame) => {
      let folded = Number.NaN;
      let count = 0;
      for (let period = 0; period < frame.length; period += 1) {
        const value = series.at(frame, period);
        if (Number.isNaN(value)) continue;
        folded = count === 0 ? value : join(folded, value);
        count += 1;
      }
      return fold === 'AVG' ? folded / count : folded;
    },
    emptyIn: series.emptyIn,
  };
}

const JOIN = {
  MAX: (a: number, b: number) => Math.max(b, a),
  MIN: (a: number, b: number) => Math.min(b, a),
  SUM: (a: number, b: number) => a + b,
  AVG: (a: number, b: number) => a + b,
} as const;

function fill(series: MathProgram, filler: Filler, resolve: (id: string) => MathBinding): MathProgram {
  const filled = { ...traitsOf([series]), fills: true, emptyIn: series.emptyIn };
  if (filler.with !== 'value')
    return { ...filled, pointwise: false, at: filler.with === 'REPEAT' ? repeatAt(series.at) : linearAt(series.at) };
  const value = compileMath(filler.value, resolve);
  if (!value.scalar) throw new MetricMathError("Function 'FILL' takes a number, REPEAT or LINEAR to fill with");
  return {
    ...filled,
    pointwise: series.pointwise && value.pointwise,
    at: (frame, period) => {
      const own = series.at(frame, period);
      return Number.isNaN(own) && !series.emptyIn(frame) ? value.at(frame, period) : own;
    },
  };
}

function repeatAt(at: At): At {
  return (frame, period) => at(frame, nearestWithData(at, frame, period, -1));
}

function linearAt(at: At): At {
  return (frame, period) => {
    const before = nearestWithData(at, frame, period, -1);
    const after = nearestWithData(at, frame, period, 1);
    if (before === after) return at(frame, before);
    const [from, to] = [at(frame, before), at(frame, after)];
    return from + ((to - from) * (period - before)) / (after - before);
  };
}

/** The closest period with a datapoint, from this one on in that direction; out of range when there is none. */
function nearestWithData(at: At, frame: MathFrame, period: number, step: 1 | -1): number {
  let nearest = period;
  while (nearest >= 0 && nearest < frame.length && Number.isNaN(at(frame, nearest))) nearest += step;
  return nearest;
}

function choose(condition: MathProgram, whenTrue: MathProgram, whenFalse: MathProgram): MathProgram {
  return {
    ...traitsOf([condition, whenTrue, whenFalse]),
    at: (frame, period) => {
      const test = condition.at(frame, period);
      if (Number.isNaN(test)) return Number.NaN;
      return test === 0 ? whenFalse.at(frame, period) : whenTrue.at(frame, period);
    },
    emptyIn: condition.emptyIn,
  };
}

function traitsOf(parts: readonly MathProgram[]): { scalar: boolean; pointwise: boolean; fills: boolean } {
  return {
    scalar: parts.every((part) => part.scalar),
    pointwise: parts.every((part) => part.pointwise),
    fills: parts.some((part) => part.fills),
  };
}

const NO_FRAME: MathFrame = { length: 0, values: [], empty: [] };

function never(): boolean {
  return false;
}
