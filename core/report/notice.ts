/**
 * Notices: people are notified of every scaling, every failure, and every hold that differs from the last one. The subject
 * is a sentence, the body is the report itself. A hundred equal holds are one notice: a tag on the stream keeps the
 * fingerprint of the last one.
 */
import { type Direction, readAlarmName } from '../alarm/alarm-definition.ts';
import { awsFacts } from '../aws-facts.ts';
import type { ScaleDecision } from '../decision/decision.ts';
import { holdReasons } from '../decision/hold-reasons.ts';
import { fingerprint } from '../fingerprint.ts';
import { describeHappened, describeProblems, isBroken } from '../plan/findings.ts';
import { lastNoticeTag, notifiedProblemsTag, type Tags } from '../stream/stream-tags.ts';
import type { ScalingReport } from './scaling-report.ts';

export interface Notice {
  /** ASCII, and short enough for SNS. A long name of a stream is shortened, never what happened. */
  readonly subject: string;
  readonly body: string;
  readonly isFailure: boolean;
  /** Two notices with the same fingerprint say the same. */
  readonly fingerprint: string;
}

/** Undefined when nobody needs to know: nothing changed, converge repaired something, or the message was not for us. */
export function noticeOf(report: ScalingReport): Notice | undefined {
  const event = describeEvent(report);
  if (!event) return undefined;
  return {
    subject: toSubject(report, event),
    body: JSON.stringify(report),
    isFailure: report.needsRetry,
    fingerprint: fingerprint(`${report.streamName} ${directionOf(report) ?? ''} ${event}`),
  };
}

/**
 * The fingerprint has the direction and not the alarm's name: alarm, reconciler and load check meet the same hold, and each
 * would otherwise notify people of it.
 */
function directionOf({ alarmName = '', decision }: ScalingReport): Direction | undefined {
  const direction = decision?.because.direction;
  return direction === 'up' || direction === 'down' ? direction : readAlarmName(alarmName)?.direction;
}

/**
 * Of what a reconcile found to be wrong, or to be over. Undefined where people know of it already.
 * @param tags the stream's. They remember of what people were notified last.
 */
export function problemNoticeOf(report: ScalingReport, tags: Tags): Notice | undefined {
  if (report.source !== 'reconcile' || report.outcome === 'failed' || !hasCheckedForProblems(report)) return undefined;
  const problems = describeProblems(report.findings);
  const current = problems === '' ? '' : fingerprint(problems);
  if (current === (tags[notifiedProblemsTag] ?? '')) return undefined;
  return {
    subject: toSubject(report, problems === '' ? 'all clear, what was wrong is over' : problems),
    body: JSON.stringify(report),
    isFailure: isBroken(report.findings),
    fingerprint: current,
  };
}

/** A run that keeps away from a stream does not know what is wrong with it. Its silence must not pass for an all-clear. */
function hasCheckedForProblems({ findings, decision }: ScalingReport): boolean {
  const keptAway = findings.some(({ kind }) => kind === 'scaling-under-way' || kind === 'unexplained-update');
  return !keptAway && !(decision?.kind === 'hold' && decision.reason === 'contradictory-settings');
}

/** Of what somebody else has done to the stream since the last reconcile. */
export function happenedNoticeOf(report: ScalingReport): Notice | undefined {
  const happened = describeHappened(report.findings);
  if (happened === '') return undefined;
  const body = JSON.stringify(report);
  return { subject: toSubject(report, happened), body, isFailure: false, fingerprint: fingerprint(happened) };
}

/** Of tags of the stream that were ignored. Undefined when people know of them already, and when all tags are valid again. */
export function tagFaultNoticeOf(report: ScalingReport): Notice | undefined {
  const found = findTagFaults(report);
  if (!found || found.faults.length === 0) return undefined;
  const { faults, mark } = found;
  const tags = faults.length === 1 ? '1 tag is' : `${faults.length} tags are`;
  return {
    subject: toSubject(report, `${tags} not usable, the deployment's value stands in`),
    body: JSON.stringify(report),
    isFailure: false,
    fingerprint: mark,
  };
}

/** The report has them only when they differ from those of which people were notified last. */
export function findTagFaults({ findings }: ScalingReport) {
  return findings.find((finding) => finding.kind === 'tag-faults');
}

/** Of a scaling and a failure always. Of a hold only when it differs from the one in the stream's tags. */
export function shouldNotify(report: ScalingReport, notice: Notice, tags: Tags): boolean {
  return report.outcome === 'scaled' || report.needsRetry || tags[lastNoticeTag] !== notice.fingerprint;
}

function describeEvent({ outcome, decision, failures, effects }: ScalingReport): string | undefined {
  if (outcome === 'scaled') return decision?.kind === 'scale' ? describeScaling(decision) : 'scaled';
  if (outcome === 'failed') {
    const failed = failures[0]?.code ?? effects.find(({ failure }) => failure)?.failure?.code ?? 'unknown';
    return `failed (${failed}), another try follows`;
  }
  if (decision?.kind === 'hold' && holdReasons[decision.reason].notify) return `held, ${decision.reason}`;
  return undefined;
}

function describeScaling(decision: ScaleDecision): string {
  const { direction, openShardCount, targetShardCount, split, because } = decision;
  const hot = because.hotShardUtilization === undefined ? '' : split ? ', hot shard split' : ', but one shard is hot';
  return `scaled ${direction} from ${openShardCount} to ${targetShardCount} shards${hot}`;
}

function toSubject({ streamName = 'unknown stream' }: ScalingReport, event: string): string {
  const mostCharacters = awsFacts.longestSnsSubject.value;
  const room = Math.max(shortestName, mostCharacters - event.length - 2);
  return `${shorten(streamName, room)}: ${event}`.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, mostCharacters);
}

/** So much of a stream's name stays where the event itself is long. */
const shortestName = 23;

/** Keeps both ends of a name: the names of one fleet often differ in their ends only. */
function shorten(name: string, length: number): string {
  if (name.length <= length) return name;
  const end = Math.floor((length - 3) / 2);
  return `${name.slice(0, length - 3 - end)}...${name.slice(-end)}`;
}
