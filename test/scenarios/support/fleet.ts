/**
 * The deployments of the scenarios. The fleet has streams enough for each test of a file to take its own; `plain` ones are read
 * by nobody that is known, `served` ones by a function whose concurrency follows the shards.
 */
import { DEFAULT_ACCOUNT } from '../../../local/account.ts';

export type StreamKind = 'plain' | 'served';

export const initialShardCount = 4;
export const lambdasPerShard = 2;
export const bounds = { minShards: 1, maxShards: 64 };
export const thresholds = { scaleUpThreshold: 0.75, scaleDownThreshold: 0.25 };

/** Short waits and few resends: a call that always fails is given up soon. */
export const retries = 2;
const retry = { shortestWaitSeconds: 0.05, longestWaitSeconds: 0.2, retries, callTimeoutSeconds: 1 };
const streamsOfAKind = 12;

export function processorOf(streamName: string): string {
  return `${streamName}-processor`;
}

export function streamNamesOf(kind: StreamKind): readonly string[] {
  return Array.from({ length: streamsOfAKind }, (_, index) => `${kind}-${index + 1}`);
}

export const fleet = deploymentOf([...streamNamesOf('plain').map(plain), ...streamNamesOf('served').map(served)]);

/** The same streams with another threshold: what a redeployment changes. */
export const changedScaleUpThreshold = 0.8;
export const changedFleet = { ...fleet, defaults: { scaleUpThreshold: changedScaleUpThreshold } };

/** One stream with a consumer, and people who are told. */
export const noticeTopic = 'people';
export const pagerTopic = 'pager';
const notices = { notices: { topicArn: topicArn(noticeTopic) }, pager: { topicArn: topicArn(pagerTopic) } };
export const single = { ...deploymentOf([served('served-1')]), ...notices };
export const singleLoadDriven = { ...deploymentOf([{ ...served('served-1'), policy: 'target' }]), ...notices };

/** Streams whose load is checked every minute. */
export const loadDriven = {
  ...deploymentOf([
    ...Array.from({ length: 5 }, (_, index) => ({ ...plain(`plain-${index + 1}`), policy: 'target' })),
    { ...served('served-1'), policy: 'adaptive' },
  ]),
  notices: { topicArn: topicArn(noticeTopic) },
};

/** As few as go down, which takes them more than an hour of load checks. */
export const loadDrivenConsumers = {
  ...deploymentOf(['served-1', 'served-2'].map((name) => ({ ...served(name), policy: 'target' }))),
  notices: { topicArn: topicArn(noticeTopic) },
};

/** Everything that can be deployed, and more streams than one batch of the reconciler holds. */
const streamsBeyondABatch = 51;
export const large = {
  ...deploymentOf([
    ...Array.from({ length: streamsBeyondABatch }, (_, index) => plain(`plain-${index + 1}`)),
    { ...served('served-1'), concurrencyFallback: 'remove', hotShard: 'split' },
    { ...plain('looking-1'), policy: 'adaptive' },
  ]),
  notices: true,
  pager: true,
  discovery: true,
};

function deploymentOf(streams: readonly object[]) {
  return { dryRun: false, retry, streams };
}

function plain(name: string) {
  return { name, create: true, shardCount: initialShardCount, ...bounds };
}

function served(name: string) {
  const { partition, region, accountId } = DEFAULT_ACCOUNT;
  const functionArn = `arn:${partition}:lambda:${region}:${accountId}:function:${processorOf(name)}`;
  return { ...plain(name), consumers: [{ functionArn, lambdasPerShard }] };
}

function topicArn(name: string): string {
  return `arn:aws:sns:${DEFAULT_ACCOUNT.region}:${DEFAULT_ACCOUNT.accountId}:${name}`;
}
