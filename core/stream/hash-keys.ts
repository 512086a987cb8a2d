/** Hash keys: the 128-bit numbers that Kinesis makes of partition keys. Each shard takes a range of them. */
import type { OpenShard } from './stream-state.ts';

const hashKeys = 2n ** 128n;

/** The lower ends of the shards as fractions of all hash keys. The shards are in the order of their hash keys. */
export function startsOf(shards: readonly OpenShard[]): number[] {
  return shards.map(({ firstHashKey }) => Number(BigInt(firstHashKey)) / Number(hashKeys));
}

/** The first hash key of shard `index` of `count` even ones. */
export function evenBoundary(index: number, count: number): string {
  return String((hashKeys * BigInt(index)) / BigInt(count));
}

export function byHashKey(one: OpenShard, other: OpenShard): number {
  return Number(BigInt(one.firstHashKey) > BigInt(other.firstHashKey)) * 2 - 1;
}
