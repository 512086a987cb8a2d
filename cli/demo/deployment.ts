/** The stream that the demo deploys, its consumer, and what must hold of it at the end. */
import { isLoadDriven, type PolicyName } from '../../core/settings/stream-settings.ts';
import type { Expectation } from './agreement.ts';

export const streamName = 'orders';
export const consumer = { functionName: 'orders-processor', lambdasPerShard: 2 };

const bounds = { minShards: 1, maxShards: 32 };
const thresholds = { scaleUpThreshold: 0.75, scaleDownThreshold: 0.25 };
const initialShardCount = 8;

export function deploymentOf(policy: PolicyName) {
  const functionArn = `arn:aws:lambda:eu-west-1:123456789012:function:${consumer.functionName}`;
  const stream = {
    name: streamName,
    create: true,
    shardCount: initialShardCount,
    policy,
    ...bounds,
    ...(isLoadDriven({ policy }) ? {} : thresholds),
    consumers: [{ functionArn, lambdasPerShard: consumer.lambdasPerShard }],
  };
  return { dryRun: false, streams: [stream] };
}

export function expectationOf(policy: PolicyName): Expectation {
  return { streamName, ...bounds, ...expectedThresholds(policy), consumer };
}

/** With a load-driven policy the scale-up alarm only catches full shards, and the scale-down alarm is at rest. */
function expectedThresholds(policy: PolicyName): Pick<Expectation, 'scaleUpThreshold' | 'scaleDownThreshold'> {
  return isLoadDriven({ policy }) ? { scaleUpThreshold: 1, scaleDownThreshold: 'rests' } : thresholds;
}
