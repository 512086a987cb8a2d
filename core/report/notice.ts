/**
 * What a person is told: every scaling, every hold that is news, every failure, once each. The body is the report itself;
 * the subject is a sentence. A hundred equal holds are one notice: the fingerprint of the last one rides in a tag.
 */
import { type Direction, readAlarmName } from '../alarm/alarm-definition.ts';
import type { ScaleDecision } from '../decision/decision.ts';
import { holdReasons } from '../decision/hold-reasons.ts';
import { fingerprint } from '../fingerprint.ts';
import { lastNoticeTag, type Tags } from '../stream/stream-tags.ts';
import type { ScalingReport } from './scaling-report.ts';

export interface Notice {
  /** ASCII, at most 100 characters: what SNS takes for a subject. */
  readonly subject: string;
  readonly body: string;
  readonly isFailure: boolean;
  /** Equal for equal news. */
  readonly mark: string;
}

/** Undefined when nobody needs to know: an agreement, a convergence without a decision, a message that was not for us. */
export function noticeOf(report: ScalingReport): Notice | undefined {
  const news = describeNews(report);
  if (!news) return undefined;
  return {
    subject: toSubject(report, news),
    body: JSON.stringify(report),
    isFailure: report.needsRetry,
    mark: fingerprint(`${report.streamName} ${directionOf(report) ?? ''} ${news}`),
  };
}

/** Not the alarm: it, the reconciler and every look meet the same hold, and each would tell it after the other. */
function directionOf({ alarmName = '', decision }: ScalingReport): Direction | undefined {
  const direction = decision?.because.direction;
  return direction === 'up' || direction === 'down' ? direction : readAlarmName(alarmName)?.direction;
}

/** Tags of the stream that were passed over; undefined when they were told before, or are in order again. */
export function tagFaultNoticeOf(report: ScalingReport): Notice | undefined {
  const found = findTagFaults(report);
  if (!found || found.faults.length === 0) return undefined;
  const { faults, mark } = found;
  const tags = faults.length === 1 ? '1 tag is' : `${faults.length} tags are`;
  return {
    subject: toSubject(report, `${tags} not usable, the deployment's value stands in`),
    body: JSON.stringify(report),
    isFailure: false,
    mark,
  };
}

/** Present in a report only when its faults are not those that were told last. */
export function findTagFaults({ findings }: ScalingReport) {
  return findings.find((finding) => finding.kind === 'tag-faults');
}

/** Scalings and failures are always news; a hold only when it is not the one that was told last. */
export function isNews(report: ScalingReport, notice: Notice, tags: Tags): boolean {
  return report.outcome === 'scaled' || report.needsRetry || tags[lastNoticeTag] !== notice.mark;
}

function describeNews({ outcome, decision, failures, effects }: ScalingReport): string | undefined {
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

function toSubject({ streamName = 'unknown stream' }: ScalingReport, news: string): string {
  return `${streamName}: ${news}`.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100);
}
