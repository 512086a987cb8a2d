/**
 * Consumer groups of Kafka as Burrow sees them, over its HTTP API (v3).
 *
 * Traps that this file answers for: group detail spells `current-lag`, status and lag `current_lag`; `offsets` and its
 * entries, and an entry's `lag`, may be null; a missing group is 404, with `error: true` from detail but
 * `error: false` and status NOTFOUND from status; and a partition of which Burrow has seen no commit has lag 0 and
 * status OK, which is not the same as having no lag. (Source: linkedin/Burrow, core/protocol, httpserver, evaluator.)
 */
import * as v from 'valibot';
import { type GroupProgress, groupProgress } from '../decision/backlog.ts';
import { knownSample, type Signal, unknownSample } from '../decision/sample.ts';
import {
  clusterListSchema,
  groupDetailSchema,
  groupListSchema,
  groupStatusSchema,
  isSeen,
  listPartitions,
  nameOf,
  newestCommit,
  toProgress,
} from './burrow-answers.ts';
import { namedSignal } from './named-signal.ts';

export interface BurrowOptions {
  /** For example `http://burrow.kafka:8000`. */
  readonly url: string;
  /** Default: the first cluster that Burrow knows. */
  readonly cluster?: string;
  /** Default `unknown`. */
  readonly unseenPartitions?: UnseenPartitions;
  readonly fetch?: typeof fetch;
}

export interface Burrow {
  readonly listGroups: (abortSignal: AbortSignal) => Promise<readonly string[]>;
  readonly totalLag: (group: string, abortSignal: AbortSignal) => Promise<GroupAnswer<number>>;
  readonly progress: (group: string, nowMs: number, abortSignal: AbortSignal) => Promise<GroupAnswer<GroupProgress>>;
}

/** What Burrow can tell of a group; without a value the reason why not. */
export type GroupAnswer<Value> =
  | { readonly known: true; readonly value: Value }
  | { readonly known: false; readonly because: string };

/**
 * What a partition without a commit means. `unknown` (the default): its lag is not known, and so is the group's.
 * `empty`: it has nothing to read; for clients that commit only where they have read something, and topics with idle
 * partitions.
 */
export type UnseenPartitions = 'unknown' | 'empty';

/** Burrow answered, and not with what it documents. */
export class BurrowError extends Error {
  override readonly name = 'BurrowError';
}

/** Every call rejects when Burrow is down, answers an error, or answers something else than it documents. */
export function createBurrow(options: BurrowOptions): Burrow {
  const get = createGet(options);
  const { unseenPartitions = 'unknown' } = options;
  const clusterName = createClusterLookup(options.cluster, get);
  const path = async (abortSignal: AbortSignal, ...parts: readonly string[]): Promise<string> =>
    ['/v3/kafka', await clusterName(abortSignal), ...parts]
      .map((part, index) => (index === 0 ? part : encodeURIComponent(part)))
      .join('/');

  return {
    listGroups: async (abortSignal) => {
      const answer = await get(await path(abortSignal, 'consumer'), groupListSchema, abortSignal);
      if (answer === undefined) throw new BurrowError('Burrow does not know the cluster');
      return answer.consumers ?? [];
    },
    totalLag: async (group, abortSignal) => {
      const answer = await get(await path(abortSignal, 'consumer', group, 'lag'), groupStatusSchema, abortSignal);
      if (answer === undefined || answer.status.status === 'NOTFOUND') return notKnown;
      const { totallag, complete, partition_count: count } = answer.status;
      const partitions = (answer.status.partitions ?? []).filter((partition) => partition !== null);
      const unseen = partitions.filter((partition) => !isSeen(partition.current_lag, partition.end)).map(nameOf);
      if (unseenPartitions === 'empty') return { known: true, value: totallag };
      if (unseen.length > 0) return withoutCommits(unseen);
      // Without its partitions an answer tells only how many of them have a full window of commits.
      if (partitions.length === 0 && totallag === 0 && (complete === 0 || count === 0))
        return { known: false, because: 'Burrow has seen no commit of the group' };
      return { known: true, value: totallag };
    },
    progress: async (group, nowMs, abortSignal) => {
      const answer = await get(await path(abortSignal, 'consumer', group), groupDetailSchema, abortSignal);
      if (answer === undefined) return notKnown;
      const partitions = listPartitions(answer);
      const unseen = partitions.filter(({ detail }) => !isSeen(detail['current-lag'], newestCommit(detail)));
      if (unseenPartitions === 'unknown' && unseen.length > 0) return withoutCommits(unseen.map(({ name }) => name));
      return {
        known: true,
        value: groupProgress(
          partitions.map(({ detail }) => toProgress(detail)),
          nowMs,
        ),
      };
    },
  };
}

/**
 * A group's total lag, Count. A group that Burrow does not know, or of which it has not seen all, is unknown, not idle.
 */
export function burrowLag(group: string, options: { readonly burrow: Burrow; readonly nowMs: () => number }): Signal {
  const details = { unit: 'Count', dimensions: { ConsumerGroup: group } } as const;
  return namedSignal(`lag of consumer group ${group}`, async (abortSignal) => {
    const lag = await options.burrow.totalLag(group, abortSignal);
    if (!lag.known) return unknownSample(lag.because, options.nowMs(), details);
    return knownSample(lag.value, options.nowMs(), details);
  });
}

const notKnown = { known: false, because: 'Burrow does not know the group' } as const;

function withoutCommits(partitions: readonly string[]): GroupAnswer<never> {
  const shown = partitions.slice(0, 3).join(', ') + (partitions.length > 3 ? ` and ${partitions.length - 3} more` : '');
  return {
    known: false,
    because: `Burrow has seen no commit on ${shown}, so the lag there is not known (see backends.burrow.unseenPartitions)`,
  };
}

type Get = <Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
  abortSignal: AbortSignal,
) => Promise<v.InferOutput<Schema> | undefined>;

function createGet(options: BurrowOptions): Get {
  const request = options.fetch ?? fetch;
  return async (path, schema, abortSignal) => {
    const response = await request(new URL(path, options.url), {
      signal: abortSignal,
      headers: { accept: 'application/json' },
    });
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new BurrowError(`Burrow answered ${response.status} to ${path}`);
    }
    const parsed = v.safeParse(schema, await response.json());
    if (parsed.success) return parsed.output;
    const issue = parsed.issues[0];
    throw new BurrowError(
      `Burrow's answer to ${path} is not what it documents: ${v.getDotPath(issue) ?? 'body'}: ${issue.message}`,
    );
  };
}

/** Looked up once; a failed look-up is tried again by the next call. */
function createClusterLookup(configured: string | undefined, get: Get): (abortSignal: AbortSignal) => Promise<string> {
  let known = configured;
  return async (abortSignal) => {
    if (known !== undefined) return known;
    const first = (await get('/v3/kafka', clusterListSchema, abortSignal))?.clusters?.at(0);
    if (first === undefined) throw new BurrowError('Burrow watches no cluster');
    known = first;
    return first;
  };
}
