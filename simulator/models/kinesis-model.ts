import { AwsServiceError } from './aws-service-error.ts';
import { KINESIS_FACTS, type KinesisFacts } from './kinesis-facts.ts';
import { KinesisStreamModel, type StreamAccount, type StreamOptions } from './kinesis-stream.ts';

export type { KinesisStreamModel, StreamMode, StreamOptions } from './kinesis-stream.ts';

export interface KinesisAccountOptions {
  readonly accountId: string;
  readonly region: string;
  readonly facts?: Partial<KinesisFacts>;
}

/** The streams of one account and region, and what they share: the shard limit and the rate of calls. */
export class KinesisAccount implements StreamAccount {
  readonly accountId: string;
  readonly region: string;
  readonly facts: KinesisFacts;
  readonly #streams = new Map<string, KinesisStreamModel>();
  #recentUpdateCallsMs: number[] = [];

  constructor(options: KinesisAccountOptions) {
    this.accountId = options.accountId;
    this.region = options.region;
    this.facts = { ...KINESIS_FACTS, ...options.facts };
  }

  /** @throws AwsServiceError ResourceInUseException if there is one of that name */
  createStream(options: StreamOptions): KinesisStreamModel {
    if (this.#streams.has(options.streamName))
      throw new AwsServiceError(
        'ResourceInUseException',
        `Stream ${options.streamName} under account ${this.accountId} already exists.`,
      );
    const stream = new KinesisStreamModel(this, options);
    this.#streams.set(options.streamName, stream);
    return stream;
  }

  /** @throws AwsServiceError ResourceNotFoundException */
  stream(streamName: string): KinesisStreamModel {
    const stream = this.#streams.get(streamName);
    if (stream !== undefined) return stream;
    throw new AwsServiceError(
      'ResourceNotFoundException',
      `Stream ${streamName} under account ${this.accountId} not found.`,
    );
  }

  streams(): readonly KinesisStreamModel[] {
    return [...this.#streams.values()];
  }

  deleteStream(streamName: string): void {
    this.stream(streamName);
    this.#streams.delete(streamName);
  }

  describeLimits(nowMs: number): { ShardLimit: number; OpenShardCount: number } {
    return { ShardLimit: this.facts.maxShardsPerAccount, OpenShardCount: this.#provisionedShards(nowMs) };
  }

  /** @throws AwsServiceError LimitExceededException: too many calls in this second */
  admitUpdateCall(streamName: string, nowMs: number): void {
    this.#recentUpdateCallsMs = this.#recentUpdateCallsMs.filter((atMs) => atMs > nowMs - 1000);
    if (this.#recentUpdateCallsMs.length >= this.facts.maxUpdateCallsPerSecond)
      throw limitExceeded(`Rate exceeded for stream ${streamName} under account ${this.accountId}.`);
    this.#recentUpdateCallsMs.push(nowMs);
  }

  /** @throws AwsServiceError LimitExceededException: the account would have too many shards */
  checkShardLimit(additional: number, nowMs: number): void {
    const current = this.#provisionedShards(nowMs);
    if (additional <= 0 || current + additional <= this.facts.maxShardsPerAccount) return;
    throw limitExceeded(
      `This request would exceed the shard limit for the account ${this.accountId} in ${this.region}. ` +
        `Current shard count for the account: ${current}. Limit: ${this.facts.maxShardsPerAccount}. ` +
        `Number of additional shards that would have resulted from this request: ${additional}.`,
    );
  }

  #provisionedShards(nowMs: number): number {
    return this.streams()
      .filter((stream) => stream.streamMode === 'PROVISIONED')
      .reduce((total, stream) => total + stream.billedShardCountAt(nowMs), 0);
  }
}

// AWS says which of the causes it was in the message alone, and does not document the message.
function limitExceeded(message: string): AwsServiceError {
  return new AwsServiceError('LimitExceededException', message);
}
