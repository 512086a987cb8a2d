/**
 * Stepwise resharding: one SplitShard or MergeShards at a time, from any shards to `count` even ones. These two calls have
 * no daily quota.
 *
 * A shard is a part of the hash keys. `starts` are the lower ends of all open shards, in order, as fractions of all hash
 * keys; the first is 0. The next step follows from the shards alone, so that a resharding that was interrupted goes on,
 * or turns back, from wherever it is. No step makes a shard larger than the largest one now or one of `count` even ones,
 * whichever is larger: on the way down the stream accepts at least what `count` even shards do, on the way up what it does now.
 */

export type ReshardingStep =
  /** `at` is the fraction of all hash keys at which the shard is split. */
  | { readonly kind: 'split'; readonly shard: number; readonly at: number }
  /** Merges the shard with the next one. */
  | { readonly kind: 'merge'; readonly shard: number };

/** A boundary may be off by this share of an even shard: Kinesis rounds its own. */
const TOLERANCE = 1e-6;

/** Undefined when the shards are `count` even ones. */
export function nextStep(starts: readonly number[], count: number): ReshardingStep | undefined {
  const tolerance = TOLERANCE / count;
  for (let shard = 0; shard < starts.length; shard++) {
    const evenShard = Math.floor((starts[shard] as number) * count + TOLERANCE);
    // A boundary that is rounded away from the end of all hash keys.
    if (evenShard === count) return { kind: 'merge', shard: shard - 1 };
    const evenEnd = (evenShard + 1) / count;
    const end = starts[shard + 1] ?? 1;
    if (end > evenEnd + tolerance) return { kind: 'split', shard, at: evenEnd };
    if (end >= evenEnd - tolerance) continue;
    const nextEnd = starts[shard + 2] ?? 1;
    if (nextEnd > evenEnd + tolerance) return { kind: 'split', shard: shard + 1, at: evenEnd };
    return { kind: 'merge', shard };
  }
  return undefined;
}

export function evenStarts(count: number): number[] {
  return Array.from({ length: count }, (_, shard) => shard / count);
}

/** Changes `starts` as the step changes the shards. */
export function takeStep(starts: number[], step: ReshardingStep): void {
  if (step.kind === 'split') starts.splice(step.shard + 1, 0, step.at);
  else starts.splice(step.shard + 1, 1);
}

/** How many even shards accept as much, keys being uniform: 1 / the largest share of the hash keys. */
export function servingShards(starts: readonly number[]): number {
  let largest = 0;
  for (let shard = 0; shard < starts.length; shard++) {
    largest = Math.max(largest, (starts[shard + 1] ?? 1) - (starts[shard] as number));
  }
  const shards = 1 / largest;
  return Math.abs(shards - Math.round(shards)) <= TOLERANCE ? Math.round(shards) : shards;
}

/** Steps from these shards to `count` even ones: one for each boundary that is missing, and for each one too many. */
export function countSteps(starts: readonly number[], count: number): number {
  const shared = starts.filter((start) => Math.abs(start * count - Math.round(start * count)) <= TOLERANCE).length;
  return starts.length + count - 2 * shared;
}

/** Steps from `from` even shards to `to` even ones. */
export function countStepsBetween(from: number, to: number): number {
  return from + to - 2 * greatestCommonDivisor(from, to);
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
