/**
 * Converge over all streams: on a schedule and after every deploy. Puts right what a dead invocation, a redeploy or a
 * resharding by hand left behind, and ends holds. A stream that agrees costs two reads and no write.
 *
 * Alarms are read before streams, and a stream is read again before it is written to: what another invocation has just
 * changed is not judged by what was true before.
 */
import { awsFacts } from '../../core/aws-facts.ts';
import { hold, type ScalingDecision } from '../../core/decision/decision.ts';
import { moveIntoBounds } from '../../core/decision/out-of-bounds.ts';
import type { NewAlarm } from '../../core/plan/alarm-repair.ts';
import { isConverged, lanesOf, planConvergence } from '../../core/plan/convergence.ts';
import type { Lane } from '../../core/plan/effects.ts';
import type { Finding } from '../../core/plan/findings.ts';
import { type AlarmInAlarm, judgeAlarmsInAlarm, unansweredAfterMs } from '../../core/plan/rearming.ts';
import { describeDryRun } from '../../core/report/dry-run.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { isLoadDriven, type StreamSettings } from '../../core/settings/stream-settings.ts';
import { scalingIsUnderWay } from '../../core/stream/stream-state.ts';
import { notifiedProblemsTag } from '../../core/stream/stream-tags.ts';
import { fingerprintOfFaults, haveFaultsChanged } from '../../core/stream/tag-settings.ts';
import type { ScalerContext } from '../context.ts';
import type { ReconcileCause } from '../events.ts';
import type { CallFailure, UntaggedAlarm } from '../ports.ts';
import { bugOf, isStreamGone } from '../stream/call-failures.ts';
import { aborts, runEffects } from '../stream/effect-runner.ts';
import { runScaling } from '../stream/scaling-run.ts';
import {
  alarmNamesOf,
  type CompleteReading,
  readState,
  type StateQuery,
  type StateReading,
} from '../stream/state-reader.ts';
import { minimalQuery, type StreamResult, toReport } from '../stream/stream-report.ts';
import type { Fleet } from './fleet.ts';
import { mapAtOnce } from './side-by-side.ts';

/** Streams worked on side by side; the pacing of calls, not this, bounds the speed. */
const streamsAtOnce = 8;
const streamsPerBatch = awsFacts.describeAlarmsBatch.value / 2;
/** A scaling so recent may have died before it tagged its alarms: then their tags are read too. */
const recentScalingMs = 60 * 60_000;

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
  run: ReconcileRun,
  context: ScalerContext,
): Promise<ReconcileResult> {
  const { streamNames } = fleet;
  const reports: ScalingReport[] = [];
  for (let start = 0; start < streamNames.length; start += streamsPerBatch) {
    if (start > 0 && run.timeIsUp()) return { reports, notReached: streamNames.slice(start) };
    const batch = streamNames.slice(start, start + streamsPerBatch);
    const known = await context.ports.alarms.describe(batch.flatMap((name) => Object.values(alarmNamesOf(name))));
    const work = (streamName: string) =>
      known.ok
        ? reconcileSafely(streamName, { ...run, fleet, knownAlarms: known.value }, context)
        : Promise.resolve(report(streamName, context, { outcome: 'failed', failures: [known.failure] }));
    reports.push(...(await mapAtOnce(batch, streamsAtOnce, work)));
  }
  return { reports, notReached: [] };
}

interface Batch extends ReconcileRun {
  readonly fleet: Fleet;
  readonly knownAlarms: ReadonlyMap<string, UntaggedAlarm>;
}

/** A bug that one stream brings out must not leave the others unreconciled: it becomes a failure of that stream. */
async function reconcileSafely(streamName: string, batch: Batch, context: ScalerContext): Promise<ScalingReport> {
  try {
    return await reconcileStream(streamName, batch, context);
  } catch (error) {
    return report(streamName, context, { outcome: 'failed', failures: [bugOf('reconcile', error)] });
  }
}

async function reconcileStream(streamName: string, batch: Batch, context: ScalerContext): Promise<ScalingReport> {
  const query = minimalQuery(streamName, context);
  const { fleet, knownAlarms } = batch;
  // GetResources leaves out what was never tagged.
  const knownTags = fleet.tags ? { knownTags: fleet.tags.get(streamName) ?? {} } : {};
  const first = await readState(context.ports, context.account, { ...query, knownAlarms, ...knownTags });
  const making = context.deployment.streams?.has(streamName) ? undefined : fleet.making;
  if (!first.ok) return reportUnread(streamName, first.failures, making, context);
  const { openShardCount } = first.state;
  if (isQuiet(first, query.nowMs)) {
    return { ...report(streamName, context, { outcome: 'agrees', failures: first.failures }), openShardCount };
  }
  const full = await readAgain(query, context);
  const result = await repairStream(streamName, { cause: batch.cause, making }, full, query.nowMs, context);
  const told = { ...addTagFaults(result, full), openShardCount };
  const unsent = (await context.notify?.(told, full.ok ? full.state.tags : undefined)) ?? [];
  return unsent.length === 0 ? told : { ...told, failures: [...told.failures, ...unsent] };
}

