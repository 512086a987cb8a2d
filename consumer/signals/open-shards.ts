/** The open shard count of a stream, the bound of useful workers. */
import { DescribeStreamSummaryCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { knownSample, type Signal, unknownSample } from '../decision/sample.ts';

export type StreamReader = Pick<KinesisClient, 'send'>;

/** Open shards, Count. Source: `OpenShardCount` of DescribeStreamSummary (20 calls a second and account). */
export function openShards(
  streamName: string,
  options: { readonly client: StreamReader; readonly nowMs: () => number },
): Signal {
  const details = { unit: 'Count', dimensions: { StreamName: streamName } } as const;
  return async (abortSignal) => {
    const answer = await options.client.send(new DescribeStreamSummaryCommand({ StreamName: streamName }), {
      abortSignal,
    });
    const count = answer.StreamDescriptionSummary?.OpenShardCount;
    if (count === undefined)
      return unknownSample(`Kinesis gave no shard count for ${streamName}`, options.nowMs(), details);
    return knownSample(count, options.nowMs(), details);
  };
}
