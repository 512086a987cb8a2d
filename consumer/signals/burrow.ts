/**
 * Consumer groups of Kafka as Burrow sees them, over its HTTP API (v3).
 *
 * Traps that this file answers for: group detail spells `current-lag`, status and lag `current_lag`; `offsets` and its
 * entries, and an entry's `lag`, may be null; a missing group is 404, with `error: true` from detail but
 * `error: false` and status NOTFOUND from status. (Source: linkedin/Burrow, core/protocol and httpserver.)
 */
import * as v from 'valibot';
import {
  type CommittedOffset,
  type GroupProgress,
  groupProgress,
  type PartitionProgress,
} from '../decision/backlog.ts';
import { knownSample, type Signal, unknownSample } from '../decision/sample.ts';

export interface BurrowOptions {
  /** For example `http://burrow.kafka:8000`. */
  readonly url: string;
  /** Default: the first cluster that Burrow knows. */
  readonly cluster?: string;
  readonly fetch?: typeof fetch;
}

export interface Burrow {
  readonly listGroups: (abortSignal: AbortSignal) => Promise<readonly string[]>;
  /** Undefined when Burrow does not know the group. */
  readonly totalLag: (group: string, abortSignal: AbortSignal) => Promise<number | undefined>;
  /** Undefined when Burrow does not know the group. */
  readonly progress: (group: string, nowMs: number, abortSignal: AbortSignal) => Promise<GroupProgress | undefined>;
}

/** Burrow answered, and not with what it documents. */
export class BurrowError extends Error {
  override readonly name = 'BurrowError';
}

/** Every call rejects when Burrow is down, answers an error, or answers something else than it documents. */
export function createBurrow(options: BurrowOptions): Burrow {
  const get = createGet(options);
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
      return answer === undefined || answer.status.status === 'NOTFOUND' ? undefined : answer.status.totallag;
    },
    progress: async (group, nowMs, abortSignal) => {
      const answer = await get(await path(abortSignal, 'consumer', group), groupDetailSchema, abortSignal);
      return answer === undefined ? undefined : groupProgress(toPartitions(answer), nowMs);
    },
  };
}

/** A group's total lag, Count. A group that Burrow does not know is unknown, not idle. */
export function burrowLag(group: string, options: { readonly burrow: Burrow; readonly nowMs: () => number }): Signal {
  const details = { unit: 'Count', dimensions: { ConsumerGroup: group } } as const;
  return async (abortSignal) => {
    const lag = await options.burrow.totalLag(group, abortSignal);
    if (lag === undefined) return unknownSample(`Burrow does not know group ${group}`, options.nowMs(), details);
    return knownSample(lag, options.nowMs(), details);
  };
}

const clusterListSchema = v.object({ clusters: v.nullable(v.array(v.string())) });
const groupListSchema = v.object({ consumers: v.nullable(v.array(v.string())) });
const countSchema = v.pipe(v.number(), v.finite(), v.minValue(0));
const groupStatusSchema = v.object({ status: v.object({ status: v.string(), totallag: countSchema }) });
const offsetSchema = v.object({ offset: v.number(), timestamp: v.number(), lag: v.nullish(v.number()) });
const partitionSchema = v.object({ 'current-lag': countSchema, offsets: v.nullish(v.array(v.nullable(offsetSchema))) });
const groupDetailSchema = v.object({
  topics: v.nullable(v.record(v.string(), v.nullable(v.array(v.nullable(partitionSchema))))),
});

function toPartitions(detail: v.InferOutput<typeof groupDetailSchema>): PartitionProgress[] {
  return Object.values(detail.topics ?? {})
    .flatMap((partitions) => partitions ?? [])
    .filter((partition) => partition !== null)
    .map((partition) => ({
      currentLag: partition['current-lag'],
      offsets: (partition.offsets ?? []).flatMap(toOffset),
    }));
}

/** An offset whose lag is not known yet cannot tell what was added. */
function toOffset(offset: v.InferOutput<typeof offsetSchema> | null): CommittedOffset[] {
  if (offset === null || offset.lag === null || offset.lag === undefined) return [];
  return [{ offset: offset.offset, lag: offset.lag, timestampMs: offset.timestamp }];
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
