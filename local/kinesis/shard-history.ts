/** When the shards of one stream were opened and closed, on the clock: what ListShards filters by. */
import { hourMs } from '../../core/time.ts';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { JsonObject } from '../wire/api-call.ts';
import { optionalNumber, optionalText, requireText } from '../wire/input.ts';

interface ShardTimes {
  readonly openedMs: number;
  closedMs?: number;
}

export class ShardHistory {
  readonly #times = new Map<string, ShardTimes>();
  readonly createdMs: number;

  constructor(createdMs: number) {
    this.createdMs = createdMs;
  }

  /** Notes the shards as they are now; those not seen before were opened now, the first ones with the stream. */
  note(shards: readonly JsonObject[], nowMs: number): void {
    const openedMs = this.#times.size === 0 ? this.createdMs : nowMs;
    for (const shard of shards) {
      const id = String(shard.ShardId);
      const times: ShardTimes = this.#times.get(id) ?? { openedMs };
      this.#times.set(id, times);
      if (isClosed(shard)) times.closedMs ??= nowMs;
    }
  }

  /** Shards whose records have not all expired, by the filter. @throws AwsServiceError InvalidArgumentException. */
  select(shards: readonly JsonObject[], filter: JsonObject | undefined, nowMs: number, retentionHours: number) {
    const horizonMs = Math.max(this.createdMs, nowMs - retentionHours * hourMs);
    const kept = shards.filter((shard) => this.#isOpenAfter(shard, horizonMs));
    return filter === undefined ? kept : kept.filter(this.#matcher(filter, horizonMs));
  }

  #matcher(filter: JsonObject, horizonMs: number): (shard: JsonObject) => boolean {
    const type = requireText(filter, 'Type');
    switch (type) {
      case 'AFTER_SHARD_ID': {
        const after = requireText(filter, 'ShardId');
        return (shard) => String(shard.ShardId) > after;
      }
      case 'AT_LATEST':
        return (shard) => !isClosed(shard);
      case 'AT_TRIM_HORIZON':
        return (shard) => this.#isOpenAt(shard, horizonMs);
      case 'FROM_TRIM_HORIZON':
        return () => true;
      case 'AT_TIMESTAMP': {
        const atMs = Math.max(timeOf(filter), horizonMs);
        return (shard) => this.#isOpenAt(shard, atMs);
      }
      case 'FROM_TIMESTAMP': {
        const fromMs = Math.max(timeOf(filter), horizonMs);
        return (shard) => this.#isOpenAfter(shard, fromMs);
      }
      default:
        throw new AwsServiceError('InvalidArgumentException', `ShardFilter.Type ${type} is not a type of filter`);
    }
  }

  #isOpenAt(shard: JsonObject, atMs: number): boolean {
    return (this.#timesOf(shard)?.openedMs ?? this.createdMs) <= atMs && this.#isOpenAfter(shard, atMs);
  }

  #isOpenAfter(shard: JsonObject, atMs: number): boolean {
    const closedMs = this.#timesOf(shard)?.closedMs;
    return closedMs === undefined || closedMs > atMs;
  }

  #timesOf(shard: JsonObject): ShardTimes | undefined {
    return this.#times.get(String(shard.ShardId));
  }
}

export function isClosed(shard: JsonObject): boolean {
  const range = shard.SequenceNumberRange as JsonObject | undefined;
  return range?.EndingSequenceNumber !== undefined && range.EndingSequenceNumber !== null;
}

export interface ShardPage {
  readonly streamName: string;
  readonly shards: readonly JsonObject[];
  readonly nextToken?: string;
}

/** One page of ListShards, from what an earlier page's token or the call itself says. */
export interface ShardQuery {
  readonly streamName: string;
  readonly after: string;
  readonly filter?: JsonObject;
}

export function writeToken(query: ShardQuery): string {
  return Buffer.from(JSON.stringify(query)).toString('base64url');
}

/** @throws AwsServiceError ExpiredNextTokenException for a token that no page handed out. */
export function readToken(token: string): ShardQuery {
  try {
    const query: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof query === 'object' && query !== null && 'streamName' in query) return query as ShardQuery;
  } catch {
    // Said below, for both cases alike.
  }
  throw new AwsServiceError('ExpiredNextTokenException', 'The NextToken is not one of ListShards, or has expired.');
}

export function readShardQuery(input: JsonObject, streamName: string): ShardQuery {
  const filter = input.ShardFilter as JsonObject | undefined;
  const after = optionalText(input, 'ExclusiveStartShardId') ?? '';
  return { streamName, after, ...(filter === undefined ? {} : { filter }) };
}

function timeOf(filter: JsonObject): number {
  const seconds = optionalNumber(filter, 'Timestamp');
  if (seconds !== undefined) return seconds * 1000;
  throw new AwsServiceError('InvalidArgumentException', 'ShardFilter.Timestamp is needed for this type of filter');
}
