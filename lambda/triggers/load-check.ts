/**
 * Looks at the streams whose policy goes by demand, once a minute. A look that finds nothing to do costs three reads; what
 * there is to do is decided again by all there is to read, as an alarm's answer is.
 *
 * Nothing here is tried again by Lambda: the next minute looks anew. A stream that keeps failing is counted, and paged, by
 * the metric `Failures`.
 */
import { awsFacts } from '../../core/aws-facts.ts';
import type { HoldDecision } from '../../core/decision/decision.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { isLoadDriven } from '../../core/settings/stream-settings.ts';
import type { StreamFacts } from '../../core/stream/stream-facts.ts';
import type { ScalerContext } from '../context.ts';
import type { LoadCheckRequest } from '../events.ts';
import type { CallFailure, UntaggedAlarm } from '../ports.ts';
import { applyDecision } from '../stream/apply-decision.ts';
import { bugOf, isStreamGone } from '../stream/call-failures.ts';
import type { LoadReading } from '../stream/load-cache.ts';
import { decideFromReading, type LoadDrivenFacts, readLoad } from '../stream/load-decision.ts';
import { settingsOf } from '../stream/ownership.ts';
import { alarmNamesOf, type CompleteReading, readState, type StateQuery } from '../stream/state-reader.ts';
import { minimalQuery, type StreamResult, toReport } from '../stream/stream-report.ts';
import { type Fleet, findFleet } from './fleet.ts';
import { mapAtOnce } from './side-by-side.ts';

/** Scheduler is up to a minute late; what waited longer stood in Lambda's line, and a newer look stands behind it. */
const latestMs = 3 * 60_000;

export function isOverdue({ dueAtMs }: Pick<LoadCheckRequest, 'dueAtMs'>, nowMs: number): boolean {
  return dueAtMs !== undefined && nowMs - dueAtMs > latestMs;
}

export interface LoadCheckResult {
  /** What failed besides single streams. */
  readonly failures: readonly CallFailure[];
  readonly checked: number;
  /** Streams that there was no time for; the next load check begins with others. */
  readonly notReached: number;
}

const streamsAtOnce = 4;
const streamsPerBatch = awsFacts.describeAlarmsBatch.value / 2;
const minuteMs = 60_000;
/** The next look is due a minute after this one, and a batch takes ten seconds at the rate of ListTagsForStream. */
const longestCheckMs = 40_000;

/** @param onReport of a stream that is not as it should be, as soon as it is known. */
export async function checkLoad(
  context: ScalerContext,
  onReport: (report: ScalingReport) => void,
): Promise<LoadCheckResult> {
  const { deployment, ports, clock } = context;
  const startMs = clock.monotonicMs();
  const fleet = await findFleet(deployment, ports.fleet);
  const looking = fleet.streamNames.filter((name) => isLoadDriven(settingsOf(deployment, name)));
  const streamNames = rotate(looking, Math.floor(clock.nowMs() / minuteMs) * streamsPerBatch);
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

/** Where there is no time for all: a look reaches one batch at least, and the next one begins where that ended. */
function rotate<T>(list: readonly T[], by: number): readonly T[] {
  const at = list.length > 0 ? by % list.length : 0;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** A bug that one stream brings out must not leave the others unseen: it becomes a failure of that stream. */
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
    const mayGo = fleet.making !== undefined && !context.deployment.streams?.has(streamName);
    return mayGo && isStreamGone(quick.failures) ? undefined : failed(streamName, quick.failures, context);
  }
  const subject = subjectOf(quick, query.nowMs);
  if (!subject) return undefined;
  const reading = await readLoad(subject, context);
  if (!reading.ok) return failed(streamName, [reading.failure], context);
  const first = decideFromReading(withoutConsumerRule(subject), reading.value);
  if (first === undefined || (first.kind === 'hold' && !isWorthTelling(first))) return undefined;
  return await decideAgain(query, reading.value, context);
}

async function decideAgain(
  query: StateQuery,
  demand: LoadReading,
  context: ScalerContext,
): Promise<ScalingReport | undefined> {
  const { streamName, nowMs } = query;
  const full = await readState(context.ports, context.account, { ...query, alarmTags: true, iteratorAge: true });
  if (!full.ok) return failed(streamName, full.failures, context);
  const subject = subjectOf(full, nowMs);
  const decision = subject && decideFromReading(subject, demand);
  if (!subject || !decision) return undefined;
  const acted = await applyDecision(decision, subject, context);
  const report = reportOf(streamName, context, { ...acted, failures: full.failures });
  // A failure would be told every minute; that it keeps failing is told by an alarm. Nor does one make a hold news again.
  if (context.deployment.dryRun || report.outcome === 'failed') return report;
  const told = report.outcome === 'scaled' ? report : { ...report, needsRetry: false };
  const unsent = (await context.notify?.(told, full.state.tags)) ?? [];
  return unsent.length === 0 ? report : { ...report, failures: [...report.failures, ...unsent] };
}

/** Not so: what ends by itself, and a stream that stands at its minimum. */
function isWorthTelling({ reason }: HoldDecision): boolean {
  return reason === 'daily-quota' || reason === 'at-maximum';
}

/** Undefined where nothing could be acted on, so that no metric need be paid for; the reconciler tells why. */
function subjectOf({ state, settings, contradictions }: CompleteReading, nowMs: number): LoadDrivenFacts | undefined {
  const isOurs = contradictions.length === 0 && state.mode === 'PROVISIONED';
  return isOurs && isLoadDriven(settings) ? { state, settings, nowMs } : undefined;
}

/** Whether consumers keep up was not read yet. */
function withoutConsumerRule<T extends StreamFacts>(subject: T): T {
  return { ...subject, settings: { ...subject.settings, iteratorAge: 'ignore' } };
}

function failed(streamName: string, failures: readonly CallFailure[], context: ScalerContext): ScalingReport {
  return reportOf(streamName, context, { outcome: 'failed', failures });
}

function reportOf(streamName: string, context: ScalerContext, result: StreamResult): ScalingReport {
  return toReport('look', streamName, context, result);
}
