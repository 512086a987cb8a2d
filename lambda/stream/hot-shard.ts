/** A scale-up of a stream that publishes its traffic by shard: one hot shard may be all that is full. */
import type { ScalingDecision } from '../../core/decision/decision.ts';
import { considerShards, needsShardLoads, type ShardLoads } from '../../core/decision/hot-shard.ts';
import type { StreamFacts } from '../../core/stream/stream-facts.ts';
import type { ScalerContext } from '../context.ts';

/** The decision with what the shards say; it costs two calls, and only where they can change anything. */
export async function considerHotShard(
  decision: ScalingDecision,
  facts: StreamFacts,
  { ports, clock }: ScalerContext,
): Promise<ScalingDecision> {
  if (decision.kind !== 'scale' || !needsShardLoads(decision, facts)) return decision;
  const { state, settings } = facts;
  const periodSeconds = settings.periodMinutes * 60;
  const loads = await ports.streams.shardLoads(state.streamName, periodSeconds, clock.nowMs());
  const known: ShardLoads = loads.ok
    ? { kind: 'loads', shards: loads.value, periodSeconds }
    : { kind: 'unknown', code: loads.failure.code };
  return considerShards(decision, known, facts);
}