/** The tagging API may go on naming a stream that Kinesis has deleted; its alarms are removed when it no longer does. */
function reportUnread(
  streamName: string,
  failures: readonly CallFailure[],
  making: NewAlarm | undefined,
  context: ScalerContext,
): ScalingReport {
  const isGone = making !== undefined && isStreamGone(failures);
  if (!isGone) return report(streamName, context, { outcome: 'failed', failures });
  return report(streamName, context, { outcome: 'agrees', findings: [{ kind: 'stream-gone' }], failures: [] });
}

/** Tags that were passed over, when that is news. Only while a tag can remember that they were told. */
function addTagFaults(result: ScalingReport, reading: StateReading): ScalingReport {
  if (!reading.ok || reading.state.status !== 'ACTIVE' || result.outcome === 'scaled') return result;
  const { tagFaults: faults } = reading;
  if (!haveFaultsChanged(faults, reading.state.tags)) return result;
  const finding: Finding = { kind: 'tag-faults', faults, mark: fingerprintOfFaults(faults) };
  return { ...result, findings: [...result.findings, finding] };
}

/**
 * All there is to read, alarms first: read side by side, a scaling in between would show the new alarms beside the old shard
 * count, and be undone.
 */
async function readAgain(query: StateQuery, { ports, account }: ScalerContext): Promise<StateReading> {
  const alarms = await ports.alarms.describe(Object.values(query.alarmNames));
  if (!alarms.ok) return { ok: false, failures: [alarms.failure] };
  return await readState(ports, account, { ...query, knownAlarms: alarms.value, alarmTags: true, iteratorAge: true });
}

/** Nothing to write, no alarm standing, no recent scaling: the cheap reads say all there is to say. */
function isQuiet({ state, settings, contradictions, tagFaults }: CompleteReading, nowMs: number): boolean {
  if (contradictions.length > 0 || haveFaultsChanged(tagFaults, state.tags)) return false;
  // People know of a problem that is over by now: they are owed the all-clear.
  if (state.tags[notifiedProblemsTag]) return false;
  const plan = planConvergence({ state, settings, nowMs });
  const standing = state.alarms.up?.state === 'ALARM' || state.alarms.down?.state === 'ALARM';
  const recent = state.intent !== undefined && nowMs - state.intent.atMs < recentScalingMs;
  const bounded = moveIntoBounds({ state, settings, nowMs }) === undefined;
  return isConverged(plan) && plan.findings.length === 0 && bounded && !standing && !recent;
}

async function repairStream(
  streamName: string,
  { cause, making }: { readonly cause: ReconcileCause; readonly making: NewAlarm | undefined },
  reading: StateReading,
  nowMs: number,
  context: ScalerContext,
): Promise<ScalingReport> {
  const { failures } = reading;
  if (!reading.ok) return report(streamName, context, { outcome: 'failed', failures });
  const { state, settings, contradictions } = reading;
  if (scalingIsUnderWay(state, nowMs)) {
    return report(streamName, context, { outcome: 'agrees', findings: [{ kind: 'scaling-under-way' }], failures });
  }
  if (contradictions.length > 0) {
    return report(streamName, context, {
      outcome: 'held',
      decision: hold('contradictory-settings', { faults: contradictions }),
      failures,
    });
  }
  const plan = planConvergence({ state, settings, nowMs }, making);
  // After a deploy nothing is waited for: dry run may just have been turned off, or a reason to hold been changed.
  const standing = judgeAlarmsInAlarm({ state, settings, nowMs }, cause === 'deploy' ? 0 : unansweredAfterMs);
  const rearms = standing.flatMap(({ rearm }): Lane[] => (rearm ? [[rearm]] : []));
  const lanes = joinLanes(lanesOf(plan), rearms);
  const shown = { findings: plan.findings, failures, ...decisionOf(standing, settings) };
  const bound = moveIntoBounds({ state, settings, nowMs });
  if (bound) return await enforce(bound, reading, lanes, nowMs, context);
  if (context.deployment.dryRun) return report(streamName, context, describeReconcile(reading, lanes, shown, nowMs));
  if (lanes.length === 0) return report(streamName, context, { outcome: 'agrees', ...shown });
  const effects = await runEffects(lanes, streamName, context.ports);
  const failed = aborts(effects) || effects.some(({ failure }) => failure !== undefined);
  return report(streamName, context, { outcome: failed ? 'failed' : 'converged', ...shown, effects });
}

