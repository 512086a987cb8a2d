/**
 * Checks in AWS whether every stream was scaled exactly once and whether its alarms and tags agree with it. It checks what an
 * operator would check and does not use the product's own comparison.
 */
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { type Fleet, initialShardCount } from './fleet.ts';

export interface FleetAgreement {
  readonly scaledOnce: number;
  readonly lost: number;
  readonly twice: number;
  /** Streams whose alarms or tags disagree with their shards. */
  readonly disagreeing: readonly string[];
  readonly deadLetters: number;
}

export function checkFleet({ aws, streamNames, deadLetterQueueUrl }: Fleet): FleetAgreement {
  const nowMs = aws.clock.nowMs();
  const streams = streamNames.map((name) => aws.kinesis.account.stream(name));
  const calls = streams.map((stream) => stream.callsWithin24h(nowMs));
  const disagreeing = streams.filter((stream) => {
    const shards = stream.openShardCountAt(nowMs);
    const intent = stream.tags.list().find(({ Key }) => Key === 'autoscaling/scaling')?.Value ?? '';
    const { MetricAlarms = [] } = aws.cloudwatch.describeAlarms({ AlarmNamePrefix: `${stream.streamName}-` });
    return !(
      shards === 2 * initialShardCount &&
      intent.endsWith(` ${initialShardCount} ${shards}`) &&
      MetricAlarms.length === 2 &&
      MetricAlarms.every((alarm) => isInOrder(alarm, shards))
    );
  });
  return {
    scaledOnce: calls.filter((count) => count === 1).length,
    lost: calls.filter((count) => count === 0).length,
    twice: calls.filter((count) => count > 1).length,
    disagreeing: disagreeing.map(({ streamName }) => streamName),
    deadLetters: Number(aws.queues.attributes(deadLetterQueueUrl).ApproximateNumberOfMessages),
  };
}

function isInOrder({ StateValue, Metrics = [], Threshold = 0 }: MetricAlarm, shards: number): boolean {
  const judged = Metrics.find(({ Id }) => Id === 's1')?.Expression;
  return StateValue !== 'ALARM' && judged === String(shards) && Threshold > 0 && Threshold < 1;
}
