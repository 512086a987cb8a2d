/** What converge finds out of line. Reports, log lines and `explain` show findings under these names. */
import type { Direction } from '../alarm/alarm-definition.ts';
import type { Fault } from '../result.ts';

/** What converge found out of line, whether or not it can put it right. */
export type Finding =
  | { readonly kind: 'alarm-missing'; readonly direction: Direction }
  | { readonly kind: 'alarm-drifted'; readonly alarmName: string; readonly differs: readonly string[] }
  | { readonly kind: 'alarm-metrics-of-others'; readonly alarmName: string; readonly ids: readonly string[] }
  | { readonly kind: 'alarm-judged-by-old-math'; readonly alarmName: string }
  | { readonly kind: 'alarm-tags-behind'; readonly alarmName: string }
  | { readonly kind: 'scaling-under-way' }
  /** One that had asked by its tag. */
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
  /** Tags that were passed over, only when they are not those that were told last; none: all are in order again. */
  | { readonly kind: 'tag-faults'; readonly faults: readonly Fault[]; readonly mark: string }
  | {
      readonly kind: 'concurrency-unaffordable';
      readonly functionName: string;
      readonly wanted: number;
      readonly affordable: number;
    };
