/**
 * Tells people what the report says, once: scalings and failures always, a hold when it is not the one that was told last.
 * A notice that cannot be sent is told by the log, and never undoes or repeats a scaling.
 */
import type { Deployment } from '../core/deployment.ts';
import { isNews, noticeOf } from '../core/notice.ts';
import type { ScalingReport } from '../core/scaling-report.ts';
import { lastNoticeTag, type Tags } from '../core/stream-tags.ts';
import type { CallFailure, NoticePort, StreamPort } from './ports.ts';

/** @param tags the stream's, as they were read; undefined when they were not: then nothing is known to have been told. */
export type Announce = (report: ScalingReport, tags: Tags | undefined) => Promise<readonly CallFailure[]>;

export function announcer(
  { noticeTopicArn, pagerTopicArn, dryRun }: Pick<Deployment, 'noticeTopicArn' | 'pagerTopicArn' | 'dryRun'>,
  notices: NoticePort,
  streams: Pick<StreamPort, 'addTags'>,
): Announce {
  return async (report, tags) => {
    const notice = noticeOf(report);
    if (!notice || !isNews(report, notice, tags ?? {})) return [];
    // In dry run nothing is written, so nothing remembers what was told: an alarm fires once, a reconcile every few minutes.
    if (dryRun && report.source === 'reconcile') return [];
    const topics = [noticeTopicArn, notice.isFailure ? pagerTopicArn : undefined].filter((arn) => arn !== undefined);
    const sent = await Promise.all(topics.map((arn) => notices.publish(arn, notice.subject, notice.body)));
    const held = report.decision?.kind === 'hold' && !report.needsRetry;
    const marked =
      held && report.streamName !== undefined && !dryRun
        ? [await streams.addTags(report.streamName, { [lastNoticeTag]: notice.mark })]
        : [];
    return [...sent, ...marked].flatMap((answer) => (answer.ok ? [] : [answer.failure]));
  };
}
