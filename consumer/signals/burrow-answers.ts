/** The shapes of Burrow's answers, as far as they are read. */
import * as v from 'valibot';
import type { CommittedOffset, PartitionProgress } from '../decision/backlog.ts';

export const clusterListSchema = v.object({ clusters: v.nullable(v.array(v.string())) });
export const groupListSchema = v.object({ consumers: v.nullable(v.array(v.string())) });
const countSchema = v.pipe(v.number(), v.finite(), v.minValue(0));
const offsetSchema = v.object({ offset: v.number(), timestamp: v.number(), lag: v.nullish(v.number()) });
const partitionStatusSchema = v.object({
  topic: v.string(),
  partition: v.number(),
  current_lag: countSchema,
  end: v.nullish(offsetSchema),
});
export const groupStatusSchema = v.object({
  status: v.object({
    status: v.string(),
    totallag: countSchema,
    complete: v.nullish(v.number()),
    partition_count: v.nullish(countSchema),
    partitions: v.nullish(v.array(v.nullable(partitionStatusSchema))),
  }),
});
const partitionSchema = v.object({ 'current-lag': countSchema, offsets: v.nullish(v.array(v.nullable(offsetSchema))) });
export const groupDetailSchema = v.object({
  topics: v.nullable(v.record(v.string(), v.nullable(v.array(v.nullable(partitionSchema))))),
});

type PartitionDetail = v.InferOutput<typeof partitionSchema>;
type Offset = v.InferOutput<typeof offsetSchema>;

export function nameOf({ topic, partition }: v.InferOutput<typeof partitionStatusSchema>): string {
  return `${topic}/${partition}`;
}

export function listPartitions(
  detail: v.InferOutput<typeof groupDetailSchema>,
): { readonly name: string; readonly detail: PartitionDetail }[] {
  return Object.entries(detail.topics ?? {}).flatMap(([topic, partitions]) =>
    (partitions ?? []).flatMap((each, index) => (each === null ? [] : [{ name: `${topic}/${index}`, detail: each }])),
  );
}

export function newestCommit({ offsets }: PartitionDetail): Offset | undefined {
  return (offsets ?? []).filter((offset) => offset !== null).at(-1);
}

export function toProgress(partition: PartitionDetail): PartitionProgress {
  return { currentLag: partition['current-lag'], offsets: (partition.offsets ?? []).flatMap(toCommit) };
}

/** An offset whose lag is not known yet cannot tell what was added. */
function toCommit(offset: Offset | null): CommittedOffset[] {
  if (offset === null || offset.lag === null || offset.lag === undefined) return [];
  return [{ offset: offset.offset, lag: offset.lag, timestampMs: offset.timestamp }];
}

/** Whether a lag is one: without a commit, or before Burrow has asked the broker, it reads 0. */
export function isSeen(
  currentLag: number,
  newest: { readonly lag?: number | null | undefined } | null | undefined,
): boolean {
  return currentLag > 0 || (newest !== null && newest !== undefined && typeof newest.lag === 'number');
}
