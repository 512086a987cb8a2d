/**
 * Evaluates the handful of metric-math forms that our alarms use, for one period: the formulas themselves are under test,
 * not somebody's reading of them.
 */
import type { AlarmDefinition, AlarmMetric } from '../../../core/alarm/alarm-definition.ts';

/** Value of the metric that the alarm compares. @param datapoints by metric name; absent is a missing datapoint. */
export function evaluateAlarm(definition: AlarmDefinition, datapoints: Readonly<Record<string, number>>): number {
  const returned = definition.metrics.filter(({ returnData }) => returnData);
  const [only, ...others] = returned;
  if (!only || others.length > 0) throw new Error('one metric of an alarm returns data');
  return evaluate(only.id, definition.metrics, datapoints);
}

function evaluate(id: string, metrics: readonly AlarmMetric[], datapoints: Readonly<Record<string, number>>): number {
  const entry = metrics.find((candidate) => candidate.id === id);
  if (!entry) throw new Error(`no metric ${id}`);
  if ('metricName' in entry) return datapoints[entry.metricName] ?? Number.NaN;
  const max = /^MAX\(\[(.*)\]\)$/.exec(entry.expression);
  if (max?.[1]) return Math.max(...max[1].split(',').map((part) => evaluate(part, metrics, datapoints)));
  const filled = entry.expression.replaceAll(/FILL\((\w+),(\d+)\)/g, (_text, inner: string, value: string) => {
    const known = evaluate(inner, metrics, datapoints);
    return String(Number.isNaN(known) ? Number(value) : known);
  });
  const numbers = filled.replaceAll(/\b[mes]\d\b/g, (inner) => String(evaluate(inner, metrics, datapoints)));
  return arithmetic(numbers);
}

/** Products and quotients with parentheses, which is all there is. */
function arithmetic(text: string): number {
  const inner = /\(([^()]*)\)/.exec(text);
  if (inner) return arithmetic(text.replace(inner[0], String(arithmetic(inner[1] ?? ''))));
  const [first = '', ...rest] = text.split(/(?=[*/])/);
  return rest.reduce(
    (value, part) => (part.startsWith('*') ? value * Number(part.slice(1)) : value / Number(part.slice(1))),
    Number(first),
  );
}
