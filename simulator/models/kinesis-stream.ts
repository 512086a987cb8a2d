/**
 * A Kinesis stream as an autoscaler sees it: counts, status, quota, tags. Nothing in here runs by itself: the calls
 * made so far determine what a stream is at a moment, and every method takes the time as an argument.
 */
import { servingShards } from '../../core/load/even-shards.ts';
import { startsOf } from '../../core/stream/hash-keys.ts';
import type { OpenShard } from '../../core/stream/stream-state.ts';
import { AwsServiceError } from './aws-service-error.ts';
import type { KinesisFacts } from './kinesis-facts.ts';
import { KinesisShards } from './kinesis-shards.ts';
import { KinesisTags } from './kinesis-tags.ts';

export type StreamMode = 'PROVISIONED' | 'ON_DEMAND';

export interface StreamOptions {
  readonly streamName: string;
  readonly openShardCount: number;
  readonly nowMs: number;
  /** Default PROVISIONED. */
  readonly streamMode?: StreamMode;
  readonly tags?: Readonly<Record<string, string>>;
}

/** What a stream shares with the others of its account and region. */
export interface StreamAccount {
  readonly accountId: string;
  readonly region: string;
  readonly facts: KinesisFacts;
  /** @throws AwsServiceError LimitExceededException: too many calls in this second */
  admitUpdateCall(streamName: string, nowMs: number): void;
  /** @throws AwsServiceError LimitExceededException: the account would have too many shards */
  checkShardLimit(additional: number, nowMs: number): void;
}

interface Resharding {
  readonly from: number;
  readonly to: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Even shards that take in as much as the stream is sure to, while UPDATING and after it. */
  readonly servesDuring: number;
  readonly servesAfter: number;
}

/** One stream. Made by `KinesisAccount.createStream`. */
export class KinesisStreamModel {
  readonly streamName: string;
  readonly streamArn: string;
  readonly createdAtMs: number;
  readonly tags: KinesisTags;
  readonly #account: StreamAccount;
  #mode: StreamMode;
  #resharding: Resharding;
  #successfulCallsMs: number[] = [];
  /** Known once somebody asks for them. */
  #shards: KinesisShards | undefined;

  constructor(account: StreamAccount, options: StreamOptions) {
    this.streamName = options.streamName;
    this.streamArn = `arn:aws:kinesis:${account.region}:${account.accountId}:stream/${options.streamName}`;
    this.createdAtMs = options.nowMs;
    this.tags = new KinesisTags(this, account.facts, options.tags ?? {});
    this.#account = account;
    this.#mode = options.streamMode ?? 'PROVISIONED';
    const { openShardCount: count, nowMs } = options;
    this.#resharding = settled(count, nowMs);
  }

  get streamMode(): StreamMode {
    return this.#mode;
  }

  statusAt(nowMs: number): 'ACTIVE' | 'UPDATING' {
    return nowMs < this.#resharding.endMs ? 'UPDATING' : 'ACTIVE';
  }

  /** While UPDATING it moves one shard at a time; no read of AWS shows the target. */
  openShardCountAt(nowMs: number): number {
    const { from, to, startMs, endMs } = this.#resharding;
    if (nowMs >= endMs) return to;
    return from + Math.trunc(((to - from) * Math.max(nowMs - startMs, 0)) / (endMs - startMs));
  }

  /**
   * What the stream is sure to take in: while UPDATING, the smaller of the two counts. Uneven shards take in what the largest
   * of them allows, keys being uniform.
   */
  capacityShardCountAt(nowMs: number): number {
    const { servesDuring, servesAfter, endMs } = this.#resharding;
    return nowMs < endMs ? servesDuring : servesAfter;
  }

  /** What is paid for: while UPDATING, the larger of the two counts. */
  billedShardCountAt(nowMs: number): number {
    const { from, to, endMs } = this.#resharding;
    return nowMs < endMs ? Math.max(from, to) : to;
  }

  /** When the stream is (or was) ACTIVE after the last resharding. */
  get activeAtMs(): number {
    return this.#resharding.endMs;
  }

