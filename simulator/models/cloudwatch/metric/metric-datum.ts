import type { MetricDatum, PutMetricDataInput } from '@aws-sdk/client-cloudwatch';
import { AwsServiceError } from '../../aws-service-error.ts';
import type { MetricIdentity, MinuteDatum } from './metric-series.ts';

/** One datum of a PutMetricData, checked. */
export interface ReadDatum {
  readonly identity: MetricIdentity;
  /** When it was measured; undefined for now. */
  readonly atMs: number | undefined;
  readonly values: MinuteDatum;
  readonly unit: string | undefined;
}

/**
 * Checks a PutMetricData whole, so that it is taken or refused whole.
 * @throws AwsServiceError MissingRequiredParameterException, InvalidParameterValueException
 */
export function readMetricData(input: PutMetricDataInput): ReadDatum[] {
  const namespace = input.Namespace ?? '';
  if (namespace === '') throw missing('The parameter Namespace is required.');
  if (namespace.startsWith('AWS/')) throw invalidValue(namespace, 'Namespace', "it must not start with 'AWS/'");
  const ofEntities = (input.EntityMetricData ?? []).flatMap(({ MetricData }) => MetricData ?? []);
  const data = [...(input.MetricData ?? []), ...ofEntities];
  if (data.length === 0) throw missing('The parameter MetricData is required.');
  return data.map((datum) => ({
    identity: identityOf(namespace, nameOf(datum), datum.Dimensions),
    atMs: datum.Timestamp?.getTime(),
    values: valuesOf(datum),
    unit: datum.Unit,
  }));
}

export function identityOf(
  namespace: string,
  metricName: string,
  dimensions: MetricDatum['Dimensions'] = [],
): MetricIdentity {
  return {
    namespace,
    metricName,
    dimensions: dimensions.map(({ Name, Value }) => ({ name: Name ?? '', value: Value ?? '' })),
  };
}

function valuesOf(datum: MetricDatum): MinuteDatum {
  const set = datum.StatisticValues;
  if (set !== undefined) {
    const { SampleCount: sampleCount, Sum: sum, Minimum: minimum, Maximum: maximum } = set;
    if (sampleCount === undefined || sum === undefined || minimum === undefined || maximum === undefined)
      throw missing('StatisticValues needs all of its members.');
    return { sampleCount, sum, minimum, maximum };
  }
  const values = datum.Values ?? (datum.Value === undefined ? [] : [datum.Value]);
  if (values.length === 0) throw missing('One of Value, Values, StatisticValues is required.');
  for (const value of values)
    if (!Number.isFinite(value)) throw invalidValue(String(value), 'MetricData.Value', 'a number is needed');
  const counts = values.map((_, index) => datum.Counts?.[index] ?? 1);
  return {
    sampleCount: counts.reduce((total, count) => total + count, 0),
    sum: values.reduce((total, value, index) => total + value * (counts[index] ?? 1), 0),
    minimum: Math.min(...values),
    maximum: Math.max(...values),
  };
}

function nameOf(datum: MetricDatum): string {
  if (datum.MetricName !== undefined && datum.MetricName !== '') return datum.MetricName;
  throw missing('The parameter MetricData.MetricName is required.');
}

export function invalidValue(value: string, parameter: string, why: string): AwsServiceError {
  return new AwsServiceError(
    'InvalidParameterValueException',
    `The value ${value} for parameter ${parameter} is invalid: ${why}.`,
  );
}

function missing(message: string): AwsServiceError {
  return new AwsServiceError('MissingRequiredParameterException', message);
}
