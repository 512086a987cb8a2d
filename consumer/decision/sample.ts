/**
 * The one value that everything on the consumer side passes around.
 *
 * A sample is a union so that the compiler enforces the side's first rule, "unknown is not zero": an unknown
 * sample has no number in it, so no emitter, policy or scaler can read an outage as an empty queue.
 */

/** CloudWatch's units. Source: CloudWatch API reference, MetricDatum, `Unit`. A test compares them with the SDK's. */
export const sampleUnits = [
  'None',
  'Count',
  'Count/Second',
  'Percent',
  'Microseconds',
  'Milliseconds',
  'Seconds',
  'Bits',
  'Kilobits',
  'Megabits',
  'Gigabits',
  'Terabits',
  'Bits/Second',
  'Kilobits/Second',
  'Megabits/Second',
  'Gigabits/Second',
  'Terabits/Second',
  'Bytes',
  'Kilobytes',
  'Megabytes',
  'Gigabytes',
  'Terabytes',
  'Bytes/Second',
  'Kilobytes/Second',
  'Megabytes/Second',
  'Gigabytes/Second',
  'Terabytes/Second',
] as const;
export type SampleUnit = (typeof sampleUnits)[number];

export type Dimensions = Readonly<Record<string, string>>;

interface SampleContext {
  readonly unit: SampleUnit;
  readonly dimensions: Dimensions;
  /** Epoch ms at which the source observed the value, not when it was read. */
  readonly observedAtMs: number;
}

/** `stale`: the source's newest value is older than it should be. It was true once, and is better than nothing. */
export type SampleQuality = 'ok' | 'stale' | 'unknown';

/** The messages of a queue by state, as far as the source tells them. */
export interface QueueDepth {
  readonly visible?: number;
  /** Delivered and not yet acknowledged. */
  readonly notVisible?: number;
  readonly delayed?: number;
}

export interface KnownSample extends SampleContext {
  readonly quality: Exclude<SampleQuality, 'unknown'>;
  readonly value: number;
  /** Where the value is the depth of a queue: its parts. */
  readonly queue?: QueueDepth;
  /** What the number alone does not tell, for the log and the report. */
  readonly note?: string;
}

/** The source answered that the value is not known. `because` is for the log and the report. */
export interface UnknownSample extends SampleContext {
  readonly quality: 'unknown';
  readonly because: string;
}

export type Sample = KnownSample | UnknownSample;

/** Takes one sample. Rejects when the source cannot be asked; must give up when `abortSignal` aborts. */
export type Signal = (abortSignal: AbortSignal) => Promise<Sample>;

interface Details {
  readonly unit?: SampleUnit;
  readonly dimensions?: Dimensions;
}

interface KnownDetails extends Details, Pick<KnownSample, 'queue' | 'note'> {
  readonly stale?: boolean;
}

/**
 * A sample that is known.
 *
 * @throws RangeError when the value is NaN or infinite: a number that cannot be published is not a measurement.
 */
export function knownSample(value: number, observedAtMs: number, details: KnownDetails = {}): KnownSample {
  if (!Number.isFinite(value)) throw new RangeError(`a sample's value must be finite, got ${value}`);
  const { stale, queue, note } = details;
  return {
    ...context(observedAtMs, details),
    quality: stale ? 'stale' : 'ok',
    value,
    ...(queue === undefined ? {} : { queue }),
    ...(note === undefined ? {} : { note }),
  };
}

/** A sample that says that the value is not known, and why. */
export function unknownSample(because: string, observedAtMs: number, details: Details = {}): UnknownSample {
  return { ...context(observedAtMs, details), quality: 'unknown', because };
}

/** Whether the sample carries a number. */
export function isKnown(sample: Sample): sample is KnownSample {
  return sample.quality !== 'unknown';
}

function context(observedAtMs: number, details: Details): SampleContext {
  return { unit: details.unit ?? 'None', dimensions: details.dimensions ?? {}, observedAtMs };
}
