/** Publishes samples as CloudWatch custom metrics, for ECS target tracking and alarms. */
import { type CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { type Dimensions, isKnown, type SampleUnit, sampleUnits } from '../decision/sample.ts';
import type { Emitter } from '../ports.ts';

export type CloudWatchWriter = Pick<CloudWatchClient, 'send'>;

export interface CloudWatchEmitterOptions {
  /** Owned by the caller: `close` leaves it open. */
  readonly client: CloudWatchWriter;
  /** 1 to 255 characters, and not one of AWS's own (`AWS/...`). */
  readonly namespace: string;
  /** On every metric; a sample's dimension of the same name wins. */
  readonly dimensions?: Dimensions;
  /** The unit of samples that bear none. Default `None`. */
  readonly unit?: SampleUnit;
}

/** CloudWatch takes at most 30 dimensions a metric. Source: CloudWatch API reference, MetricDatum. */
const maxDimensions = 30;

/**
 * One PutMetricData call an emit, with the time at which the value was observed. An unknown sample is skipped.
 *
 * @throws RangeError for a missing client a namespace or a unit that CloudWatch refuses.
 */
export function createCloudWatchEmitter(options: CloudWatchEmitterOptions): Emitter {
  const faults = optionFaults(options);
  if (faults.length > 0) throw new RangeError(`cannot emit to CloudWatch: ${faults.join('; ')}`);
  const { client, namespace, dimensions: ownDimensions = {}, unit = 'None' } = options;

  return {
    emit: async ({ name, sample }, abortSignal) => {
      if (!isKnown(sample)) return;
      // The SDK sends "NaN" without complaint.
      if (!Number.isFinite(sample.value))
        throw new RangeError(`${name} is ${sample.value}, which CloudWatch must not be sent`);
      const dimensions = sortedDimensions({ ...ownDimensions, ...sample.dimensions });
      if (dimensions.length > maxDimensions)
        throw new RangeError(`${name} has ${dimensions.length} dimensions, CloudWatch takes ${maxDimensions}`);
      const datum = {
        MetricName: name,
        Value: sample.value,
        Unit: sample.unit === 'None' ? unit : sample.unit,
        Timestamp: new Date(sample.observedAtMs),
        Dimensions: dimensions,
      };
      await client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData: [datum] }), { abortSignal });
    },
    close: async () => {},
  };
}

/** By name, so that the same metric always looks the same on the wire and in a log. */
function sortedDimensions(dimensions: Dimensions): { Name: string; Value: string }[] {
  return Object.entries(dimensions)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([Name, Value]) => ({ Name, Value }));
}

function optionFaults(options: Partial<CloudWatchEmitterOptions>): string[] {
  const { client, namespace, unit } = options;
  const faults: string[] = [];
  if (typeof client?.send !== 'function') faults.push('client is missing');
  if (typeof namespace !== 'string' || namespace.trim() === '' || namespace.length > 255) {
    faults.push(`namespace must have 1 to 255 characters, got ${JSON.stringify(namespace)}`);
  } else if (namespace.startsWith('AWS/')) {
    faults.push(`namespace ${JSON.stringify(namespace)} is reserved for AWS: choose one that does not begin with AWS/`);
  }
  if (unit !== undefined && !sampleUnits.includes(unit))
    faults.push(`unit ${JSON.stringify(unit)} is not one of CloudWatch's: use one of ${sampleUnits.join(', ')}`);
  return faults;
}
