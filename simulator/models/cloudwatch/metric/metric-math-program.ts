import { type MathNode, MetricMathError } from './metric-math.ts';
import { binary } from './metric-math-arithmetic.ts';
import { acrossSeries, acrossTime, choose, fillFromNeighbours, fillWith } from './metric-math-functions.ts';
import { constant, type MathProgram, metricProgram } from './metric-math-values.ts';

/** What an id stands for: a metric (an index into `frame.values`) or another program. */
export type MathBinding = { readonly metric: number } | { readonly program: MathProgram };

/**
 * Makes a parsed expression runnable.
 * @param resolve finds what an id stands for
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
      return node.filler.with === 'value'
        ? fillWith(compileMath(node.operand, resolve), compileMath(node.filler.value, resolve))
        : fillFromNeighbours(compileMath(node.operand, resolve), node.filler.with);
    case 'if':
      return choose(
        compileMath(node.condition, resolve),
        compileMath(node.whenTrue, resolve),
        node.whenFalse === undefined ? constant(Number.NaN) : compileMath(node.whenFalse, resolve),
      );
  }
}

function bound(binding: MathBinding): MathProgram {
  return 'metric' in binding ? metricProgram(binding.metric) : binding.program;
}