/**
 * In dry run: what would be put right, and, of an alarm that would scale if it fired now, the whole plan. It would be re-armed
 * first, so it says what the alarm's own notification would say next.
 */
function describeReconcile(
  { state, settings }: CompleteReading,
  lanes: readonly Lane[],
  shown: Pick<StreamResult, 'findings' | 'failures' | 'decision' | 'alarmName'>,
  nowMs: number,
): StreamResult {
  const effects = lanes.flat().map((effect) => ({ effect }));
  if (shown.decision?.kind !== 'scale') return { outcome: lanes.length > 0 ? 'planned' : 'agrees', ...shown, effects };
  const scaling = describeDryRun(shown.decision, { state, settings, nowMs });
  return { ...shown, ...scaling, effects: [...effects, ...scaling.effects] };
}

/**
 * A stream outside its bounds is brought back by one step, and what drifted is put right. The bound outranks a standing
 * alarm: both would move the stream, and only one of them may in a run.
 */
async function enforce(
  bound: ScalingDecision,
  { state, settings, failures }: CompleteReading,
  lanes: readonly Lane[],
  nowMs: number,
  context: ScalerContext,
): Promise<ScalingReport> {
  const { streamName } = state;
  if (bound.kind === 'scale' && !context.deployment.dryRun) {
    // First what drifted: the call may be refused for a day, and the alarms would judge by a wrong count for so long.
    // Consumers go with the call, whose plan knows the state from before: fitted to the old count now, they would stay there.
    const isConsumers = (lane: Lane) => lane.some(({ kind }) => kind === 'set-concurrency');
    const drifted = await runEffects(
      lanes.filter((lane) => !isConsumers(lane)),
      streamName,
      context.ports,
    );
    const scaling = await runScaling(bound, { state, settings, nowMs }, context);
    // A refused call leaves the old count, and consumers that were too few for it already.
    const consumers =
      scaling.outcome === 'scaled' ? [] : await runEffects(lanes.filter(isConsumers), streamName, context.ports);
    return report(streamName, context, {
      failures,
      ...scaling,
      effects: [...drifted, ...scaling.effects, ...consumers],
    });
  }
  if (context.deployment.dryRun) {
    const converging = lanes.flat().map((effect) => ({ effect }));
    const planned: Pick<StreamResult, 'outcome' | 'decision' | 'effects'> =
      bound.kind === 'scale'
        ? describeDryRun(bound, { state, settings, nowMs })
        : { outcome: 'planned', decision: bound, effects: converging };
    return report(streamName, context, { failures, ...planned });
  }
  const effects = await runEffects(lanes, streamName, context.ports);
  return report(streamName, context, { outcome: 'held', decision: bound, failures, effects });
}

/** A re-arm joins the lane of its alarm, which may re-arm it already: two writes to one alarm never run side by side. */
function joinLanes(lanes: readonly Lane[], rearms: readonly Lane[]): readonly Lane[] {
  const joined = lanes.map((lane) => [...lane]);
  for (const [rearm] of rearms) {
    if (rearm?.kind !== 'rearm-alarm') continue;
    const lane = joined.find((effects) =>
      effects.some((effect) => 'alarmName' in effect && effect.alarmName === rearm.alarmName),
    );
    if (!lane) joined.push([rearm]);
    else if (!lane.some(({ kind }) => kind === 'rearm-alarm')) lane.push(rearm);
  }
  return joined;
}

/**
 * Of two standing alarms the one that would act is told; a hold otherwise. Not what an alarm would do where it only wakes a
 * policy that looks at demand.
 */
function decisionOf(
  standing: readonly AlarmInAlarm[],
  settings: StreamSettings,
): Pick<ScalingReport, 'decision' | 'alarmName'> {
  const acting = standing.find(({ decision }) => decision.kind === 'scale');
  const holding = standing.find(({ decision }) => decision.kind === 'hold');
  const told = isLoadDriven(settings) ? holding : (acting ?? holding);
  return told ? { decision: told.decision, alarmName: told.alarmName } : {};
}

function report(streamName: string, context: ScalerContext, result: StreamResult): ScalingReport {
  return toReport('reconcile', streamName, context, result);
}
