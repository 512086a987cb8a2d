/**
 * Checks the load of the streams whose policy goes by it, once a minute. A load check that finds nothing to do costs three
 * reads; before it does anything it reads all there is to read and decides again, as for an alarm.
 *
 * Lambda tries nothing again here: the next load check is due in a minute. A stream that keeps failing is counted by the
 * metric `Failures`, which pages.
 */
import { awsFacts } from '../../core/aws-facts.ts';
import type { HoldDecision } from '../../core/decision/decision.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { isLoadDriven } from '../../core/settings/stream-settings.ts';
import { isStepping } from '../../core/stream/stream-state.ts';
import { isEnabled } from '../../core/stream/tag-settings.ts';
import { minuteMs } from '../../core/time.ts';
import type { ScalerContext } from '../context.ts';
import type { LoadCheckRequest } from '../events.ts';
import type { CallFailure, UntaggedAlarm } from '../ports.ts';
import { applyDecision } from '../stream/apply-decision.ts';
import { bugOf, isStreamGone } from '../stream/call-failures.ts';
import { considerHotShard } from '../stream/hot-shard.ts';
import type { LoadReading } from '../stream/load-cache.ts';
import { decideFromReading, type LoadDrivenFacts, readLoad } from '../stream/load-decision.ts';
import { notifyPeople } from '../stream/notifier.ts';
import { settingsOf } from '../stream/ownership.ts';
import { alarmNamesOf, fullQuery, minimalQuery, type StateQuery } from '../stream/state-query.ts';
import { type CompleteReading, readState, type StateReading } from '../stream/state-reader.ts';
import { takeNextStep } from '../stream/step-run.ts';
import { type StreamOutcome, toReport } from '../stream/stream-report.ts';
import { type Fleet, findFleet } from './fleet.ts';
import { mapAtOnce } from './side-by-side.ts';

/** Scheduler is up to a minute late; what is later waited in Lambda's line, and a newer one is behind it. */
const latestMs = 3 * minuteMs;

export function isOverdue({ dueAtMs }: Pick<LoadCheckRequest, 'dueAtMs'>, nowMs: number): boolean {
  return dueAtMs !== undefined && nowMs - dueAtMs > latestMs;
}

export interface LoadCheckResult {
  /** Calls that failed and concern no single stream. */
  readonly failures: readonly CallFailure[];
  readonly checked: number;
  /** Streams that there was no time for; the next load check begins with others. */
  readonly notReached: number;
}

const streamsAtOnce = 4;
const streamsPerBatch = awsFacts.describeAlarmsBatch.value / 2;
/** The next load check is due a minute after this one, and a batch takes ten seconds at the rate of ListTagsForStream. */
const longestCheckMs = 40_000;

/** @param onReport of a stream that is not as it should be, as soon as it is known. */
export async function checkLoad(
  context: ScalerContext,
  onReport: (report: ScalingReport) => void,
): Promise<LoadCheckResult> {
  const { deployment, ports, clock } = context;
  const startMs = clock.monotonicMs();
  const fleet = await findFleet(deployment, ports.fleet);
  const loadDriven = fleet.streamNames.filter((name) => isLoadDriven(settingsOf(deployment, name)));
  const streamNames = rotate(loadDriven, Math.floor(clock.nowMs() / minuteMs) * streamsPerBatch);
  const failures = [...fleet.failures];
  let checked = 0;
  while (checked < streamNames.length && clock.monotonicMs() - startMs < longestCheckMs) {
    const batch = streamNames.slice(checked, checked + streamsPerBatch);
    const known = await ports.alarms.describe(batch.flatMap((name) => Object.values(alarmNamesOf(name))));
    if (known.ok) {
      await mapAtOnce(batch, streamsAtOnce, async (name) => {
        const report = await checkStreamSafely(name, fleet, known.value, context);
        if (report) onReport(report);
      });
    } else failures.push(known.failure);
    checked += batch.length;
  }
  return { failures, checked, notReached: streamNames.length - checked };
}

