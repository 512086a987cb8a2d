/**
 * The consumer of the demo: workers with a capacity each share the shards of a stream, as an ECS service or a
 * Deployment with a KCL application does. It publishes its lag under the metric name that the KCL uses.
 */
import { type CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import type { WrittenRecord } from './stream-load.ts';

export interface StreamWorkersOptions {
  readonly kinesis: KinesisClient;
  readonly cloudwatch: CloudWatchClient;
  readonly streamName: string;
  readonly applicationName: string;
  readonly recordsPerMinutePerWorker: number;
  readonly nowMs: () => number;
}

interface Shard {
  readonly shardId: string;
  iterator: string | undefined;
  lagMs: number;
}

export class StreamWorkers {
  readonly #options: StreamWorkersOptions;
  readonly #processed = new Set<number>();
  #shards: readonly Shard[] = [];
  workers = 1;

  constructor(options: StreamWorkersOptions) {
    this.#options = options;
  }

  get processed(): number {
    return this.#processed.size;
  }

  get shardLagMs(): ReadonlyMap<string, number> {
    return new Map(this.#shards.map(({ shardId, lagMs }) => [shardId, lagMs]));
  }

  get lagMs(): number {
    return Math.max(0, ...this.#shards.map(({ lagMs }) => lagMs));
  }

  async open(): Promise<void> {
    const { kinesis, streamName } = this.#options;
    const { Shards: shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: streamName }));
    this.#shards = await Promise.all(
      shards.map(async ({ ShardId: shardId = '' }) => {
        const start = { StreamName: streamName, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
        const { ShardIterator: iterator } = await kinesis.send(new GetShardIteratorCommand(start));
        return { shardId, iterator, lagMs: 0 };
      }),
    );
  }

  /** Each worker reads its shards until its capacity for this time is used up; then the lag is published. */
  async work(minutes: number): Promise<void> {
    const budget = Math.round(this.#options.recordsPerMinutePerWorker * minutes);
    await Promise.all(
      Array.from({ length: this.workers }, (_, worker) => this.#workOn(this.#shardsOf(worker), budget)),
    );
    await this.#publishLag();
  }

  #shardsOf(worker: number): readonly Shard[] {
    return this.#shards.filter((_, index) => index % this.workers === worker);
  }

  /** Starts with the shard that is least behind, so that the capacity which it does not need goes to the others. */
  async #workOn(shards: readonly Shard[], budget: number): Promise<void> {
    let remaining = budget;
    for (const [index, shard] of shards.toSorted((one, other) => one.lagMs - other.lagMs).entries()) {
      remaining -= await this.#read(shard, Math.ceil(remaining / (shards.length - index)));
    }
  }

  async #read(shard: Shard, limit: number): Promise<number> {
    if (limit < 1 || shard.iterator === undefined) return 0;
    const answer = await this.#options.kinesis.send(
      new GetRecordsCommand({ ShardIterator: shard.iterator, Limit: limit }),
    );
    shard.iterator = answer.NextShardIterator;
    const records = (answer.Records ?? []).map(
      ({ Data: data }): WrittenRecord => JSON.parse(Buffer.from(data ?? []).toString()),
    );
    for (const { id } of records) this.#processed.add(id);
    const last = records.at(-1);
    // More records may follow a full answer, so the shard's lag is the age of the last record read.
    shard.lagMs =
      last !== undefined && records.length === limit ? Math.max(0, this.#options.nowMs() - last.writtenAtMs) : 0;
    return records.length;
  }

  async #publishLag(): Promise<void> {
    const { cloudwatch, applicationName, nowMs } = this.#options;
    const datum = {
      MetricName: 'MillisBehindLatest',
      Dimensions: [{ Name: 'Operation', Value: 'ApplicationTracker' }],
      Unit: 'Milliseconds' as const,
      Value: this.lagMs,
      Timestamp: new Date(nowMs()),
    };
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: applicationName, MetricData: [datum] }));
  }
}
