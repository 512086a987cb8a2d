/** Reads the reserved concurrency of a stream's consumers, and what the account has left to reserve. */
import { awsFacts } from '../../core/aws-facts.ts';
import { functionNameOf } from '../../core/settings/consumer-settings.ts';
import type { ConsumerSettings } from '../../core/settings/stream-settings.ts';
import type { ConsumerState } from '../../core/stream/stream-state.ts';
import type { Account } from '../context.ts';
import type { CallFailure, Ports } from '../ports.ts';
import { failuresOf } from './call-failures.ts';

export interface ConsumersReading {
  readonly states: readonly ConsumerState[];
  readonly failures: readonly CallFailure[];
}

/** @param unproven nobody has said that these functions read the stream: Lambda is asked. */
export async function readConsumers(
  consumers: readonly ConsumerSettings[],
  streamName: string,
  unproven: boolean,
  ports: Ports,
  account: Account,
): Promise<ConsumersReading> {
  if (consumers.length === 0) return { states: [], failures: [] };
  const { partition, region, accountId } = account;
  const streamArn = `arn:${partition}:kinesis:${region}:${accountId}:stream/${streamName}`;
  const [unreserved, readings] = await Promise.all([
    ports.functions.unreservedConcurrency(),
    Promise.all(consumers.map((consumer) => readConsumer(consumer, streamArn, unproven, ports))),
  ]);
  const reservable = unreserved.ok ? unreserved.value - awsFacts.leastUnreservedConcurrency.value : undefined;
  return {
    states: readings.flatMap(({ state }) => (state ? [{ ...state, reservableConcurrency: reservable }] : [])),
    failures: [...failuresOf([unreserved]), ...readings.flatMap(({ failures }) => failures)],
  };
}

async function readConsumer(consumer: ConsumerSettings, streamArn: string, unproven: boolean, { functions }: Ports) {
  const functionName = functionNameOf(consumer.functionArn);
  const [reserved, reads] = await Promise.all([
    functions.reservedConcurrency(functionName),
    unproven ? functions.reads(functionName, streamArn) : { ok: true as const, value: true },
  ]);
  if (!reserved.ok || !reads.ok) return { state: undefined, failures: failuresOf([reserved, reads]) };
  if (!reads.value) return { state: undefined, failures: [] };
  const state: ConsumerState = {
    functionArn: consumer.functionArn,
    functionName,
    executionsPerShard: consumer.lambdasPerShard,
    executionsElsewhere: 0,
    isMapped: undefined,
    reservedConcurrency: reserved.value,
    reservableConcurrency: undefined,
  };
  return { state, failures: [] };
}
