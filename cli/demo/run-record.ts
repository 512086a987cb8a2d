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
  readonly offeredRecords: number;
  readonly throttledRecords: number;
}

export function summarize(minutes: readonly RunMinute[]): RunFigures {
  let shardMinutes = 0;
  let offeredRecords = 0;
  let throttledRecords = 0;
  for (const minute of minutes) {
    shardMinutes += minute.openShardCount;
    offeredRecords += minute.offeredRecordsPerSecond * 60;
    throttledRecords += minute.rejectedRecordsPerSecond * 60;
  }
  return { shardHours: shardMinutes / 60, offeredRecords, throttledRecords };
}
