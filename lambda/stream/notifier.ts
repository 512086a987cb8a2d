/**
 * Notifies people of what a report says, once: of scalings and failures always, of a hold or of faulty tags when they are not
 * what people were notified of last. A notice that cannot be sent is in the report, and never undoes or repeats a scaling.
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
import { failuresOf } from './call-failures.ts';

/**
 * @param tags the stream's, as they were read; undefined when they were not: then nobody knows what people were notified of.
 * @returns what could not be sent, or not be remembered.
 */
export type Notify = (report: ScalingReport, tags: Tags | undefined) => Promise<readonly CallFailure[]>;

/** Notifies people, where there are any. @returns the report, with what could not be sent among its failures. */
export async function notifyPeople(
  report: ScalingReport,
  tags: Tags | undefined,
  notify: Notify | undefined,
): Promise<ScalingReport> {
  const unsent = (await notify?.(report, tags)) ?? [];
  return unsent.length === 0 ? report : { ...report, failures: [...report.failures, ...unsent] };
}

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
    // In dry run no tag remembers the last notice. An alarm fires once all the same; a reconcile comes every few minutes.
    if (dryRun && report.source === 'reconcile') return [];
    const notice = noticeOf(report);
    const news = notice && shouldNotify(report, notice, tags ?? {}) ? notice : undefined;
    const problems = problemNoticeOf(report, tags ?? {});
    const due = [news, problems, happenedNoticeOf(report), tagFaultNoticeOf(report)];
    const sent = await Promise.all(due.filter((one) => one !== undefined).flatMap(publish));
    const memory = memoryOf(report, news, problems);
    const remembered =
      Object.keys(memory).length > 0 && report.streamName !== undefined && !dryRun
        ? [await streams.addTags(report.streamName, memory)]
        : [];
    return failuresOf([...sent, ...remembered]);
  };
}

/** Tags that remember what people were notified of. */
function memoryOf(report: ScalingReport, news: Notice | undefined, problems: Notice | undefined): Tags {
  const held = report.decision?.kind === 'hold' && !report.needsRetry;
  const tagFaults = findTagFaults(report);
  return {
    ...(problems ? { [notifiedProblemsTag]: problems.fingerprint } : {}),
    ...(news && held ? { [lastNoticeTag]: news.fingerprint } : {}),
    ...(tagFaults ? { [notifiedFaultsTag]: tagFaults.mark } : {}),
  };
}
