/**
 * Reconciles one stream after another: on a schedule and after every deploy. It repairs what a dead invocation, a redeploy or
 * a resharding by hand left behind, and ends holds. A stream that agrees costs two reads and no write.
 *
 * Alarms are read before streams, and a stream is read again before anything is written to it: otherwise what another
 * invocation has just changed would be judged by what was true before.
 */
import { awsFacts } from '../../core/aws-facts.ts';
import type { NewAlarm } from '../../core/plan/alarm-repair.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { fingerprintOfFaults, haveFaultsChanged } from '../../core/stream/tag-settings.ts';
import type { ScalerContext } from '../context.ts';
import type { ReconcileCause } from '../events.ts';
import type { CallFailure, UntaggedAlarm } from '../ports.ts';
import { bugOf, isStreamGone } from '../stream/call-failures.ts';
import { notifyPeople } from '../stream/notifier.ts';
import { needsNoRepair, repairStream } from '../stream/repair-stream.ts';
import { alarmNamesOf, fullQuery, minimalQuery, type StateQuery } from '../stream/state-query.ts';
import { readState, type StateReading } from '../stream/state-reader.ts';
import { type StreamOutcome, toReport } from '../stream/stream-report.ts';
import type { Fleet } from './fleet.ts';
import { mapAtOnce } from './side-by-side.ts';

/** Streams at the same time; the pacing of calls, not this, bounds the speed. */
const streamsAtOnce = 8;
const streamsPerBatch = awsFacts.describeAlarmsBatch.value / 2;

export interface ReconcileRun {
  readonly cause: ReconcileCause;
  /** Asked before each batch: what was not reached then is handed on. */
  readonly timeIsUp: () => boolean;
}

export interface ReconcileResult {
  readonly reports: readonly ScalingReport[];
  /** Streams that there was no time for. */
  readonly notReached: readonly string[];
}

export async function reconcileStreams(
  fleet: Fleet,
  { cause, timeIsUp }: ReconcileRun,
  context: ScalerContext,
): Promise<ReconcileResult> {
  const { streamNames } = fleet;
  const reports: ScalingReport[] = [];
  for (let start = 0; start < streamNames.length; start += streamsPerBatch) {
    if (start > 0 && timeIsUp()) return { reports, notReached: streamNames.slice(start) };
    const batch = streamNames.slice(start, start + streamsPerBatch);
    const known = await context.ports.alarms.describe(batch.flatMap((name) => Object.values(alarmNamesOf(name))));
    const work = async (streamName: string) =>
      known.ok
        ? await reconcileSafely(streamName, { cause, fleet, knownAlarms: known.value }, context)
        : failed(streamName, [known.failure], context);
    reports.push(...(await mapAtOnce(batch, streamsAtOnce, work)));
  }
  return { reports, notReached: [] };
}

interface Batch {
  readonly cause: ReconcileCause;
  readonly fleet: Fleet;
  readonly knownAlarms: ReadonlyMap<string, UntaggedAlarm>;
}

/** A bug that one stream brings out must not leave the others unreconciled: it becomes a failure of that stream. */
async function reconcileSafely(streamName: string, batch: Batch, context: ScalerContext): Promise<ScalingReport> {
  try {
    return await reconcileStream(streamName, batch, context);
  } catch (error) {
    return failed(streamName, [bugOf('reconcile', error)], context);
  }
}

async function reconcileStream(streamName: string, batch: Batch, context: ScalerContext): Promise<ScalingReport> {
  const { cause, fleet, knownAlarms } = batch;
  const query = minimalQuery(streamName, context);
  // GetResources leaves out what was never tagged.
  const knownTags = fleet.tags ? { knownTags: fleet.tags.get(streamName) ?? {} } : {};
  const first = await readState(context.ports, context.account, { ...query, knownAlarms, ...knownTags });
  const newAlarm = context.deployment.streams?.has(streamName) ? undefined : fleet.newAlarm;
  if (!first.ok) return reportUnread(streamName, first.failures, newAlarm, context);
  const { openShardCount } = first.state;
  if (needsNoRepair(first)) {
    return toReport('reconcile', streamName, { outcome: 'agrees', openShardCount, failures: first.failures }, context);
  }
  const full = await readAgain(query, context);
  const result: StreamOutcome = full.ok ? await repairStream(full, cause, newAlarm, context) : { outcome: 'failed' };
  const whole = { ...withTagFaults(result, full), openShardCount, failures: full.failures };
  const report = toReport('reconcile', streamName, whole, context);
  return await notifyPeople(report, full.ok ? full.state.tags : undefined, context.notify);
}

/** The tagging API may go on naming a stream that Kinesis has deleted; its alarms are removed when it no longer does. */
function reportUnread(
  streamName: string,
  failures: readonly CallFailure[],
  newAlarm: NewAlarm | undefined,
  context: ScalerContext,
): ScalingReport {
  const isGone = newAlarm !== undefined && isStreamGone(failures);
  if (!isGone) return failed(streamName, failures, context);
  return toReport('reconcile', streamName, { outcome: 'agrees', findings: [{ kind: 'stream-gone' }] }, context);
}

/**
 * All there is to read, alarms first: read side by side, a scaling in between would show the new alarms beside the old shard
 * count, and be undone.
 */
async function readAgain(query: StateQuery, { ports, account }: ScalerContext): Promise<StateReading> {
  const alarms = await ports.alarms.describe(Object.values(query.alarmNames));
  if (!alarms.ok) return { ok: false, failures: [alarms.failure] };
  return await readState(ports, account, { ...fullQuery(query), knownAlarms: alarms.value });
}

/** Adds tags that were ignored, when people do not know of them yet, and only while a tag can remember that they do. */
function withTagFaults(result: StreamOutcome, reading: StateReading): StreamOutcome {
  if (!reading.ok || reading.state.status !== 'ACTIVE' || result.outcome === 'scaled') return result;
  const { tagFaults: faults } = reading;
  if (!haveFaultsChanged(faults, reading.state.tags)) return result;
  const { findings = [] } = result;
  return { ...result, findings: [...findings, { kind: 'tag-faults', faults, mark: fingerprintOfFaults(faults) }] };
}

function failed(streamName: string, failures: readonly CallFailure[], context: ScalerContext): ScalingReport {
  return toReport('reconcile', streamName, { outcome: 'failed', failures }, context);
}
