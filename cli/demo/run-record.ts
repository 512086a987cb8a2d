/** The record of a demo run: its minutes and the functions' reports. The page and `--json` show it. */
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import type { Agreement } from './agreement.ts';

export interface RunMinute {
  readonly atMs: number;
  readonly offeredRecordsPerSecond: number;
  readonly rejectedRecordsPerSecond: number;
  /** Of the shards that accept records: the smaller count while the stream is resharding. */
  readonly capacityRecordsPerSecond: number;
  readonly openShardCount: number;
}

export interface RunRecord {
  readonly streamName: string;
  readonly trace: string;
  readonly minutes: readonly RunMinute[];
  readonly reports: readonly ScalingReport[];
  readonly agreement: Agreement;
}

export interface RunFigures {
  readonly shardHours: number;
  /** Shard-hours if the stream had stayed at the run's largest count. */
  readonly peakShardHours: number;
  readonly offeredRecords: number;
  readonly throttledRecords: number;
}

export function summarize(minutes: readonly RunMinute[]): RunFigures {
  let shardHours = 0;
  let peak = 0;
  let offeredRecords = 0;
  let throttledRecords = 0;
  for (const minute of minutes) {
    shardHours += minute.openShardCount / 60;
    peak = Math.max(peak, minute.openShardCount);
    offeredRecords += minute.offeredRecordsPerSecond * 60;
    throttledRecords += minute.rejectedRecordsPerSecond * 60;
  }
  return { shardHours, peakShardHours: (peak * minutes.length) / 60, offeredRecords, throttledRecords };
}
