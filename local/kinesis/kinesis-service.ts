/**
 * Kinesis: the model says what AWS permits and what a stream looks like at a moment, the backend holds shards and
 * records. Whatever changes a stream is asked of the model first, then done to the backend.
 *
 * While a stream is UPDATING the two differ on purpose: the backend has resharded at once (its ListShards shows the
 * new shards), the model's open count moves step by step on the clock, as AWS's does.
 */

import type { Readable } from 'node:stream';
import { byHashKey } from '../../core/stream/hash-keys.ts';
import type { OpenShard } from '../../core/stream/stream-state.ts';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Clock } from '../../simulator/models/clock.ts';
import type { KinesisAccount, KinesisStreamModel, StreamMode } from '../../simulator/models/kinesis-model.ts';
import type { JsonObject } from '../wire/api-call.ts';
import type { ShardBackend } from './shard-backend.ts';
import { isClosed, ShardHistory, type ShardQuery, writeToken } from './shard-history.ts';
import type { StreamSettings } from './stream-settings.ts';

export const SHARD_LEVEL_METRICS = [
  'IncomingBytes',
  'IncomingRecords',
  'OutgoingBytes',
  'OutgoingRecords',
  'WriteProvisionedThroughputExceeded',
  'ReadProvisionedThroughputExceeded',
  'IteratorAgeMilliseconds',
] as const;

/** An ON_DEMAND stream begins with this many shards. */
const ON_DEMAND_SHARDS = 4;
const SHORTEST_RETENTION_HOURS = 24;
const LONGEST_RETENTION_HOURS = 8760;

export class KinesisService {
  readonly account: KinesisAccount;
  readonly #clock: Clock;
  readonly #backend: ShardBackend;
  readonly #settings = new Map<string, StreamSettings>();

  constructor(account: KinesisAccount, clock: Clock, backend: ShardBackend) {
    this.account = account;
    this.#clock = clock;
    this.#backend = backend;
  }

  async create(name: string, mode: StreamMode, shardCount: number, tags: Readonly<Record<string, string>> = {}) {
    const openShardCount = mode === 'ON_DEMAND' ? ON_DEMAND_SHARDS : shardCount;
    this.account.checkShardLimit(mode === 'ON_DEMAND' ? 0 : openShardCount, this.#clock.nowMs());
    const stream = this.account.createStream({
      streamName: name,
      openShardCount,
      nowMs: this.#clock.nowMs(),
      streamMode: mode,
      tags,
    });
    this.#settings.set(name, {
      retentionHours: SHORTEST_RETENTION_HOURS,
      shardLevelMetrics: [],
      encryption: { EncryptionType: 'NONE' },
      consumers: new Map(),
      history: new ShardHistory(this.#clock.nowMs()),
      openShards: undefined,
    });
    await this.#backend.call('CreateStream', { StreamName: name, ShardCount: openShardCount });
    await this.#noteShards(name);
    return stream;
  }

  /** @throws AwsServiceError ResourceInUseException if it has consumers, unless they may go with it. */
  async delete(name: string, enforceConsumerDeletion = true): Promise<void> {
    if (!enforceConsumerDeletion && this.settings(name).consumers.size > 0) {
      const message = `Stream ${name} under account ${this.account.accountId} has consumers: deregister them first.`;
      throw new AwsServiceError('ResourceInUseException', message);
    }
    this.account.deleteStream(name);
    this.#settings.delete(name);
    await this.#backend.call('DeleteStream', { StreamName: name });
  }

