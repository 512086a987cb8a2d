/** The lease table of a KCL application: which shards are being read, and by whom. */
import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { LeaseOwners, type OwnedLease } from '../decision/lease-owners.ts';

export type LeaseTableReader = Pick<DynamoDBClient, 'send'>;

export interface Lease extends OwnedLease {
  /** The row's key: the shard id; with several streams in one application `account:stream:epoch:shardId`. */
  readonly leaseKey: string;
  readonly shardId: string;
  /** With several streams in one application: `account:stream:epoch`, as the KCL names the stream in its metrics. */
  readonly streamId?: string;
  readonly checkpoint: string;
}

export interface LeaseTable {
  /** Leases of shards that still have records. */
  readonly active: readonly Lease[];
  /** Leases of shards that were read to their end. */
  readonly finished: readonly Lease[];
  /** Active leases by worker, of workers that are alive. */
  readonly leasesByWorker: ReadonlyMap<string, number>;
  /** Owners whose lease counters stand still. */
  readonly deadWorkers: ReadonlySet<string>;
  /** The worker that assigns the leases (KCL 3.x, single-table format), where the table says. */
  readonly leader?: string;
}

/** The checkpoint of a shard that was read to its end. Source: KCL, `ExtendedSequenceNumber.SHARD_END`. */
const shardEnd = 'SHARD_END';
const defaultDeadAfterMs = 60_000;

export interface LeaseReaderOptions {
  readonly client: LeaseTableReader;
  readonly nowMs: () => number;
  /** Of a table with several streams: the leases of this one. Default: all. */
  readonly streamName?: string | undefined;
  /** How long a worker's lease counters must stand still until it counts as dead. Default 60,000. */
  readonly deadAfterMs?: number | undefined;
}

/** Reads the table again and again, and so learns which workers have died. */
export function createLeaseReader(
  tableName: string,
  options: LeaseReaderOptions,
): (abortSignal: AbortSignal) => Promise<LeaseTable> {
  const owners = new LeaseOwners(options.deadAfterMs ?? defaultDeadAfterMs);
  return async (abortSignal) => {
    const table = await readLeaseTable(options.client, tableName, abortSignal);
    // Over the whole table: a worker with leases of several streams is alive when any of them is renewed.
    const dead = owners.observe(table.active, options.nowMs());
    const whole = toLeaseTable(table.active, table.finished, dead, table.leader);
    return options.streamName === undefined ? whole : leasesOfStream(whole, options.streamName);
  };
}

/** Of a table with several streams the leases and workers of one. A table of one stream is that stream's. */
export function leasesOfStream({ active, finished, deadWorkers, leader }: LeaseTable, streamName: string): LeaseTable {
  const belongs = ({ streamId }: Lease): boolean => streamId === undefined || streamId.split(':')[1] === streamName;
  return toLeaseTable(active.filter(belongs), finished.filter(belongs), deadWorkers, leader);
}

/**
 * Reads the whole table once; every owner counts as alive. Since KCL 3.5 other records can share the table: a row is a
 * lease when its `entityType` is absent or `LEASE` (Kinesis developer guide, "Single table format for KCL").
 */
export async function readLeaseTable(
  client: LeaseTableReader,
  tableName: string,
  abortSignal: AbortSignal,
): Promise<LeaseTable> {
  const leases: Lease[] = [];
  let leader: string | undefined;
  for await (const row of scan(client, tableName, abortSignal)) {
    leader ??= leaderOf(row);
    const lease = toLease(row);
    if (lease !== undefined) leases.push(lease);
  }
  const isFinished = ({ checkpoint }: Lease): boolean => checkpoint === shardEnd;
  const active = leases.filter((lease) => !isFinished(lease));
  return toLeaseTable(active, leases.filter(isFinished), new Set(), leader);
}

/** Active leases that nobody reads: without an owner, or with a dead one. */
export function unreadLeases({ active, deadWorkers }: LeaseTable): readonly Lease[] {
  return active.filter(({ owner }) => owner === undefined || deadWorkers.has(owner));
}

function toLeaseTable(
  active: readonly Lease[],
  finished: readonly Lease[],
  deadWorkers: ReadonlySet<string>,
  leader: string | undefined,
): LeaseTable {
  const leasesByWorker = new Map<string, number>();
  for (const { owner } of active) {
    if (owner !== undefined && !deadWorkers.has(owner)) leasesByWorker.set(owner, (leasesByWorker.get(owner) ?? 0) + 1);
  }
  return { active, finished, leasesByWorker, deadWorkers, ...(leader === undefined ? {} : { leader }) };
}

type Row = Readonly<Record<string, AttributeValue>>;

async function* scan(client: LeaseTableReader, tableName: string, abortSignal: AbortSignal): AsyncGenerator<Row> {
  let startKey: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: tableName,
        ConsistentRead: false,
        ProjectionExpression: 'leaseKey, leaseOwner, leaseCounter, checkpoint, entityType',
        ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
      }),
      { abortSignal },
    );
    yield* page.Items ?? [];
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
}

/** Source: KCL, `MultiStreamLease` and `StreamIdentifier`. */
const multiStreamKey = /^(?<streamId>\d+:[^:]+:\d+):(?<shardId>[^:]+)$/;

function toLease(row: Row): Lease | undefined {
  const entityType = row.entityType?.S;
  if (entityType !== undefined && entityType !== 'LEASE') return undefined;
  const leaseKey = row.leaseKey?.S;
  if (leaseKey === undefined) return undefined;
  const { streamId, shardId = leaseKey } = multiStreamKey.exec(leaseKey)?.groups ?? {};
  const owner = row.leaseOwner?.S || undefined;
  const leaseCounter = row.leaseCounter?.N === undefined ? undefined : Number(row.leaseCounter.N);
  return {
    leaseKey,
    shardId,
    checkpoint: row.checkpoint?.S ?? '',
    ...(streamId === undefined ? {} : { streamId }),
    ...(owner === undefined ? {} : { owner }),
    ...(leaseCounter === undefined ? {} : { leaseCounter }),
  };
}

/** The leader's lock is a row of its own, with the key `Leader`. */
function leaderOf(row: Row): string | undefined {
  return row.leaseKey?.S === 'Leader' && row.entityType?.S !== undefined ? row.leaseOwner?.S : undefined;
}
