/** Burrow's HTTP API (v3) as documented, nulls and 404s included, over groups that a test describes. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type BurrowOffset = { offset: number; timestamp: number; observedAt: number; lag: number | null } | null;
export interface BurrowPartition {
  owner: string;
  client_id: string;
  'current-lag': number;
  offsets: BurrowOffset[] | null;
}
export type BurrowGroups = Record<
  string,
  { totallag?: number; status?: string; topics: Record<string, BurrowPartition[] | null> | null }
>;

export interface BurrowServer {
  readonly url: string;
  readonly close: () => void;
}

export async function startBurrow(groups: BurrowGroups, cluster = 'main'): Promise<BurrowServer> {
  const server = createServer((request, response) => {
    const [status, body] = route(decodeURIComponent(request.url ?? ''), groups, cluster);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...body, request: { url: request.url, host: 'burrow' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

function route(path: string, groups: BurrowGroups, cluster: string): readonly [number, object] {
  const [, , , asked, , group = '', lag] = path.split('/');
  if (asked === undefined) return [200, { error: false, message: 'cluster list returned', clusters: [cluster] }];
  if (asked !== cluster) return [404, { error: true, message: 'cluster not found' }];
  if (group === '') return [200, { error: false, message: 'consumer list returned', consumers: Object.keys(groups) }];
  const known = groups[group];
  if (lag === 'lag') return statusOf(group, known, cluster);
  if (known === undefined) return [404, { error: true, message: 'cluster or consumer not found' }];
  return [200, { error: false, message: 'consumer detail returned', topics: known.topics }];
}

/**
 * A missing group is 404 and, unlike in the detail, no error. `complete` counts the partitions whose window is full; a
 * partition without a commit has null for its ends, lag 0 and status OK.
 */
function statusOf(group: string, known: BurrowGroups[string] | undefined, cluster: string): readonly [number, object] {
  const message = 'consumer status returned';
  const none = { cluster, group, complete: 1, partitions: [], partition_count: 0, maxlag: null, totallag: 0 };
  if (known === undefined) return [404, { error: false, message, status: { ...none, status: 'NOTFOUND' } }];
  const partitions = Object.entries(known.topics ?? {}).flatMap(([topic, list]) =>
    (list ?? []).map((partition, index) => partitionStatus(topic, index, partition)),
  );
  const complete = partitions.filter((partition) => partition.complete === 1).length / (partitions.length || 1);
  const totallag = known.totallag ?? partitions.reduce((sum, { current_lag: lag }) => sum + lag, 0);
  const status = { ...none, complete, partitions, partition_count: partitions.length, totallag };
  return [200, { error: false, message, status: { ...status, status: known.status ?? 'OK' } }];
}

function partitionStatus(topic: string, partition: number, detail: BurrowPartition) {
  const offsets = detail.offsets ?? [];
  const commits = offsets.filter((offset) => offset !== null);
  return {
    topic,
    partition,
    owner: detail.owner,
    status: 'OK',
    start: commits.at(0) ?? null,
    end: commits.at(-1) ?? null,
    current_lag: detail['current-lag'],
    complete: offsets.length === 0 ? 0 : Math.max(1, commits.length) / offsets.length,
  };
}
