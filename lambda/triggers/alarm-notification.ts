/**
 * One SNS record, from text to report: read, decide, write the intent, scale, converge. Every path ends in a report; what
 * needs another delivery says so in it.
 */

import { parseScalingAlarm, type ScalingAlarm } from '../../core/alarm/alarm-notification.ts';
import { decideFromAlarm } from '../../core/decision/decide.ts';
import { hold, type ScalingDecision } from '../../core/decision/decision.ts';
import { applyMessageRules, rejectAlarm } from '../../core/decision/message-rules.ts';
import type { EffectOutcome, ScalingReport } from '../../core/report/scaling-report.ts';
import { type Fault, quote } from '../../core/result.ts';
import { isLoadDriven } from '../../core/settings/stream-settings.ts';
import type { Tags } from '../../core/stream/stream-tags.ts';
import { formatIsoTime } from '../../core/time.ts';
import type { ScalerContext } from '../context.ts';
import type { CallFailure } from '../ports.ts';
import { applyDecision } from '../stream/apply-decision.ts';
import { decideFromReading, readLoad } from '../stream/load-decision.ts';
import { ownershipOf, settingsOf } from '../stream/ownership.ts';
import { alarmNamesFrom, type CompleteReading, readState } from '../stream/state-reader.ts';
import { isEnabled } from './fleet.ts';

export interface AlarmRecord {
  readonly messageId: string;
  readonly message: string;
}

/** What one record came to, before it is dressed as a report. */
interface Result {
  readonly outcome: ScalingReport['outcome'];
  readonly decision?: ScalingDecision;
  readonly findings?: ScalingReport['findings'];
  readonly effects?: readonly EffectOutcome[];
  readonly failures?: readonly CallFailure[];
  /** The stream's tags, once they were read. */
  readonly tags?: Tags;
}

export async function handleAlarm({ messageId, message }: AlarmRecord, context: ScalerContext): Promise<ScalingReport> {
  const parsed = parseScalingAlarm(message);
  if (parsed.ok) return { ...(await answerAlarm(parsed.value, context)), messageId };
  const nowMs = context.clock.nowMs();
  const report = reportOf({ outcome: 'held', decision: rejectAlarm(parsed.faults) }, undefined, context, nowMs);
  return { ...(await tell(report, undefined, context)), messageId };
}

/** One alarm, whether its notification says so or the alarm itself. */
export async function answerAlarm(alarm: ScalingAlarm, context: ScalerContext): Promise<ScalingReport> {
  const nowMs = context.clock.nowMs();
  const result = await answer(alarm, context, nowMs);
  return await tell(reportOf(result, alarm, context, nowMs), result.tags, context);
}

function reportOf(
  result: Result,
  alarm: ScalingAlarm | undefined,
  { deployment }: ScalerContext,
  nowMs: number,
): ScalingReport {
  const { outcome, decision, findings = [], effects = [], failures = [] } = result;
  return {
    source: 'alarm',
    at: formatIsoTime(nowMs),
    ...(alarm ? { streamName: alarm.streamName, alarmName: alarm.alarmName } : {}),
    dryRun: deployment.dryRun,
    outcome,
    ...(decision ? { decision } : {}),
    findings,
    effects,
    failures,
    needsRetry: failures.length > 0 || effects.some(({ failure }) => failure !== undefined) || outcome === 'failed',
  };
}

async function tell(report: ScalingReport, tags: Tags | undefined, { notify }: ScalerContext): Promise<ScalingReport> {
  const unsent = (await notify?.(report, tags)) ?? [];
  return unsent.length === 0 ? report : { ...report, failures: [...report.failures, ...unsent] };
}

async function answer(alarm: ScalingAlarm, context: ScalerContext, nowMs: number): Promise<Result> {
  const { deployment, account, ports } = context;
  const ownership = ownershipOf(deployment, alarm);
  const screened = applyMessageRules(alarm, account, () => ownership !== 'foreign');
  if (screened) return { outcome: 'held', decision: screened };
  const settings = settingsOf(deployment, alarm.streamName);
  const reading = await readState(ports, account, {
    streamName: alarm.streamName,
    settings,
    alarmNames: alarmNamesFrom(alarm),
    alarmTags: true,
    // A policy may find that it is to go down by now, whichever alarm has fired.
    iteratorAge: alarm.direction === 'down' || isLoadDriven(settings),
    consumersUnproven: deployment.streams === undefined,
    nowMs,
  });
  if (!reading.ok) return { outcome: 'failed', failures: reading.failures };
  const { state, failures, contradictions } = reading;
  if (ownership === 'if-enabled' && !isEnabled(state.tags)) {
    return { outcome: 'held', decision: rejectAlarm([notEnabled(alarm.streamName)]), failures };
  }
  const { tags } = state;
  if (contradictions.length > 0)
    return { outcome: 'held', decision: hold('contradictory-settings', { faults: contradictions }), failures, tags };
  const { decision, failures: unread } = await decide(alarm, reading, context, nowMs);
  const acted = await applyDecision(decision, { ...reading, nowMs }, context);
  return { ...acted, failures: [...failures, ...unread], tags };
}

function notEnabled(streamName: string): Fault {
  const remedy = 'tag the stream autoscaling/enabled = true, or unsubscribe its alarm';
  return { field: 'StreamName', value: quote(streamName), problem: 'does not ask to be managed', remedy };
}

/**
 * With a policy that looks at demand an alarm only wakes: decided is by what the stream shows now. Where that cannot be
 * read the alarm is believed, and the shards are doubled.
 */
async function decide(
  alarm: ScalingAlarm,
  { state, settings }: CompleteReading,
  context: ScalerContext,
  nowMs: number,
): Promise<{ readonly decision: ScalingDecision; readonly failures: readonly CallFailure[] }> {
  const byAlarm = () => decideFromAlarm(alarm, { state, settings, nowMs });
  if (!isLoadDriven(settings)) return { decision: byAlarm(), failures: [] };
  const subject = { state, settings, nowMs };
  const reading = await readLoad(subject, context);
  if (!reading.ok) return { decision: byAlarm(), failures: [reading.failure] };
  return { decision: decideFromReading(subject, reading.value) ?? byAlarm(), failures: [] };
}
