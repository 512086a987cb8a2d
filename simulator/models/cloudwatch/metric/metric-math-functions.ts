import { type Fold, MetricMathError } from './metric-math.ts';
import { isConstant, type MathFrame, type MathProgram, traitsOf } from './metric-math-values.ts';

/** MAX([a, b]): one value per period, over those series that have a datapoint there. */
export function acrossSeries(fold: Fold, items: readonly MathProgram[]): MathProgram {
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
export function acrossTime(fold: Fold, series: MathProgram): MathProgram {
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

/** FILL(a, 0): the gaps of a series, unless FILL is to leave a wholly empty one alone. */
export function fillWith(series: MathProgram, value: MathProgram): MathProgram {
  if (!value.scalar) throw new MetricMathError("Function 'FILL' takes a number, REPEAT or LINEAR to fill with");
  return {
    ...traitsOf([series]),
    fills: true,
    pointwise: series.pointwise && value.pointwise,
    at: (frame, period) => {
      const own = series.at(frame, period);
      return Number.isNaN(own) && !series.emptyIn(frame) ? value.at(frame, period) : own;
    },
    emptyIn: series.emptyIn,
  };
}

/** FILL(a, REPEAT) and FILL(a, LINEAR): from the datapoints around a gap. */
export function fillFromNeighbours(series: MathProgram, manner: 'REPEAT' | 'LINEAR'): MathProgram {
  return {
    ...traitsOf([series]),
    fills: true,
    pointwise: false,
    at: manner === 'REPEAT' ? repeatAt(series.at) : linearAt(series.at),
    emptyIn: series.emptyIn,
  };
}

type At = MathProgram['at'];

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

/** IF(condition, a, b): no datapoint where the condition has none. */
export function choose(condition: MathProgram, whenTrue: MathProgram, whenFalse: MathProgram): MathProgram {
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