  async updateShardCount(name: string, target: number): Promise<JsonObject> {
    const stream = this.account.stream(name);
    const result = stream.updateShardCount(target, this.#clock.nowMs());
    if (result.CurrentShardCount !== target) {
      const input = { StreamName: name, TargetShardCount: target, ScalingType: 'UNIFORM_SCALING' };
      await this.#backend.call('UpdateShardCount', input);
      await this.#noteShards(name);
    }
    return { ...result };
  }

  /** The backend stays PROVISIONED: it would otherwise refuse what only AWS's model may judge. */
  updateMode(name: string, mode: StreamMode): void {
    this.account.stream(name).updateStreamMode(mode, this.#clock.nowMs());
  }

  /** SplitShard and MergeShards: refused while UPDATING; the shards are then those that the backend has. */
  async reshard(operation: 'SplitShard' | 'MergeShards', name: string, input: JsonObject): Promise<void> {
    const stream = this.account.stream(name);
    const nowMs = this.#clock.nowMs();
    if (stream.statusAt(nowMs) !== 'ACTIVE') {
      const message = `Stream ${name} under account ${this.account.accountId} not ACTIVE, instead in state UPDATING`;
      throw new AwsServiceError('ResourceInUseException', message);
    }
    this.account.checkShardLimit(operation === 'SplitShard' ? 1 : 0, nowMs);
    await this.#backend.call(operation, { ...input, StreamName: name });
    await this.#noteShards(name);
    stream.noteShards((await this.openShards(name)).map(toOpenShard).toSorted(byHashKey), nowMs);
  }

  setRetention(name: string, hours: number, direction: 'increase' | 'decrease'): void {
    const settings = this.settings(name);
    const fits = direction === 'increase' ? hours >= settings.retentionHours : hours <= settings.retentionHours;
    if (!fits || hours < SHORTEST_RETENTION_HOURS || hours > LONGEST_RETENTION_HOURS) {
      throw new AwsServiceError(
        'InvalidArgumentException',
        `Requested retention period (${hours} hours) for stream ${name} cannot ${direction} the present one (${settings.retentionHours} hours).`,
      );
    }
    settings.retentionHours = hours;
  }

  setShardLevelMetrics(name: string, change: 'enable' | 'disable', names: readonly string[]): JsonObject {
    const settings = this.settings(name);
    const stream = this.account.stream(name);
    const meant = new Set(names.includes('ALL') ? SHARD_LEVEL_METRICS : names);
    const current = settings.shardLevelMetrics;
    const desired = SHARD_LEVEL_METRICS.filter((metric) =>
      change === 'enable'
        ? meant.has(metric) || current.includes(metric)
        : current.includes(metric) && !meant.has(metric),
    );
    settings.shardLevelMetrics = desired;
    return {
      StreamName: name,
      StreamARN: stream.streamArn,
      CurrentShardLevelMetrics: current,
      DesiredShardLevelMetrics: desired,
    };
  }

  describeSummary(name: string): JsonObject {
    const stream = this.account.stream(name);
    const summary = stream.describeSummary(this.#clock.nowMs());
    return {
      ...summary,
      StreamCreationTimestamp: stream.createdAtMs / 1000,
      ...this.#described(name),
      ConsumerCount: this.settings(name).consumers.size,
    };
  }

  async describe(
    name: string,
    { after, limit }: { readonly after: string; readonly limit: number },
  ): Promise<JsonObject> {
    const { OpenShardCount: _, ConsumerCount: __, ...description } = this.describeSummary(name);
    const { Shards, NextToken } = await this.listShards({ streamName: name, after }, limit);
    return { ...description, Shards, HasMoreShards: NextToken !== undefined };
  }

  /** A page of shards in the order of their ids. */
  async listShards(query: ShardQuery, limit: number): Promise<JsonObject> {
    const { streamName, after, filter } = query;
    const { history, retentionHours } = this.settings(streamName);
    const all = await this.#noteShards(streamName);
    const selected = history
      .select(all, filter, this.#clock.nowMs(), retentionHours)
      .filter(({ ShardId }) => String(ShardId) > after);
    const page = selected.slice(0, limit);
    const next = { ...query, after: String(page.at(-1)?.ShardId) };
    return { Shards: page, ...(page.length < selected.length ? { NextToken: writeToken(next) } : {}) };
  }

  async openShards(name: string): Promise<readonly JsonObject[]> {
    const settings = this.settings(name);
    settings.openShards ??= (await this.#noteShards(name)).filter((shard) => !isClosed(shard));
    return settings.openShards;
  }

  /** @throws AwsServiceError ResourceNotFoundException for a stream that was made anew since. */
  assertCreatedAt(name: string, creationSeconds: number | undefined): void {
    const { createdAtMs, streamArn } = this.account.stream(name);
    if (creationSeconds === undefined || Math.abs(creationSeconds * 1000 - createdAtMs) < 1000) return;
    const message = `Stream ${streamArn} was not created at ${new Date(creationSeconds * 1000).toISOString()}.`;
    throw new AwsServiceError('ResourceNotFoundException', message);
  }

  /** @returns undefined where the backend has no records to push. */
  async subscribe(input: JsonObject): Promise<Readable | undefined> {
    return this.#backend.subscribe?.(input);
  }

  /** Operations on shards and records, which are the backend's alone. */
  forward(operation: string, input: JsonObject): Promise<JsonObject> {
    return this.#backend.call(operation, input);
  }

  stream(name: string): KinesisStreamModel {
    return this.account.stream(name);
  }

  settings(name: string): StreamSettings {
    const settings = this.#settings.get(this.account.stream(name).streamName);
    if (settings === undefined) throw new Error(`stream ${name} was put into the model behind the service's back`);
    return settings;
  }

  #described(name: string): JsonObject {
    const { retentionHours, shardLevelMetrics } = this.settings(name);
    return {
      RetentionPeriodHours: retentionHours,
      EnhancedMonitoring: [{ ShardLevelMetrics: shardLevelMetrics }],
      ...this.settings(name).encryption,
    };
  }

  /** All shards as the backend has them now, noted in the stream's history. */
  async #noteShards(name: string): Promise<readonly JsonObject[]> {
    const shards: JsonObject[] = [];
    let page: JsonObject = { StreamName: name };
    for (;;) {
      const { Shards, NextToken } = await this.#backend.call('ListShards', page);
      if (Array.isArray(Shards)) shards.push(...(Shards as readonly JsonObject[]));
      if (typeof NextToken !== 'string') break;
      page = { NextToken };
    }
    const settings = this.#settings.get(name);
    // Deleted meanwhile.
    if (settings === undefined) return shards;
    settings.history.note(shards, this.#clock.nowMs());
    settings.openShards = undefined;
    return shards;
  }
}

function toOpenShard({ ShardId, HashKeyRange }: JsonObject): OpenShard {
  const { StartingHashKey, EndingHashKey } = HashKeyRange as JsonObject;
  return { shardId: String(ShardId), firstHashKey: String(StartingHashKey), lastHashKey: String(EndingHashKey) };
}
