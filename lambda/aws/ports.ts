/** Builds the ports over the SDK's clients; the only file that constructs clients. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { SNSClient } from '@aws-sdk/client-sns';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { RetrySettings } from '../../core/settings/deployment.ts';
import type { Ports } from '../ports.ts';
import { cloudWatchAlarms } from './alarms.ts';
import { awsFleet } from './fleet.ts';
import { lambdaFunctions } from './functions.ts';
import { cloudWatchMetrics } from './metrics.ts';
import { snsNotices } from './notices.ts';
import { retryStrategy } from './retry.ts';
import { kinesisStreams } from './streams.ts';

const connectionTimeoutMs = 2_000;

export function awsPorts(retry: RetrySettings): Ports {
  const shared = clientOptions(retry);
  const oneAttempt = { ...shared, retryStrategy: retryStrategy({ ...retry, retries: 0 }) };
  const cloudwatch = new CloudWatchClient(shared);
  const lambda = new LambdaClient(shared);
  return {
    streams: kinesisStreams(new KinesisClient(shared), new KinesisClient(oneAttempt), cloudwatch),
    alarms: cloudWatchAlarms(cloudwatch),
    metrics: cloudWatchMetrics(cloudwatch),
    functions: lambdaFunctions(lambda),
    fleet: awsFleet(new ResourceGroupsTaggingAPIClient(shared), cloudwatch, lambda),
    notices: snsNotices(new SNSClient(shared)),
  };
}

/** HTTP/1.1 for all: at a handful of calls an invocation HTTP/2, Kinesis' default here, only adds a slower handshake. */
function clientOptions(retry: RetrySettings) {
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: retry.callTimeoutMs,
    throwOnRequestTimeout: true,
  });
  return { requestHandler, retryStrategy: retryStrategy(retry) };
}
