/**
 * A storm: a thousand alarms at the same moment, and one invocation at a time. Lambda sends a refused event back to its queue
 * for up to five minutes, so that the function would idle between two alarms while hundreds wait. An invocation whose own
 * notification has waited in line therefore answers the others as well, from the alarms themselves, as fast as CloudWatch takes
 * writes. Their notifications come later, find their alarms no longer in ALARM, and are void (`superseded`).
 */
import {
  type Direction,
  readAlarmName,
  readJudgedShardCount,
  readStreamName,
} from '../../core/alarm/alarm-definition.ts';
import type { ScalingAlarm } from '../../core/alarm/alarm-notification.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { hourMs } from '../../core/time.ts';
import type { Account, ScalerContext } from '../context.ts';
import type { CallFailure, UntaggedAlarm } from '../ports.ts';
import { ownershipOf } from '../stream/ownership.ts';
import { answerAlarm } from './alarm-notification.ts';
import { mapAtOnce } from './side-by-side.ts';

/** A notification takes a second or two from CloudWatch to here, with a cold start. One that took longer waited in a queue. */
const inLineAfterMs = 3_000;
/** An alarm that has been in ALARM for longer was answered and is held, or is the reconciler's to re-arm. */
const newestMs = hourMs;
const alarmsAtOnce = 8;

export interface WaitingRequest {
  /** Only alarms that notify this topic wait in the same line. */
  readonly topicArn: string;
  /** Asked before each alarm: the next invocation answers those that were not reached. */
  readonly timeIsUp: () => boolean;
  readonly onReport: (report: ScalingReport) => void;
  readonly onBug: (alarmName: string, error: unknown) => void;
}

/** @param publishedAtMs time of the notification; NaN when it bears none. */
export function hasWaitedInLine(publishedAtMs: number, nowMs: number): boolean {
  return nowMs - publishedAtMs > inLineAfterMs;
}

/** Goes on until no alarm is new. @returns the failure that kept it from finding more. */
export async function answerWaitingAlarms(
  request: WaitingRequest,
  context: ScalerContext,
): Promise<CallFailure | undefined> {
  const seen = new Set<string>();
  while (!request.timeIsUp()) {
    const inAlarm = await context.ports.alarms.inAlarm(request.topicArn);
    if (!inAlarm.ok) return inAlarm.failure;
    const waiting = firstOfEachStream(inAlarm.value, context).filter(isNew);
    if (waiting.length === 0) return undefined;
    await mapAtOnce(waiting, alarmsAtOnce, async ({ alarm, stateChange }) => {
      if (request.timeIsUp()) return;
      seen.add(stateChange);
      try {
        request.onReport(await answerAlarm(alarm, context));
      } catch (error) {
        request.onBug(alarm.alarmName, error);
      }
    });
  }
  return undefined;

  function isNew({ alarm, stateChange }: WaitingAlarm): boolean {
    return !seen.has(stateChange) && context.clock.nowMs() - alarm.stateChangedAtMs < newestMs;
  }
}

interface WaitingAlarm {
  readonly alarm: ScalingAlarm;
  /** Names one state change of one alarm. */
  readonly stateChange: string;
}

/**
 * One alarm of each stream, in the order in which they fired. Two alarms of one stream are never answered side by side: the
 * scale-up alarm comes first.
 */
function firstOfEachStream(
  inAlarm: readonly UntaggedAlarm[],
  { deployment, account }: ScalerContext,
): readonly WaitingAlarm[] {
  const byStream = new Map<string, ScalingAlarm>();
  for (const live of inAlarm) {
    const alarm = notificationOf(live, account);
    if (!alarm || ownershipOf(deployment, alarm) === 'not-ours') continue;
    if (alarm.direction === 'up' || !byStream.has(alarm.streamName)) byStream.set(alarm.streamName, alarm);
  }
  return [...byStream.values()]
    .toSorted((a, b) => a.stateChangedAtMs - b.stateChangedAtMs)
    .map((alarm) => ({ alarm, stateChange: `${alarm.alarmName} ${alarm.stateChangedAtMs}` }));
}

/** What the alarm's notification says; undefined for an alarm that is not ours. */
function notificationOf(live: UntaggedAlarm, { region, accountId }: Account): ScalingAlarm | undefined {
  const name: { direction: Direction; siblingName: string } | undefined = readAlarmName(live.alarmName);
  const streamName = readStreamName(live.definition.metrics);
  if (!name || streamName === undefined) return undefined;
  return {
    alarmName: live.alarmName,
    ...name,
    region,
    accountId,
    streamName,
    newState: 'ALARM',
    stateChangedAtMs: live.stateTransitionedAtMs,
    // An alarm that was rewritten since it fired bears another count than it judged by; that one is lost, and the alarm is void.
    judgedShardCount:
      live.stateTransitionedAtMs > live.configuredAtMs ? readJudgedShardCount(live.definition.metrics) : undefined,
  };
}
