/**
 * Which functions read a stream, and how many executions they need for it. The event source mappings of the account prove
 * it; a tag or a setting only names a function.
 */
import { functionNameOf } from '../settings/consumer-settings.ts';
import type { ConsumerSettings } from '../settings/stream-settings.ts';

export interface EventSourceMapping {
  /** ARN of the function, or of one of its versions or aliases. */
  readonly functionArn: string;
  /** ARN of a stream, of a consumer with enhanced fan-out, or of a source of another kind. */
  readonly eventSourceArn: string;
  /** Invocations at the same time for each shard, 1 to 10. */
  readonly parallelizationFactor: number;
  readonly isEnabled: boolean;
}

/**
 * Who named a consumer. Anybody may write a `tag`: it counts only where a mapping proves it. The `environment` of a function
 * that was taken over names one consumer for all streams. The `deployment` names it for this stream.
 */
export type ConsumerOrigin = 'deployment' | 'environment' | 'tag';

/** What a consumer needs by its mappings. */
export interface ConsumerNeed {
  /** Undefined where the mappings could not be read. */
  readonly isMapped: boolean | undefined;
  /** Undefined where no number is given and the mappings could not be read. */
  readonly executionsPerShard: number | undefined;
  /** Other streams that the function reads, with the executions for each of their shards. */
  readonly otherStreams: readonly { readonly streamName: string; readonly executionsPerShard: number }[];
  /** Sources that are no streams invoke it as well: what they need is unknown. */
  readonly hasOtherSources: boolean;
}

/**
 * @param mappings all mappings of the account. Undefined where they could not be read.
 * @returns undefined where the function is no consumer of this stream.
 */
export function needOf(
  consumer: ConsumerSettings,
  origin: ConsumerOrigin,
  streamName: string,
  mappings: readonly EventSourceMapping[] | undefined,
): ConsumerNeed | undefined {
  const { lambdasPerShard } = consumer;
  if (!mappings) {
    if (origin === 'tag') return undefined;
    return { isMapped: undefined, executionsPerShard: lambdasPerShard, otherStreams: [], hasOtherSources: false };
  }
  const functionName = functionNameOf(consumer.functionArn);
  const own = mappings.filter((mapping) => mapping.isEnabled && functionNameOf(mapping.functionArn) === functionName);
  const factors = Map.groupBy(own, ({ eventSourceArn }) => readStreamOfSource(eventSourceArn) ?? '');
  const sumOf = (name: string) =>
    (factors.get(name) ?? []).reduce((sum, { parallelizationFactor }) => sum + parallelizationFactor, 0);
  const mapped = sumOf(streamName);
  const others = [...factors.keys()].filter((name) => name !== streamName && name !== '');
  const isOfAnotherStream = mapped === 0 && others.length > 0;
  if (mapped === 0 && (origin === 'tag' || (origin === 'environment' && isOfAnotherStream))) return undefined;
  const given = lambdasPerShard ?? (mapped || 1);
  return {
    isMapped: mapped > 0,
    executionsPerShard: origin === 'tag' ? Math.min(given, mapped) : given,
    otherStreams: others.map((name) => ({ streamName: name, executionsPerShard: sumOf(name) })),
    hasOtherSources: factors.has(''),
  };
}

/** The stream in the ARN of a stream or of a fan-out consumer. Undefined for a source of another kind. */
export function readStreamOfSource(arn: string): string | undefined {
  return /^arn:[\w-]+:kinesis:[\w-]+:\d{12}:stream\/([\w.-]+)(?:\/consumer\/.+)?$/.exec(arn)?.[1];
}
