/** Reads what a stream's consumers have reserved, what their event source mappings need, and what the account has left. */
import { awsFacts } from '../../core/aws-facts.ts';
import { functionNameOf } from '../../core/settings/consumer-settings.ts';
import type { ConsumerSettings } from '../../core/settings/stream-settings.ts';
import { type ConsumerNeed, type ConsumerOrigin, needOf } from '../../core/stream/event-sources.ts';
import type { ConsumerState } from '../../core/stream/stream-state.ts';
import type { CallFailure, Ports } from '../ports.ts';
import { failuresOf } from './call-failures.ts';

export interface ConsumersReading {
  readonly states: readonly ConsumerState[];
  readonly failures: readonly CallFailure[];
}

const noConsumers: ConsumersReading = { states: [], failures: [] };

export async function readConsumers(
  consumers: readonly ConsumerSettings[],
  origin: ConsumerOrigin,
  streamName: string,
  ports: Ports,
): Promise<ConsumersReading> {
  if (consumers.length === 0) return noConsumers;
  // All at once, so that a scaling waits for one round trip: what turns out to be nobody's consumer was read in vain.
  const [unreserved, mappings, ...reservations] = await Promise.all([
    ports.functions.unreservedConcurrency(),
    ports.functions.eventSourceMappings(),
    ...consumers.map(({ functionArn }) => ports.functions.reservedConcurrency(functionNameOf(functionArn))),
  ]);
  const reservable = unreserved.ok ? unreserved.value - awsFacts.leastUnreservedConcurrency.value : undefined;
  const readings = await Promise.all(
    reservations.map(async (reserved, index): Promise<ConsumersReading> => {
      const consumer = consumers[index];
      const need = consumer && needOf(consumer, origin, streamName, mappings.ok ? mappings.value : undefined);
      if (!need) return noConsumers;
      // A function that does not exist is a fact about the stream, and not a call that another attempt mends.
      const isMissing = !reserved.ok && reserved.failure.kind === 'gone';
      if (!reserved.ok && !isMissing) return { states: [], failures: [reserved.failure] };
      const elsewhere = isMissing ? undefined : await readElsewhere(need, ports);
      const reservedConcurrency = reserved.ok ? reserved.value : undefined;
      const state = toState(consumer, need, elsewhere, reservedConcurrency, reservable);
      return { states: [isMissing ? { ...state, isMissing } : state], failures: [] };
    }),
  );
  return {
    states: readings.flatMap(({ states }) => states),
    failures: [...failuresOf([unreserved, mappings]), ...readings.flatMap(({ failures }) => failures)],
  };
}

function toState(
  { functionArn }: ConsumerSettings,
  { executionsPerShard, isMapped }: ConsumerNeed,
  elsewhere: number | undefined,
  reservedConcurrency: number | undefined,
  reservableConcurrency: number | undefined,
): ConsumerState {
  return {
    functionArn,
    functionName: functionNameOf(functionArn),
    executionsPerShard: executionsPerShard ?? 0,
    executionsElsewhere: executionsPerShard === undefined ? undefined : elsewhere,
    isMapped,
    reservedConcurrency,
    reservableConcurrency,
  };
}

/**
 * What the function needs for the other streams that it reads. Undefined where nobody can tell; a stream that this deployment
 * may not read is one such, and no failure of this stream.
 */
async function readElsewhere(
  { otherStreams, hasOtherSources }: ConsumerNeed,
  ports: Ports,
): Promise<number | undefined> {
  if (hasOtherSources) return undefined;
  const needs = await Promise.all(
    otherStreams.map(async ({ streamName, executionsPerShard }) => {
      const summary = await ports.streams.describe(streamName);
      return summary.ok ? summary.value.openShardCount * executionsPerShard : undefined;
    }),
  );
  return needs.reduce<number | undefined>(
    (sum, need) => (sum === undefined || need === undefined ? undefined : sum + need),
    0,
  );
}
