/**
 * On-demand capacity: twice the peak of the last 30 days, never less than 4 shards' worth (4 MB/s); a new peak counts
 * after 15 minutes. The peak is taken of the offered load. That flatters on-demand: AWS does not say whether rejected
 * records count. There are no calls and no resharding; `prices.ts` has its cost.
 */
import { LoadHistory } from '../../core/load/load-history.ts';
import { dayMinutes } from '../../core/time.ts';
import type { RunOptions, StreamRun } from '../stream-run.ts';

const LEAST_SHARDS = 4;
const ADAPTS_AFTER_MINUTES = 15;
const REMEMBERED_MINUTES = 30 * dayMinutes;

export type OnDemandMode = 'on-demand' | 'on-demand-advantage';

export function runOnDemand(load: Float64Array, policy: OnDemandMode, { model = 'loss' }: RunOptions = {}): StreamRun {
  const minutes = load.length;
  const capacity = new Float64Array(minutes);
  const throttled = new Float64Array(minutes);
  const seen = new LoadHistory(Math.max(1, minutes));
  const first = load[0] ?? 0;
  let backlog = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const newest = minute - ADAPTS_AFTER_MINUTES;
    const peak = newest < 0 ? first : seen.peak(newest - REMEMBERED_MINUTES + 1, newest);
    const serves = Math.max(LEAST_SHARDS, 2 * peak);
    const offered = (load[minute] as number) + backlog;
    const rejected = Math.max(0, offered - serves);
    if (model === 'retry') backlog = rejected;
    capacity[minute] = serves;
    throttled[minute] = rejected;
    seen.append(offered);
  }
  return { policy, minutes, capacity, billed: new Float64Array(minutes), throttled, calls: [], refusals: 0 };
}
