/** Counts of a KCL application's lease table. */
import { knownSample, type Signal, unknownSample } from '../decision/sample.ts';
import { createLeaseReader, type LeaseReaderOptions, type LeaseTable, unreadLeases } from './lease-table.ts';
import { namedSignal } from './named-signal.ts';

export type LeaseCount = 'active' | 'unowned' | 'workers';

/**
 * One count of the lease table, Count: `active` leases (the most workers that are useful), `unowned` ones (shards that
 * nobody reads), or the `workers` that hold any and are alive. A table without a single lease is unknown: the
 * application has not started, which is no reason to scale it to nothing.
 */
export function kclLeases(tableName: string, options: LeaseReaderOptions & { readonly count?: LeaseCount }): Signal {
  const { streamName, count = 'active', nowMs } = options;
  const dimensions = { LeaseTable: tableName, ...(streamName === undefined ? {} : { StreamName: streamName }) };
  const details = { unit: 'Count', dimensions } as const;
  const readLeases = createLeaseReader(tableName, options);
  const ofStream = streamName === undefined ? '' : ` of stream ${streamName}`;
  return namedSignal(`lease table ${tableName}${ofStream}`, async (abortSignal) => {
    const table = await readLeases(abortSignal);
    if (table.active.length + table.finished.length === 0) {
      return unknownSample('it holds no lease', nowMs(), details);
    }
    return knownSample(countOf(table, count), nowMs(), details);
  });
}

function countOf(table: LeaseTable, count: LeaseCount): number {
  switch (count) {
    case 'active':
      return table.active.length;
    case 'unowned':
      return unreadLeases(table).length;
    case 'workers':
      return table.leasesByWorker.size;
  }
}
