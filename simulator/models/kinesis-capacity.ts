import { KINESIS_FACTS, type KinesisFacts } from './kinesis-facts.ts';

/** An amount of traffic within a minute. */
export interface Traffic {
  readonly records: number;
  readonly bytes: number;
}

export interface AdmittedMinute {
  readonly accepted: Traffic;
  /** What WriteProvisionedThroughputExceeded counts. Under `retried` a record counts again each minute it waits. */
  readonly rejected: Traffic;
  /** What is offered again in the next minute; nothing under `lost`. */
  readonly backlog: Traffic;
}

/** `lost`: producers give up on what is rejected. `retried`: they offer it again in the next minute. */
export type Rejection = 'lost' | 'retried';

export const NO_TRAFFIC: Traffic = { records: 0, bytes: 0 };

/**
 * A minute of a stream with uniform keys: what fits, by records and by bytes, is accepted.
 * @param backlog the last minute's, under `retried`
 */
export function admitMinute(
  offered: Traffic,
  shardCount: number,
  rejection: Rejection,
  backlog: Traffic = NO_TRAFFIC,
  facts: Pick<KinesisFacts, 'recordsPerSecondPerShard' | 'bytesPerSecondPerShard'> = KINESIS_FACTS,
): AdmittedMinute {
  const records = offered.records + backlog.records;
  const bytes = offered.bytes + backlog.bytes;
  const fraction = Math.min(
    1,
    portion(60 * facts.recordsPerSecondPerShard * shardCount, records),
    portion(60 * facts.bytesPerSecondPerShard * shardCount, bytes),
  );
  const accepted = { records: records * fraction, bytes: bytes * fraction };
  const rejected = { records: records - accepted.records, bytes: bytes - accepted.bytes };
  return { accepted, rejected, backlog: rejection === 'retried' ? rejected : NO_TRAFFIC };
}

function portion(capacity: number, wanted: number): number {
  return wanted === 0 ? 1 : capacity / wanted;
}
