/** Opens what the configuration names: AWS clients, the NATS connection, Burrow. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { filePrefixes, type PluginPrefixes } from '../external-scaler/plugin-prefixes.ts';
import type { AwsInstrumentation } from '../monitor/aws-instrumentation.ts';
import type { Log } from '../ports.ts';
import { type Burrow, createBurrow } from '../signals/burrow.ts';
import type { ConsumerReader } from '../signals/jetstream-pending.ts';
import type { PluginsConfig, ServeConfig } from './config-schema.ts';
import { createNatsReader } from './nats-connection.ts';
import { createRedisPrefixes } from './redis-prefixes.ts';
import type { Secrets } from './secrets.ts';

export interface Backends {
  readonly cloudwatch: CloudWatchClient;
  readonly dynamodb: DynamoDBClient;
  readonly kinesis: KinesisClient;
  readonly sqs: SQSClient;
  readonly jetstream?: ConsumerReader;
  readonly burrow?: Burrow;
  readonly pluginPrefixes?: PluginPrefixes;
  readonly close: () => Promise<void>;
}

/** The operations that are observed by name. All others share one bucket. */
export const awsOperations = [
  'GetMetricData',
  'PutMetricData',
  'Scan',
  'DescribeStreamSummary',
  'GetQueueAttributes',
] as const;

/** Standard mode, because `adaptive` keeps slowing a client down after the throttling is over. */
const retries = { retryMode: 'standard', maxAttempts: 5 } as const;

export function openBackends(
  config: ServeConfig,
  secrets: Secrets,
  instrumentation: AwsInstrumentation,
  log: Log,
): Backends {
  const { aws, nats, burrow, plugins } = config.backends;
  const settings = { ...retries, ...(aws?.region === undefined ? {} : { region: aws.region }) };
  const cloudwatch = instrumentation.instrument(new CloudWatchClient(settings));
  const dynamodb = instrumentation.instrument(new DynamoDBClient(settings));
  // Over HTTP/1.1: by default this client speaks HTTP/2, which endpoints on this machine do not.
  const kinesis = instrumentation.instrument(new KinesisClient({ ...settings, requestHandler: new NodeHttpHandler() }));
  // The queue's URL names the queue, not the endpoint: that comes from region and environment, as for the others.
  const sqs = instrumentation.instrument(new SQSClient({ ...settings, useQueueUrlAsEndpoint: false }));
  const prefixes = plugins === undefined ? undefined : openPrefixes(plugins, secrets, log);
  const natsReader = nats === undefined ? undefined : createNatsReader(nats, secrets, log);

  return {
    cloudwatch,
    dynamodb,
    kinesis,
    sqs,
    ...(natsReader === undefined ? {} : { jetstream: natsReader.reader }),
    ...(prefixes === undefined ? {} : { pluginPrefixes: prefixes }),
    ...(burrow === undefined
      ? {}
      : {
          burrow: createBurrow({
            url: burrow.url,
            unseenPartitions: burrow.unseenPartitions,
            ...(burrow.cluster === undefined ? {} : { cluster: burrow.cluster }),
          }),
        }),
    close: async () => {
      for (const client of [cloudwatch, dynamodb, kinesis, sqs]) client.destroy();
      await natsReader?.close();
      prefixes?.close();
    },
  };
}

function openPrefixes(
  { redis, file = '' }: PluginsConfig,
  secrets: Secrets,
  log: Log,
): PluginPrefixes & { readonly close: () => void } {
  if (redis === undefined) return { ...filePrefixes(file), close: () => {} };
  return createRedisPrefixes({ url: redis.url, username: redis.username, ...secrets.redis, log });
}
