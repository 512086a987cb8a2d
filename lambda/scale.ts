/**
 * One SNS record, from text to report: read, decide, write the intent, scale, converge. Every path ends in a report; what
 * needs another delivery says so in it.
 */
import { isConverged, planConvergence } from '../core/convergence.ts';
import type { Deployment } from '../core/deployment.ts';
import { describeDryRun } from '../core/dry-run.ts';
import { asksForShards, considerShards, type ShardLoads } from '../core/hot-shard.ts';
import type { StreamSettings } from '../core/knobs.ts';
import { type Fault, quote } from '../core/result.ts';
import { parseScalingAlarm, type ScalingAlarm } from '../core/scaling-alarm.ts';
import {
  decideScaling,
  holdContradiction,
  rejectAlarm,
  type ScalingDecision,
  screenAlarm,
} from '../core/scaling-decision.ts';
import type { EffectOutcome, ScalingReport } from '../core/scaling-report.ts';
import type { StreamState } from '../core/stream-state.ts';
import type { Tags } from '../core/stream-tags.ts';
import { formatIsoTime } from '../core/timestamps.ts';
import type { Announce } from './announce.ts';
import { carryOutScaling } from './carry-out-scaling.ts';
import { carryOut } from './effects.ts';
import { isEnabled } from './fleet.ts';
import { managementOf, settingsOf } from './management.ts';
import type { CallFailure, Clock, Ports } from './ports.ts';
import { type Account, alarmNamesFrom, type CompleteReading, readState } from './state-reader.ts';

export interface ScalerContext {
  readonly deployment: Deployment;
  readonly account: Account;
  readonly ports: Ports;
  readonly clock: Clock;
  /** Tells people; absent where nobody wants to be told. */
  readonly announce?: Announce;
}

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

async function tell(
  report: ScalingReport,
  tags: Tags | undefined,
  { announce }: ScalerContext,
): Promise<ScalingReport> {
  const unsent = (await announce?.(report, tags)) ?? [];
  return unsent.length === 0 ? report : { ...report, failures: [...report.failures, ...unsent] };
}

async function answer(alarm: ScalingAlarm, context: ScalerContext, nowMs: number): Promise<Result> {
  const { deployment, account, ports } = context;
  const management = managementOf(deployment, alarm);
  const screened = screenAlarm(alarm, account, () => management !== 'foreign');
  if (screened) return { outcome: 'held', decision: screened };
  const reading = await readState(ports, account, {
    streamName: alarm.streamName,
    settings: settingsOf(deployment, alarm.streamName),
    alarmNames: alarmNamesFrom(alarm),
    alarmTags: true,
    iteratorAge: alarm.direction === 'down',
    consumersUnproven: deployment.streams === undefined,
    nowMs,
  });
  if (!reading.ok) return { outcome: 'failed', failures: reading.failures };
  const { failures } = reading;
  if (management === 'if-enabled' && !isEnabled(reading.state.tags)) {
    return { outcome: 'held', decision: rejectAlarm([notEnabled(alarm.streamName)]), failures };
  }
  return { ...(await act(alarm, reading, context, nowMs)), failures, tags: reading.state.tags };
}

function notEnabled(streamName: string): Fault {
  const remedy = 'tag the stream autoscaling/enabled = true, or unsubscribe its alarm';
  return { field: 'StreamName', value: quote(streamName), problem: 'does not ask to be managed', remedy };
}

async function act(
  alarm: ScalingAlarm,
  { state, settings, contradictions }: CompleteReading,
  context: ScalerContext,
  nowMs: number,
): Promise<Result> {
  if (contradictions.length > 0) return { outcome: 'held', decision: holdContradiction(contradictions) };
  const decision = await considerHotShard(decideScaling({ alarm, state, settings, nowMs }), state, settings, context);
  if (context.deployment.dryRun) {
    return decision.kind === 'scale'
      ? describeDryRun(decision, state, settings, nowMs)
      : { outcome: 'held', decision, findings: planConvergence(state, settings, nowMs).findings };
  }
  if (decision.kind === 'hold') return await converge(decision, state, settings, context, nowMs);
  return await carryOutScaling({ decision, state, settings, nowMs }, context);
}

/** Only a scale-up of a stream that publishes its traffic by shard asks for more than was read. */
async function considerHotShard(
  decision: ScalingDecision,
  state: StreamState,
  settings: StreamSettings,
  { ports, clock }: ScalerContext,
): Promise<ScalingDecision> {
  if (decision.kind !== 'scale' || !asksForShards(decision, state, settings)) return decision;
  const periodSeconds = settings.periodMinutes * 60;
  const loads = await ports.streams.shardLoads(state.streamName, periodSeconds, clock.nowMs());
  const known: ShardLoads = loads.ok
    ? { kind: 'loads', shards: loads.value, periodSeconds }
    : { kind: 'unknown', code: loads.failure.code };
  return considerShards(decision, known, settings);
}

async function converge(
  decision: ScalingDecision,
  state: StreamState,
  settings: StreamSettings,
  { ports }: ScalerContext,
  nowMs: number,
): Promise<Result> {
  const plan = planConvergence(state, settings, nowMs);
  if (isConverged(plan)) return { outcome: 'held', decision, findings: plan.findings };
  const effects = await carryOut([...plan.alarmLanes, ...plan.concurrencyLanes], state.streamName, ports);
  return { outcome: 'held', decision, findings: plan.findings, effects };
}
