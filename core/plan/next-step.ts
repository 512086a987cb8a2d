/**
 * Stepwise resharding of a real stream: the next SplitShard or MergeShards, from the shards alone. What the functions
 * remember is only where the steps lead (the intent); how far they have come, the shards say.
 */
import type { ScaleDecision, ShardStep } from '../decision/decision.ts';
import { nextStep } from '../load/even-shards.ts';
import { evenBoundary, startsOf } from '../stream/hash-keys.ts';
import type { OpenShard, StreamState } from '../stream/stream-state.ts';
import { encodeIntent, type ScalingIntent, tagKeys } from '../stream/stream-tags.ts';
import type { Lane, MergeShards, SplitShard } from './effects.ts';

/** Undefined when the shards are so many even ones. */
export function nextShardStep(shards: readonly OpenShard[], shardCount: number): ShardStep | undefined {
  const step = nextStep(startsOf(shards), shardCount);
  const shard = step && shards[step.shard];
  if (!step || !shard) return undefined;
  const { shardId } = shard;
  if (step.kind === 'split') {
    const startingHashKey = evenBoundary(Math.round(step.at * shardCount), shardCount);
    return { kind: 'split', shardId, startingHashKey };
  }
  const next = shards[step.shard + 1];
  return next && { kind: 'merge', shardId, adjacentShardId: next.shardId };
}

export function effectOf(step: ShardStep, { from, to }: Pick<ScalingIntent, 'from' | 'to'>): SplitShard | MergeShards {
  switch (step.kind) {
    case 'split': {
      const { shardId, startingHashKey } = step;
      return { kind: 'split-shard', shardId, startingHashKey, from, to, onFailure: 'abort' };
    }
    case 'merge': {
      const { shardId, adjacentShardId } = step;
      return { kind: 'merge-shards', shardId, adjacentShardId, from, to, onFailure: 'abort' };
    }
  }
}

/** The decision with the first of its steps. Undefined where the shards are even already, which no count had shown. */
export function withFirstStep(decision: ScaleDecision, shards: readonly OpenShard[]): ScaleDecision | undefined {
  const step = nextShardStep(shards, decision.targetShardCount);
  return step && { ...decision, step };
}

/** The next step of those under way; when there is none, the intent is marked as done. */
export function planNextStep({ shards = [] }: StreamState, intent: ScalingIntent): Lane {
  const step = nextShardStep(shards, intent.to);
  if (step) return [effectOf(step, intent)];
  const { way: _way, ...done } = intent;
  return [{ kind: 'tag-stream', tags: { [tagKeys.intent]: encodeIntent(done) }, onFailure: 'abort' }];
}
