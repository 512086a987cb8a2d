/** The open shard count of a stream, the bound of useful workers. */
import { DescribeStreamSummaryCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { knownSample, type Signal, unknownSample } from '../decision/sample.ts';
import { namedSignal } from './named-signal.ts';

export type StreamReader = Pick<KinesisClient, 'send'>;

/** Open shards, Count. Source: `OpenShardCount` of DescribeStreamSummary (20 calls a second and account). */
export function openShards(
  streamName: string,
  options: { readonly client: StreamReader; readonly nowMs: () => number },
): Signal {
  const details = { unit: 'Count', dimensions: { StreamName: streamName } } as const;
  return namedSignal(`open shards of stream ${streamName}`, async (abortSignal) => {
    const answer = await options.client.send(new DescribeStreamSummaryCommand({ StreamName: streamName }), {
      abortSignal,
    });
    const count = answer.StreamDescriptionSummary?.OpenShardCount;
    if (count === undefined) return unknownSample('Kinesis gave no shard count', options.nowMs(), details);
    return knownSample(count, options.nowMs(), details);
  });
}
