/**
 * Runs a load through an alarm-driven policy, minute by minute: the production decision core over the models of
 * CloudWatch and Kinesis. Slower than `runStream`, and exactly what the deployed functions would do.
 */
import { reshardMinutes, streamLimits, type UpdateCall } from '../core/load/stream-replay.ts';
import { defaultReconcileMinutes } from '../core/plan/rearming.ts';
import type { StreamSettings } from '../core/settings/stream-settings.ts';
import { dayMinutes, minuteMs } from '../core/time.ts';
import { AlarmStream } from './alarm-stream.ts';
import { KINESIS_FACTS } from './models/kinesis-facts.ts';
import { type RunOptions, type StreamRun, startingShards } from './stream-run.ts';
import { reportEveryMinutes } from './work-shares.ts';

/** The start of a day, so that every alarm's windows begin at the same phase. */
const START_MINUTE = 20_000 * dayMinutes;

export interface AlarmRunOptions extends RunOptions {
  /** Bytes of one record: what IncomingBytes counts for each of IncomingRecords. */
  readonly recordBytes?: number;
  /** How often the reconciler runs; default 5, as a deployment's `reconcileMinutes`. */
  readonly reconcileMinutes?: number;
}

export function runAlarms(
  load: Float64Array,
  policy: string,
  settings: StreamSettings,
  options: AlarmRunOptions = {},
): StreamRun {
  const { limits = streamLimits, model = 'loss', metricDelayMinutes = 1, recordBytes = 1000, onShare } = options;
  const minutes = load.length;
  const run = {
    capacity: new Float64Array(minutes),
    billed: new Float64Array(minutes),
    throttled: new Float64Array(minutes),
  };
  const open = startingShards(load, limits);
  const { stream, alarms } = begin(load[0] ?? 0, open, settings, options);
  const first = Math.min(load[0] ?? 0, open) * KINESIS_FACTS.recordsPerSecondPerShard * 60;
  const late = Array.from({ length: metricDelayMinutes }, () => first);
  const calls: UpdateCall[] = [];
  let backlog = 0;
  let known = stream.activeAtMs;
  let before = open;
  for (let minute = 0; minute < minutes; minute++) {
    if (minute % reportEveryMinutes === 0) onShare?.(minute / minutes);
    const startMs = (START_MINUTE + minute) * minuteMs;
    const capacity = stream.capacityShardCountAt(startMs);
    const wanted = (load[minute] as number) + backlog;
    const rejected = Math.max(0, wanted - capacity);
    backlog = model === 'retry' ? rejected : 0;
    run.capacity[minute] = capacity;
    run.billed[minute] = stream.billedShardCountAt(startMs);
    run.throttled[minute] = rejected;
    // A late metric shifts a minute's traffic into a later datapoint. If the newest datapoint were merely missing, every
    // evaluation would judge a window with a hole in it, and a steady 85 % would never reach 75 %.
    late.push((wanted - rejected) * KINESIS_FACTS.recordsPerSecondPerShard * 60);
    const records = late.shift() ?? 0;
    alarms.endMinute(START_MINUTE + minute, records, records * recordBytes);
    if (stream.activeAtMs === known) continue;
    known = stream.activeAtMs;
    const to = stream.openShardCountAt(known);
    calls.push({ minute, from: before, to });
    before = to;
  }
  return { policy, minutes, ...run, calls, refusals: alarms.refusals.length };
}

function begin(
  first: number,
  open: number,
  settings: StreamSettings,
  { limits = streamLimits, recordBytes = 1000, reconcileMinutes = defaultReconcileMinutes }: AlarmRunOptions,
) {
  const alarms = new AlarmStream({
    settings,
    openShardCount: open,
    startMs: START_MINUTE * minuteMs,
    facts: {
      maxUpdateCalls: limits.callsPer24h,
      reshardingMs: (from, to) => reshardMinutes(from, to, limits) * minuteMs,
    },
    reconcileMinutes,
  });
  const records = Math.min(first, open) * KINESIS_FACTS.recordsPerSecondPerShard * 60;
  const longest = Math.max(settings.scaleUpEvaluationPeriods, settings.scaleDownEvaluationPeriods) + 2;
  for (let ago = longest * settings.periodMinutes; ago > 0; ago--) {
    alarms.recall(START_MINUTE - ago, records, records * recordBytes);
  }
  return { stream: alarms.stream, alarms };
}