  /** Successful UpdateShardCount calls in the quota's rolling window. */
  callsWithin24h(nowMs: number): number {
    const windowStartMs = nowMs - this.#account.facts.updateCallWindowMs;
    while ((this.#successfulCallsMs[0] ?? Number.POSITIVE_INFINITY) <= windowStartMs) this.#successfulCallsMs.shift();
    return this.#successfulCallsMs.length;
  }

  /**
   * @throws AwsServiceError InvalidArgumentException, ValidationException, ResourceInUseException,
   *   LimitExceededException (three causes: this stream's day, the account's calls a second, the account's shards)
   */
  updateShardCount(target: number, nowMs: number): UpdateShardCountResult {
    this.#account.admitUpdateCall(this.streamName, nowMs);
    this.checkUpdateShardCount(target, nowMs);
    const from = this.openShardCountAt(nowMs);
    this.#successfulCallsMs.push(nowMs);
    if (target !== from) {
      const endMs = nowMs + this.#account.facts.reshardingMs(from, target);
      const servesDuring = Math.min(this.capacityShardCountAt(nowMs), target);
      this.#resharding = { from, to: target, startMs: nowMs, endMs, servesDuring, servesAfter: target };
      this.#shards = undefined;
    }
    return {
      StreamName: this.streamName,
      StreamARN: this.streamArn,
      CurrentShardCount: from,
      TargetShardCount: target,
    };
  }

  /** Throws what `updateShardCount` would (apart from the rate of calls), and changes nothing. */
  checkUpdateShardCount(target: number, nowMs: number): void {
    const { facts } = this.#account;
    if (!Number.isInteger(target) || target < 1)
      throw new AwsServiceError(
        'ValidationException',
        `1 validation error detected: Value '${target}' at 'targetShardCount' failed to satisfy constraint: Member must have value greater than or equal to 1`,
      );
    if (this.#mode === 'ON_DEMAND')
      throw new AwsServiceError(
        'ValidationException',
        `Request is invalid. Stream ${this.streamName} under account ${this.#account.accountId} is in On-Demand mode.`,
      );
    if (this.statusAt(nowMs) !== 'ACTIVE') throw notActive(this.streamName, this.#account.accountId);
    this.#checkTarget(target, nowMs);
    if (this.callsWithin24h(nowMs) >= facts.maxUpdateCalls)
      throw new AwsServiceError(
        'LimitExceededException',
        `UpdateShardCount has been called ${facts.maxUpdateCalls} times within 24 hours for stream ${this.streamName} under account ${this.#account.accountId}, which is the limit.`,
      );
    this.#account.checkShardLimit(target - this.openShardCountAt(nowMs), nowMs);
  }

  /** UpdateStreamMode. It takes effect at once: how long AWS needs for it does not matter to what is modelled here. */
  updateStreamMode(mode: StreamMode, nowMs: number): void {
    if (this.statusAt(nowMs) !== 'ACTIVE') throw notActive(this.streamName, this.#account.accountId);
    this.#mode = mode;
  }

  describeSummary(nowMs: number): StreamSummary {
    return {
      StreamName: this.streamName,
      StreamARN: this.streamArn,
      StreamStatus: this.statusAt(nowMs),
      StreamModeDetails: { StreamMode: this.#mode },
      StreamCreationTimestamp: new Date(this.createdAtMs),
      OpenShardCount: this.openShardCountAt(nowMs),
    };
  }

  /** Somebody has changed the count without UpdateShardCount, to even shards and at once. */
  reshardByHand(openShardCount: number, nowMs: number): void {
    this.#shards = undefined;
    this.#resharding = settled(openShardCount, nowMs);
  }

  openShards(nowMs: number): readonly OpenShard[] {
    return this.#shardsAt(nowMs).open;
  }

  /** @throws AwsServiceError ResourceInUseException, ResourceNotFoundException, InvalidArgumentException, LimitExceededException */
  splitShard(shardId: string, startingHashKey: string, nowMs: number): void {
    this.#changeShards(1, nowMs, (shards) => shards.split(shardId, startingHashKey));
  }

  /** @throws AwsServiceError ResourceInUseException, ResourceNotFoundException, InvalidArgumentException */
  mergeShards(shardId: string, adjacentShardId: string, nowMs: number): void {
    this.#changeShards(0, nowMs, (shards) => shards.merge(shardId, adjacentShardId));
  }

  /** A split or a merge has made these shards, in the order of their hash keys, wherever they are kept. */
  noteShards(shards: readonly OpenShard[], nowMs: number): void {
    const from = this.openShardCountAt(nowMs);
    const servesAfter = servingShards(startsOf(shards));
    const servesDuring = Math.min(this.capacityShardCountAt(nowMs), servesAfter);
    const endMs = nowMs + this.#account.facts.splitOrMergeMs;
    this.#resharding = { from, to: shards.length, startMs: nowMs, endMs, servesDuring, servesAfter };
  }

  #changeShards(additional: number, nowMs: number, change: (shards: KinesisShards) => void): void {
    if (this.statusAt(nowMs) !== 'ACTIVE') throw notActive(this.streamName, this.#account.accountId);
    this.#account.checkShardLimit(additional, nowMs);
    const shards = this.#shardsAt(nowMs);
    change(shards);
    this.noteShards(shards.open, nowMs);
  }

  #shardsAt(nowMs: number): KinesisShards {
    this.#shards ??= new KinesisShards(this.streamName, this.openShardCountAt(nowMs));
    return this.#shards;
  }

  #checkTarget(target: number, nowMs: number): void {
    const { maxShardsPerStream, sameShardCount } = this.#account.facts;
    const open = this.openShardCountAt(nowMs);
    if (target > 2 * open || target * 2 < open || target > maxShardsPerStream)
      throw new AwsServiceError(
        'InvalidArgumentException',
        `UpdateShardCount cannot scale stream ${this.streamName} to ${target} shards: it must be at most double (${2 * open}), at least half (${Math.ceil(open / 2)}) of the current open shard count ${open}, and at most ${maxShardsPerStream}.`,
      );
    if (target === open && sameShardCount === 'refused')
      throw new AwsServiceError('InvalidArgumentException', `Stream ${this.streamName} has ${open} shards already.`);
  }
}

export interface UpdateShardCountResult {
  readonly StreamName: string;
  readonly StreamARN: string;
  readonly CurrentShardCount: number;
  readonly TargetShardCount: number;
}

/** The part of StreamDescriptionSummary that the models know. */
export interface StreamSummary {
  readonly StreamName: string;
  readonly StreamARN: string;
  readonly StreamStatus: 'ACTIVE' | 'UPDATING';
  readonly StreamModeDetails: { readonly StreamMode: StreamMode };
  readonly StreamCreationTimestamp: Date;
  readonly OpenShardCount: number;
}

function settled(count: number, nowMs: number): Resharding {
  return { from: count, to: count, startMs: nowMs, endMs: nowMs, servesDuring: count, servesAfter: count };
}

function notActive(streamName: string, accountId: string): AwsServiceError {
  return new AwsServiceError(
    'ResourceInUseException',
    `Stream ${streamName} under account ${accountId} not ACTIVE, instead in state UPDATING`,
  );
}
