import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { AwsServiceError } from '../../aws-service-error.ts';
import { notModelled } from '../../not-modelled.ts';
import type { CloudWatchFacts } from '../cloudwatch-facts.ts';
import { permitted } from '../constraints.ts';
import { MetricMathError, parseMetricMath } from './metric-math.ts';
import { compileMath, type MathBinding } from './metric-math-program.ts';
import { type MathProgram, metricProgram } from './metric-math-values.ts';
import { type MetricIdentity, STATISTICS, type Statistic } from './metric-series.ts';

export interface MetricSource {
  readonly identity: MetricIdentity;
  readonly statistic: Statistic;
}

/** MetricDataQueries that have been checked: which metrics to read, and how to compute what is returned. */
export interface MetricQueryPlan {
  readonly metrics: readonly (MetricSource & { readonly periodSeconds: number })[];
  readonly returned: readonly {
    readonly id: string;
    readonly label: string;
    readonly program: MathProgram;
    /** The query's own period, where it names one. */
    readonly periodSeconds: number | undefined;
  }[];
}

/** @throws AwsServiceError ValidationException */
export function planMetricQueries(queries: readonly MetricDataQuery[], facts: CloudWatchFacts): MetricQueryPlan {
  if (queries.length > facts.maxMetricDataQueries)
    throw invalid(`The collection MetricDataQueries must not have a size greater than ${facts.maxMetricDataQueries}.`);
  const byId = indexById(queries);
  const metrics: (MetricSource & { periodSeconds: number })[] = [];
  const bindings = new Map<string, MathBinding>();
  const open: string[] = [];

  const resolve = (id: string): MathBinding => {
    const known = bindings.get(id);
    if (known !== undefined) return known;
    const query = byId.get(id);
    if (query === undefined) throw new MetricMathError(`Unknown id '${id}'`);
    if (open.includes(id)) throw new MetricMathError(`Circular reference: ${[...open, id].join(' -> ')}`);
    open.push(id);
    const binding = query.MetricStat === undefined ? expressionOf(query, resolve) : { metric: metrics.length };
    if ('metric' in binding) metrics.push(metricOf(query));
    open.pop();
    bindings.set(id, binding);
    return binding;
  };

  for (const { Id, Period } of queries) if (Period !== undefined) checkPeriod(Period, `Period of '${Id}'`);
  const programs = queries.map((query) => ({ query, program: programOf(resolve(query.Id ?? '')) }));
  return {
    metrics,
    returned: programs.flatMap(({ query, program }) =>
      query.ReturnData === false
        ? []
        : [
            {
              id: query.Id ?? '',
              label: labelOf(query),
              program,
              periodSeconds: query.Period ?? query.MetricStat?.Period,
            },
          ],
    ),
  };
}

function indexById(queries: readonly MetricDataQuery[]): Map<string, MetricDataQuery> {
  const byId = new Map<string, MetricDataQuery>();
  for (const query of queries) {
    const id = query.Id ?? '';
    if (!/^[a-z][a-zA-Z0-9_]{0,254}$/.test(id))
      throw invalid(
        `The value ${id} for parameter MetricDataQueries.Id is invalid: it must start with a lower-case letter.`,
      );
    if (byId.has(id)) throw invalid(`The values for parameter id in queries are not unique: ${id}`);
    if ((query.MetricStat === undefined) === (query.Expression === undefined))
      throw invalid(`Either Expression or MetricStat must be set for '${id}', and not both.`);
    byId.set(id, query);
  }
  return byId;
}

function expressionOf(query: MetricDataQuery, resolve: (id: string) => MathBinding): MathBinding {
  try {
    return { program: compileMath(parseMetricMath(query.Expression ?? ''), resolve) };
  } catch (error) {
    if (!(error instanceof MetricMathError)) throw error;
    throw invalid(`Error in expression '${query.Id}': ${error.message}`);
  }
}

function metricOf(query: MetricDataQuery): MetricSource & { periodSeconds: number } {
  const { Metric: metric, Period: periodSeconds, Stat: stat } = query.MetricStat ?? {};
  const statistic = permitted(STATISTICS, stat);
  if (metric?.Namespace === undefined || metric.MetricName === undefined || periodSeconds === undefined)
    throw invalid(`MetricStat of '${query.Id}' needs Metric.Namespace, Metric.MetricName and Period.`);
  if (statistic === undefined) throw unknownStatistic(stat, `MetricStat.Stat of '${query.Id}'`);
  checkPeriod(periodSeconds, `MetricStat.Period of '${query.Id}'`);
  const dimensions = (metric.Dimensions ?? []).map(({ Name, Value }) => ({ name: Name ?? '', value: Value ?? '' }));
  return {
    identity: { namespace: metric.Namespace, metricName: metric.MetricName, dimensions },
    statistic,
    periodSeconds,
  };
}

/** A statistic that is none of the five: not modelled where AWS knows it, else the caller's mistake. */
export function unknownStatistic(stat: string | undefined, parameter: string): AwsServiceError {
  if (EXTENDED_STATISTIC.test(stat ?? '')) return notModelled(`the statistic ${stat}`, `use ${STATISTICS.join(', ')}`);
  return invalid(`The value ${stat} for parameter ${parameter} is none of ${STATISTICS.join(', ')}.`);
}

const EXTENDED_STATISTIC = /^(p\d|p100|tm|wm|tc|ts|pr|iqm$)/i;

/** @throws AwsServiceError ValidationException; NotModelled for the periods below a minute that AWS knows */
export function checkPeriod(seconds: number, parameter: string): void {
  if (seconds >= 60 && seconds % 60 === 0) return;
  if (HIGH_RESOLUTION_SECONDS.includes(seconds)) {
    throw notModelled(`a period of ${seconds} s`, 'use 60 or a multiple of it: datapoints here are of a minute');
  }
  throw invalid(
    `The value ${seconds} for parameter ${parameter} is invalid: it must be 1, 5, 10, 20, 30 or a multiple of 60.`,
  );
}

const HIGH_RESOLUTION_SECONDS = [1, 5, 10, 20, 30];

function programOf(binding: MathBinding): MathProgram {
  return 'metric' in binding ? metricProgram(binding.metric) : binding.program;
}

function labelOf(query: MetricDataQuery): string {
  if (query.Label?.includes('${') === true) throw notModelled(`the dynamic label ${query.Label}`, 'use a plain one');
  return query.Label ?? query.MetricStat?.Metric?.MetricName ?? query.Id ?? '';
}

function invalid(message: string): AwsServiceError {
  return new AwsServiceError('ValidationException', message);
}
