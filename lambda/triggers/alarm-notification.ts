/**
 * One SNS record, from text to report: read, decide, write the intent, scale, converge. Every path ends in a report; what
 * needs another delivery says so in it.
 */
import { parseScalingAlarm, type ScalingAlarm } from '../../core/alarm/alarm-notification.ts';
import { decideFromAlarm } from '../../core/decision/decide.ts';
import { hold, type ScalingDecision } from '../../core/decision/decision.ts';
import { applyMessageRules, rejectAlarm } from '../../core/decision/message-rules.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { type Fault, quote } from '../../core/result.ts';
import { isLoadDriven } from '../../core/settings/stream-settings.ts';
import type { StreamFacts } from '../../core/stream/stream-facts.ts';
import type { Tags } from '../../core/stream/stream-tags.ts';
import { isEnabled } from '../../core/stream/tag-settings.ts';
import type { ScalerContext } from '../context.ts';
import type { CallFailure } from '../ports.ts';
import { applyDecision } from '../stream/apply-decision.ts';
import { considerHotShard } from '../stream/hot-shard.ts';
import { decideFromReading, readLoad } from '../stream/load-decision.ts';
import { notifyPeople } from '../stream/notifier.ts';
import { ownershipOf } from '../stream/ownership.ts';
import { alarmNamesFrom, fullQuery, minimalQuery } from '../stream/state-query.ts';
import { readState } from '../stream/state-reader.ts';
import { type StreamOutcome, toReport } from '../stream/stream-report.ts';

export interface AlarmRecord {
  readonly messageId: string;
  readonly message: string;
}

export async function handleAlarm({ messageId, message }: AlarmRecord, context: ScalerContext): Promise<ScalingReport> {
  const parsed = parseScalingAlarm(message);
  if (parsed.ok) return { ...(await answerAlarm(parsed.value, context)), messageId };
  const result: StreamOutcome = { outcome: 'held', decision: rejectAlarm(parsed.faults) };
  const report = toReport('alarm', undefined, result, context);
  return { ...(await notifyPeople(report, undefined, context.notify)), messageId };
}

/** One alarm, whether its notification says so or the alarm itself. */
export async function answerAlarm(alarm: ScalingAlarm, context: ScalerContext): Promise<ScalingReport> {
  const { alarmName, streamName } = alarm;
  const nowMs = context.clock.nowMs();
  const { result, tags } = await answer(alarm, context, nowMs);
  const report = toReport('alarm', streamName, { ...result, alarmName }, context, nowMs);
  return await notifyPeople(report, tags, context.notify);
}

interface Answered {
  readonly result: StreamOutcome;
  /** The stream's, once they were read. */
  readonly tags?: Tags;
}

async function answer(alarm: ScalingAlarm, context: ScalerContext, nowMs: number): Promise<Answered> {
  const { deployment, account, ports } = context;
  const ownership = ownershipOf(deployment, alarm);
  const refusal = applyMessageRules(alarm, account, () => ownership !== 'not-ours');
  if (refusal) return { result: { outcome: 'held', decision: refusal } };
  const query = { ...fullQuery(minimalQuery(alarm.streamName, context)), alarmNames: alarmNamesFrom(alarm), nowMs };
  // A policy may find that the stream is to shrink by now, whichever alarm has fired.
  const iteratorAge = alarm.direction === 'down' || isLoadDriven(query.settings);
  const reading = await readState(ports, account, { ...query, iteratorAge });
  const { failures } = reading;
  if (!reading.ok) return { result: { outcome: 'failed', failures } };
  const { tags } = reading.state;
  if (ownership === 'ours-if-tagged' && !isEnabled(tags)) {
    return { result: { outcome: 'held', decision: rejectAlarm([notEnabled(alarm.streamName)]), failures } };
  }
  const { contradictions: faults } = reading;
  if (faults.length > 0) {
    return { result: { outcome: 'held', decision: hold('contradictory-settings', { faults }), failures }, tags };
  }
  const { decision, failures: unread } = await decide(alarm, reading, context);
  const result = await applyDecision(decision, reading, context);
  return { result: { ...result, failures: [...failures, ...unread] }, tags };
}

function notEnabled(streamName: string): Fault {
  const remedy = 'tag the stream autoscaling/enabled = true, or unsubscribe its alarm';
  return { field: 'StreamName', value: quote(streamName), problem: 'does not ask to be managed', remedy };
}

interface Decided {
  readonly decision: ScalingDecision;
  readonly failures: readonly CallFailure[];
}

/** What the rules say, or, where they scale, what one hot shard makes of it. */
async function decide(alarm: ScalingAlarm, facts: StreamFacts, context: ScalerContext): Promise<Decided> {
  const { decision, failures } = await decideByRules(alarm, facts, context);
  return { decision: await considerHotShard(decision, facts, context), failures };
}

/**
 * The alarm of a load-driven stream only wakes its policy, which decides by what the stream shows now. Where that cannot be
 * read the alarm is believed, and the shards are doubled.
 */
async function decideByRules(alarm: ScalingAlarm, facts: StreamFacts, context: ScalerContext): Promise<Decided> {
  const { settings } = facts;
  const byAlarm = () => decideFromAlarm(alarm, facts);
  if (!isLoadDriven(settings)) return { decision: byAlarm(), failures: [] };
  const loadDriven = { ...facts, settings };
  const reading = await readLoad(loadDriven, context);
  if (!reading.ok) return { decision: byAlarm(), failures: [reading.failure] };
  return { decision: decideFromReading(loadDriven, reading.value) ?? byAlarm(), failures: [] };
}
