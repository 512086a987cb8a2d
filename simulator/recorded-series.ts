/**
 * The files that AWS hands out, as series: the JSON of `aws cloudwatch get-metric-data` and of `get-metric-statistics`, and the
 * CSV that the CloudWatch console downloads. The contents decide which it is.
 */
import * as v from 'valibot';
import { fail, quote, type Result, succeed } from '../core/result.ts';
import { isConsoleCsv, parseConsoleCsv } from './console-csv.ts';
import type { Series } from './metric-series.ts';

const metricDataSchema = v.object({
  MetricDataResults: v.pipe(
    v.array(
      v.object({
        Id: v.optional(v.string(), ''),
        Label: v.optional(v.string(), ''),
        Timestamps: v.array(v.union([v.string(), v.number()])),
        Values: v.array(v.number()),
      }),
    ),
    v.minLength(1),
  ),
});

const metricStatisticsSchema = v.object({
  Label: v.string(),
  Datapoints: v.array(v.looseObject({ Timestamp: v.union([v.string(), v.number()]), Sum: v.optional(v.number()) })),
});

/** Whether a text is one of these files rather than a CSV of `t_seconds,value`. */
export function isRecordedSeries(text: string): boolean {
  return text.trimStart().startsWith('{') || isConsoleCsv(text);
}

export function readRecordedSeries(text: string): Result<readonly Series[]> {
  if (isConsoleCsv(text)) return parseConsoleCsv(text);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const value = error instanceof Error ? error.message : String(error);
    return fail([{ field: 'trace', value, problem: 'is not JSON', remedy: 'give the output of get-metric-data' }]);
  }
  const isStatistics = typeof json === 'object' && json !== null && 'Datapoints' in json;
  return isStatistics ? readMetricStatistics(json) : readMetricDataResults(json);
}

function readMetricDataResults(json: unknown): Result<readonly Series[]> {
  const parsed = v.safeParse(metricDataSchema, json);
  if (!parsed.success) return fail(parsed.issues.map((issue) => faultOf(issue, 'get-metric-data')));
  return succeed(parsed.output.MetricDataResults.map((series) => ({ from: 'MetricDataResults' as const, ...series })));
}

function readMetricStatistics(json: unknown): Result<readonly Series[]> {
  const parsed = v.safeParse(metricStatisticsSchema, json);
  if (!parsed.success) return fail(parsed.issues.map((issue) => faultOf(issue, 'get-metric-statistics')));
  const { Label, Datapoints } = parsed.output;
  const without = Datapoints.find(({ Sum }) => Sum === undefined);
  if (without !== undefined) {
    const found = Object.keys(without).filter((key) => key !== 'Timestamp' && key !== 'Unit' && key !== 'Sum');
    const remedy = 'ask again with --statistics Sum';
    return fail([{ field: 'Datapoints', value: quote(found.join(', ')), problem: 'have no Sum', remedy }]);
  }
  const Timestamps = Datapoints.map(({ Timestamp }) => Timestamp);
  const Values = Datapoints.map(({ Sum = Number.NaN }) => Sum);
  return succeed([{ from: 'Datapoints', Id: Label, Label, Timestamps, Values, statistic: 'Sum' }]);
}

function faultOf(issue: v.BaseIssue<unknown>, command: string) {
  return {
    field: v.getDotPath(issue as never) ?? 'trace',
    value: quote(issue.received),
    problem: `is not ${issue.expected ?? 'valid'}`,
    remedy: `give the output of ${command}`,
  };
}
