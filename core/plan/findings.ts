/** What converge finds that differs from what should be. Reports, log lines and `explain` show findings by these names. */
import type { Direction } from '../alarm/alarm-definition.ts';
import type { Fault } from '../result.ts';

/** What converge found, whether or not it can repair it. */
export type Finding =
  | { readonly kind: 'alarm-missing'; readonly direction: Direction }
  | { readonly kind: 'alarm-drifted'; readonly alarmName: string; readonly differs: readonly string[] }
  | { readonly kind: 'alarm-metrics-of-others'; readonly alarmName: string; readonly ids: readonly string[] }
  | { readonly kind: 'alarm-judged-by-old-math'; readonly alarmName: string }
  | { readonly kind: 'alarm-tags-behind'; readonly alarmName: string }
  | { readonly kind: 'scaling-under-way' }
  /** A scaling of ours is over: the stream is ACTIVE with the count of its intent, seen for the first time. */
  | { readonly kind: 'scaling-settled'; readonly openShardCount: number }
  /** The shard count is not the one that was seen last, and no scaling of ours explains it. */
  | {
      readonly kind: 'resharded-by-others';
      readonly before: number | undefined;
      readonly openShardCount: number;
    }
  /** A discovered stream that Kinesis no longer has. */
  | { readonly kind: 'stream-gone' }
  | { readonly kind: 'unexplained-update'; readonly openShardCount: number }
  | {
      readonly kind: 'concurrency-differs';
      readonly functionName: string;
      readonly reserved: number | undefined;
      readonly wanted: number;
    }
  | {
      readonly kind: 'concurrency-waits-for-drain';
      readonly functionName: string;
      readonly reserved: number;
      readonly wanted: number;
    }
  | { readonly kind: 'concurrency-stopped'; readonly functionName: string }
  /**
   * Tags of the stream that were ignored. Present only when they differ from those of which people were notified last; no
   * faults means that all tags are valid again. `mark` is their fingerprint: logs show it by this name.
   */
  | { readonly kind: 'tag-faults'; readonly faults: readonly Fault[]; readonly mark: string }
  | {
      readonly kind: 'concurrency-unaffordable';
      readonly functionName: string;
      readonly wanted: number;
      readonly affordable: number;
    };
