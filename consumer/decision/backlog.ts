/**
 * The backlog of a consumer group, weighed by whether it is catching up: the number that the `plugin` entity of the
 * external scaler publishes. It is Azul Scaler's model without its three faults.
 *
 * Properties, each with a test: the value never falls when more is added, and never rises when more is processed; one
 * formula serves consumers that process something and consumers that process nothing; no backlog is 0.
 */

/** A larger number tells an autoscaler nothing new. This one is exact as an integer, for old clients. */
export const maxBacklog = 9_999_999;

/** Older commits say nothing about the group's present rate. */
export const offsetMaxAgeMs = 15 * 60_000;

export interface CommittedOffset {
  readonly offset: number;
  readonly lag: number;
  readonly timestampMs: number;
}

export interface PartitionProgress {
  readonly currentLag: number;
  /** As the source keeps them: any order, with holes already removed. */
  readonly offsets: readonly CommittedOffset[];
}

export interface GroupProgress {
  readonly processedPerMinute: number;
  readonly addedPerMinute: number;
  readonly lag: number;
}

/**
 * The weighed backlog, 0 to maxBacklog.
 *
 * With `rate = processed - added` per minute: catching up divides the lag by `max(rate, 1)`; otherwise the lag is
 * divided by `1 - min(sqrt(1 - rate), 100) / 100`, which grows without a cliff up to the maximum.
 */
export function weighBacklog(progress: GroupProgress): number {
  const lag = Math.max(0, progress.lag);
  if (lag === 0) return 0;
  const rate = progress.processedPerMinute - progress.addedPerMinute;
  if (rate > 0) return Math.min(lag / Math.max(rate, 1), maxBacklog);
  const share = 1 - Math.min(Math.sqrt(1 - rate), 100) / 100;
  return share <= 0 ? maxBacklog : Math.min(lag / share, maxBacklog);
}

/** A consumer is silent when it has committed nothing for this time, and for longer than its commits span. */
const silentAfterMs = 60_000;

/**
 * Sums partitions into a group. Each partition's own span of time turns its counts into rates.
 *
 * Commits stop when a consumer dies, so its last ones would say "catching up" for a quarter of an hour. A silent
 * partition is therefore measured from its newest commit to now: nothing processed, and what was added since.
 */
export function groupProgress(partitions: readonly PartitionProgress[], nowMs: number): GroupProgress {
  let [processedPerMinute, addedPerMinute, lag] = [0, 0, 0];
  for (const partition of partitions) {
    const rates = partitionRates(partition, nowMs);
    processedPerMinute += rates.processedPerMinute;
    addedPerMinute += rates.addedPerMinute;
    lag += Math.max(0, partition.currentLag);
  }
  return { processedPerMinute, addedPerMinute, lag };
}

type Rates = Omit<GroupProgress, 'lag'>;

/** Without a rate the group counts as not catching up; the lag itself still counts. */
const noRates: Rates = { processedPerMinute: 0, addedPerMinute: 0 };

function partitionRates(partition: PartitionProgress, nowMs: number): Rates {
  const commits = [...partition.offsets].sort((left, right) => left.timestampMs - right.timestampMs);
  const newest = commits.at(-1);
  if (newest === undefined) return noRates;
  const oldest = commits.find((each) => nowMs - each.timestampMs < offsetMaxAgeMs) ?? newest;
  const spanMs = newest.timestampMs - oldest.timestampMs;
  const silenceMs = nowMs - newest.timestampMs;
  if (silenceMs >= silentAfterMs && silenceMs > spanMs) return ratesSince(newest, partition.currentLag, silenceMs);
  return spanMs > 0 ? ratesBetween(oldest, newest, spanMs) : noRates;
}

function ratesBetween(oldest: CommittedOffset, newest: CommittedOffset, spanMs: number): Rates {
  const processed = newest.offset - oldest.offset;
  const added = processed + newest.lag - oldest.lag;
  return { processedPerMinute: perMinute(processed, spanMs), addedPerMinute: perMinute(added, spanMs) };
}

function ratesSince(newest: CommittedOffset, currentLag: number, silenceMs: number): Rates {
  return { processedPerMinute: 0, addedPerMinute: perMinute(Math.max(0, currentLag - newest.lag), silenceMs) };
}

function perMinute(count: number, spanMs: number): number {
  return (count * 60_000) / spanMs;
}
