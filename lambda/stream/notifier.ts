/**
 * Tells people what the report says, once: scalings and failures always, a hold or faulty tags when they are not what was
 * told last. A notice that cannot be sent is told by the log, and never undoes or repeats a scaling.
 */

import {
  findTagFaults,
  happenedNoticeOf,
  type Notice,
  noticeOf,
  problemNoticeOf,
  shouldNotify,
  tagFaultNoticeOf,
} from '../../core/report/notice.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import type { Deployment } from '../../core/settings/deployment.ts';
import { lastNoticeTag, notifiedProblemsTag, type Tags } from '../../core/stream/stream-tags.ts';
import { notifiedFaultsTag } from '../../core/stream/tag-settings.ts';
import type { CallFailure, NoticePort, StreamPort } from '../ports.ts';

/** @param tags the stream's, as they were read; undefined when they were not: then nothing is known to have been told. */
export type Notify = (report: ScalingReport, tags: Tags | undefined) => Promise<readonly CallFailure[]>;

export function createNotifier(
  { noticeTopicArn, pagerTopicArn, dryRun }: Pick<Deployment, 'noticeTopicArn' | 'pagerTopicArn' | 'dryRun'>,
  notices: NoticePort,
  streams: Pick<StreamPort, 'addTags'>,
): Notify {
  const publish = ({ subject, body, isFailure }: Notice) => {
    const topics = [noticeTopicArn, isFailure ? pagerTopicArn : undefined].filter((arn) => arn !== undefined);
    return topics.map((arn) => notices.publish(arn, subject, body));
  };
  return async (report, tags) => {
    // In dry run nothing is written, so nothing remembers what was told: an alarm fires once, a reconcile every few minutes.
    if (dryRun && report.source === 'reconcile') return [];
    const notice = noticeOf(report);
    const news = notice && shouldNotify(report, notice, tags ?? {}) ? notice : undefined;
    const problems = problemNoticeOf(report, tags ?? {});
    const told = [news, problems, happenedNoticeOf(report), tagFaultNoticeOf(report)].filter(
      (one) => one !== undefined,
    );
    const sent = await Promise.all(told.flatMap(publish));
    const marks = marksOf(report, news, problems);
    const marked =
      Object.keys(marks).length > 0 && report.streamName !== undefined && !dryRun
        ? [await streams.addTags(report.streamName, marks)]
        : [];
    return [...sent, ...marked].flatMap((answer) => (answer.ok ? [] : [answer.failure]));
  };
}

/** Tags that remember what was told, so that it is told once. */
function marksOf(report: ScalingReport, news: Notice | undefined, problems: Notice | undefined): Tags {
  const held = report.decision?.kind === 'hold' && !report.needsRetry;
  const tagFaults = findTagFaults(report);
  return {
    ...(problems ? { [notifiedProblemsTag]: problems.fingerprint } : {}),
    ...(news && held ? { [lastNoticeTag]: news.fingerprint } : {}),
    ...(tagFaults ? { [notifiedFaultsTag]: tagFaults.mark } : {}),
  };
}
