/** Embedded metric format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
import * as v from 'valibot';

export interface EmbeddedMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly unit: string | undefined;
  readonly dimensions: readonly { readonly name: string; readonly value: string }[];
  readonly values: readonly number[];
  readonly atMs: number;
}

const directive = v.object({
  Namespace: v.string(),
  Dimensions: v.optional(v.array(v.array(v.string())), [[]]),
  Metrics: v.array(v.object({ Name: v.string(), Unit: v.optional(v.string()) })),
});
const document = v.looseObject({
  _aws: v.object({ Timestamp: v.number(), CloudWatchMetrics: v.array(directive) }),
});

/** The metrics in one line of a log; none if it is not in the format. */
export function embeddedMetrics(line: string, atMs: number): readonly EmbeddedMetric[] {
  if (!line.startsWith('{') || !line.includes('"CloudWatchMetrics"')) return [];
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), document), line);
  if (!parsed.success) return [];
  const { _aws, ...members } = parsed.output;
  return _aws.CloudWatchMetrics.flatMap((found) =>
    found.Dimensions.flatMap((names) =>
      found.Metrics.map((metric) => ({
        namespace: found.Namespace,
        metricName: metric.Name,
        unit: metric.Unit,
        dimensions: names.map((name) => ({ name, value: String(members[name]) })),
        values: [members[metric.Name]].flat().filter((value) => typeof value === 'number'),
        atMs,
      })),
    ),
  );
}