/** Each load check reaches one batch at least. Where there is no time for all, the next one begins where that batch ended. */
function rotate<T>(list: readonly T[], by: number): readonly T[] {
  const at = list.length > 0 ? by % list.length : 0;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** A bug that one stream brings out must not leave the others unchecked: it becomes a failure of that stream. */
async function checkStreamSafely(
  streamName: string,
  fleet: Fleet,
  knownAlarms: ReadonlyMap<string, UntaggedAlarm>,
  context: ScalerContext,
): Promise<ScalingReport | undefined> {
  try {
    return await checkStream(streamName, fleet, knownAlarms, context);
  } catch (error) {
    return failed(streamName, [bugOf('look', error)], context);
  }
}

async function checkStream(
  streamName: string,
  fleet: Fleet,
  knownAlarms: ReadonlyMap<string, UntaggedAlarm>,
  context: ScalerContext,
): Promise<ScalingReport | undefined> {
  const { ports, account } = context;
  const query = minimalQuery(streamName, context);
  const quick = await readState(ports, account, {
    ...query,
    // Consumers matter to what follows a scaling.
    settings: { ...query.settings, consumers: [] },
    knownAlarms,
    ...(fleet.tags ? { knownTags: fleet.tags.get(streamName) ?? {} } : {}),
  });
  if (!quick.ok) {
    const mayBeGone = fleet.newAlarm !== undefined && !context.deployment.streams?.has(streamName);
    return mayBeGone && isStreamGone(quick.failures) ? undefined : failed(streamName, quick.failures, context);
  }
  const reading = await readTagsItself(quick, query, fleet, context);
  if (!reading.ok) return failed(streamName, reading.failures, context);
  const facts = loadDrivenFacts(reading);
  if (!facts) return undefined;
  const load = await readLoad(facts, context);
  if (!load.ok) return failed(streamName, [load.failure], context);
  const first = decideFromReading(withoutConsumerRule(facts), load.value);
  if (first === undefined || (first.kind === 'hold' && !isWorthReporting(first))) return await goOn(facts, context);
  return await decideAgain(query, load.value, context);
}

/** While the policy wants no other count, the steps under way go on. Only what failed is worth a report each minute. */
async function goOn(facts: LoadDrivenFacts, context: ScalerContext): Promise<ScalingReport | undefined> {
  const result = await takeNextStep(facts, context);
  if (!result || result.outcome === 'agrees' || result.outcome === 'planned') return undefined;
  return reportOf(facts.state.streamName, result, context);
}

/** The index of tags may be behind, and steps go where the stream's own tags say. */
async function readTagsItself(
  quick: CompleteReading,
  query: StateQuery,
  fleet: Fleet,
  { ports, account }: ScalerContext,
): Promise<StateReading> {
  return fleet.tags && isStepping(quick.state) ? await readState(ports, account, query) : quick;
}

async function decideAgain(
  query: StateQuery,
  load: LoadReading,
  context: ScalerContext,
): Promise<ScalingReport | undefined> {
  const { streamName } = query;
  const full = await readState(context.ports, context.account, fullQuery(query));
  if (!full.ok) return failed(streamName, full.failures, context);
  // What acts goes by the stream's own word, not by an index that may be behind.
  if (!context.deployment.streams?.has(streamName) && context.deployment.discovery && !isEnabled(full.state.tags))
    return undefined;
  const facts = loadDrivenFacts(full);
  const decided = facts && decideFromReading(facts, load);
  if (!facts || !decided) return undefined;
  const decision = await considerHotShard(decided, facts, context);
  const result = await applyDecision(decision, facts, context);
  const report = reportOf(streamName, { ...result, failures: full.failures }, context);
  // People would be notified of a failure every minute; a health alarm pages when it lasts.
  if (context.deployment.dryRun || report.outcome === 'failed') return report;
  // Nor does a failed read beside a hold make that hold news again.
  const notice = report.outcome === 'scaled' ? report : { ...report, needsRetry: false };
  const { failures } = await notifyPeople(notice, full.state.tags, context.notify);
  return { ...report, failures };
}

/** What ends by itself is not, nor a stream that has its minimum. */
function isWorthReporting({ reason }: HoldDecision): boolean {
  return reason === 'daily-quota' || reason === 'at-maximum';
}

/** Undefined where nothing could be done, so that no metric need be paid for; the reconciler reports why. */
function loadDrivenFacts(reading: CompleteReading): LoadDrivenFacts | undefined {
  const { state, settings, contradictions, nowMs } = reading;
  if (contradictions.length > 0 || state.mode !== 'PROVISIONED') return undefined;
  return isLoadDriven(settings) ? { state, settings, nowMs } : undefined;
}

/** Whether consumers keep up was not read yet. */
function withoutConsumerRule<T extends LoadDrivenFacts>(facts: T): T {
  return { ...facts, settings: { ...facts.settings, iteratorAge: 'ignore' } };
}

function failed(streamName: string, failures: readonly CallFailure[], context: ScalerContext): ScalingReport {
  return reportOf(streamName, { outcome: 'failed', failures }, context);
}

function reportOf(streamName: string, result: StreamOutcome, context: ScalerContext): ScalingReport {
  return toReport('look', streamName, result, context);
}
