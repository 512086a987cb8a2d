/** The lease table of a KCL application: which shards are being read, and by whom. */
import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { knownSample, type Signal, unknownSample } from '../decision/sample.ts';

export type LeaseTableReader = Pick<DynamoDBClient, 'send'>;

export interface Lease {
  /** The shard id; with several streams in one application `account:stream:epoch:shardId`. */
  readonly leaseKey: string;
  /** The worker that holds it; absent when nobody does. */
  readonly owner?: string;
  readonly checkpoint: string;
}

export interface LeaseTable {
  /** Leases of shards that still have records. */
  readonly active: readonly Lease[];
  /** Shards read to their end. */
  readonly finished: number;
  /** Active leases by worker. */
  readonly leasesByWorker: ReadonlyMap<string, number>;
  /** The worker that assigns the leases (KCL 3.x, single-table format), where the table says. */
  readonly leader?: string;
}

/** The checkpoint of a shard that was read to its end. Source: KCL, `ExtendedSequenceNumber.SHARD_END`. */
const shardEnd = 'SHARD_END';

/**
 * Reads the whole table. Since KCL 3.5 other records can share it: a row is a lease when its `entityType` is absent
 * or `LEASE` (Kinesis developer guide, "Single table format for KCL").
 */
export async function readLeaseTable(
  client: LeaseTableReader,
  tableName: string,
  abortSignal: AbortSignal,
): Promise<LeaseTable> {
  const active: Lease[] = [];
  const leasesByWorker = new Map<string, number>();
  let finished = 0;
  let leader: string | undefined;
  for await (const row of scan(client, tableName, abortSignal)) {
    leader ??= leaderOf(row);
    const lease = toLease(row);
    if (lease === undefined) continue;
    if (lease.checkpoint === shardEnd) {
      finished += 1;
      continue;
    }
    active.push(lease);
    if (lease.owner !== undefined) leasesByWorker.set(lease.owner, (leasesByWorker.get(lease.owner) ?? 0) + 1);
  }
  return { active, finished, leasesByWorker, ...(leader === undefined ? {} : { leader }) };
}

export type LeaseCount = 'active' | 'unowned' | 'workers';

/**
 * One count of the lease table, Count: `active` leases (the most workers that are useful), `unowned` ones (shards that
 * nobody reads), or the `workers` that hold any. A table without a single lease is unknown: the application has not
 * started, which is no reason to scale it to nothing.
 */
export function kclLeases(
  tableName: string,
  options: { readonly client: LeaseTableReader; readonly nowMs: () => number; readonly count?: LeaseCount },
): Signal {
  const details = { unit: 'Count', dimensions: { LeaseTable: tableName } } as const;
  return async (abortSignal) => {
    const table = await readLeaseTable(options.client, tableName, abortSignal);
    if (table.active.length + table.finished === 0) {
      return unknownSample(`lease table ${tableName} holds no lease`, options.nowMs(), details);
    }
    return knownSample(countOf(table, options.count ?? 'active'), options.nowMs(), details);
  };
}

function countOf(table: LeaseTable, count: LeaseCount): number {
  switch (count) {
    case 'active':
      return table.active.length;
    case 'unowned':
      return table.active.filter((lease) => lease.owner === undefined).length;
    case 'workers':
      return table.leasesByWorker.size;
  }
}

type Row = Readonly<Record<string, AttributeValue>>;

async function* scan(client: LeaseTableReader, tableName: string, abortSignal: AbortSignal): AsyncGenerator<Row> {
  let startKey: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: tableName,
        ConsistentRead: false,
        ProjectionExpression: 'leaseKey, leaseOwner, checkpoint, entityType',
        ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
      }),
      { abortSignal },
    );
    yield* page.Items ?? [];
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
}

function toLease(row: Row): Lease | undefined {
  const entityType = row.entityType?.S;
  if (entityType !== undefined && entityType !== 'LEASE') return undefined;
  const leaseKey = row.leaseKey?.S;
  if (leaseKey === undefined) return undefined;
  const owner = row.leaseOwner?.S;
  const checkpoint = row.checkpoint?.S ?? '';
  return owner === undefined || owner === '' ? { leaseKey, checkpoint } : { leaseKey, checkpoint, owner };
}

/** The leader's lock is a row of its own, with the key `Leader`. */
function leaderOf(row: Row): string | undefined {
  return row.leaseKey?.S === 'Leader' && row.entityType?.S !== undefined ? row.leaseOwner?.S : undefined;
}
