/** The open shards of a modelled stream: the hash keys that each takes, and what SplitShard and MergeShards make of them. */
import { evenBoundary } from '../../core/stream/hash-keys.ts';
import type { OpenShard } from '../../core/stream/stream-state.ts';
import { AwsServiceError } from './aws-service-error.ts';

export class KinesisShards {
  readonly #streamName: string;
  #open: readonly OpenShard[] = [];
  #next = 0;

  constructor(streamName: string, count: number) {
    this.#streamName = streamName;
    this.makeEven(count);
  }

  /** In the order of their hash keys. */
  get open(): readonly OpenShard[] {
    return this.#open;
  }

  /** UpdateShardCount: new shards of equal size. */
  makeEven(count: number): void {
    this.#open = Array.from({ length: count }, (_, index) => ({
      shardId: this.#newId(),
      firstHashKey: evenBoundary(index, count),
      lastHashKey: String(BigInt(evenBoundary(index + 1, count)) - 1n),
    }));
  }

  /** @throws AwsServiceError ResourceNotFoundException, InvalidArgumentException */
  split(shardId: string, startingHashKey: string): void {
    const shard = this.#find(shardId);
    const at = BigInt(startingHashKey);
    if (at <= BigInt(shard.firstHashKey) || at >= BigInt(shard.lastHashKey)) {
      const message = `NewStartingHashKey ${startingHashKey} used in SplitShard() on shard ${shardId} in stream ${this.#streamName} is not both greater than one plus the shard's StartingHashKey and less than the shard's EndingHashKey`;
      throw new AwsServiceError('InvalidArgumentException', message);
    }
    const lower = { ...shard, shardId: this.#newId(), lastHashKey: String(at - 1n) };
    const upper = { ...shard, shardId: this.#newId(), firstHashKey: startingHashKey };
    this.#open = this.#open.flatMap((each) => (each === shard ? [lower, upper] : [each]));
  }

  /** @throws AwsServiceError ResourceNotFoundException, InvalidArgumentException */
  merge(shardId: string, adjacentShardId: string): void {
    const [one, other] = [this.#find(shardId), this.#find(adjacentShardId)];
    const [lower, upper] = BigInt(one.firstHashKey) < BigInt(other.firstHashKey) ? [one, other] : [other, one];
    if (BigInt(lower.lastHashKey) + 1n !== BigInt(upper.firstHashKey)) {
      const message = `Shards ${shardId} and ${adjacentShardId} in stream ${this.#streamName} are not an adjacent pair of shards eligible for merging`;
      throw new AwsServiceError('InvalidArgumentException', message);
    }
    const merged = { ...lower, shardId: this.#newId(), lastHashKey: upper.lastHashKey };
    this.#open = this.#open.filter((each) => each !== upper).map((each) => (each === lower ? merged : each));
  }

  #find(shardId: string): OpenShard {
    const shard = this.#open.find((each) => each.shardId === shardId);
    if (shard) return shard;
    const message = `Could not find shard ${shardId} in stream ${this.#streamName}.`;
    throw new AwsServiceError('ResourceNotFoundException', message);
  }

  #newId(): string {
    return `shardId-${String(this.#next++).padStart(12, '0')}`;
  }
}
