/**
 * The handlers of the deployed functions, and the one place that decides to rethrow.
 *
 * **Purpose.** `scaler` answers alarms, and checks the load of load-driven streams. `reconciler` repairs what drifted or was
 * left behind, raises temporary minimums, and explains. `handler` is both: a deployment of the reference autoscaler that is
 * taken over by changing the code alone has one function.
 *
 * **What starts them.** The events in events.ts; all but the explain request are asynchronous.
 *
 * **Life cycle.** A cold start reads the environment and settings.json (runtime.ts). One execution of each function runs at a
 * time, so that two answers never write to one alarm side by side. What throws is delivered again by Lambda, twice, and then
 * lies in the dead-letter queue; nothing in it has to be sent again, since the reconciler ends what was begun.
 *
 * **What goes wrong, and where to look.**
 * - Every invocation fails at once: a setting is not usable. The error names it with its value and the way out.
 * - `… need another delivery`, `… part(s) of the reconcile failed`: the log lines at ERROR before it, one a stream, name the
 *   call and AWS's code. The same are counted in the metric `Failures`, which the health alarms watch.
 * - `the event starts nothing here`: somebody sent an event that is none of those in events.ts, or sent it to the other function.
 * - Nothing fails and nothing scales: the decision of every record and stream is a log line with its reason;
 *   docs/operations.md goes by symptom.
 */
import type { Context } from 'aws-lambda';
import { describeFault, type Fault } from '../core/result.ts';
import {
  type Event,
  type LoadCheckRequest,
  type NotificationRecord,
  type Reconcile,
  readEvent,
  roleFor,
  type TemporaryMinimum,
} from './events.ts';
import { type Run, startRun } from './runtime.ts';
import { answerWaitingAlarms, hasWaitedInLine } from './triggers/alarm-backlog.ts';
import { handleAlarm } from './triggers/alarm-notification.ts';
import { answerExplainRequest, type ExplainAnswer } from './triggers/explain.ts';
import { checkLoad, isOverdue } from './triggers/load-check.ts';
import { raiseTemporaryMinimum } from './triggers/raise-minimum.ts';
import { reconcileFleet } from './triggers/reconcile-fleet.ts';

type Answer = readonly ExplainAnswer[] | undefined;

export async function scaler(payload: unknown, invocation: Context): Promise<void> {
  await handle(readEvent(payload, 'scaler'), startRun(invocation, 'scaler'));
}

export async function reconciler(payload: unknown, invocation: Context): Promise<Answer> {
  return await handle(readEvent(payload, 'reconciler'), startRun(invocation, 'reconciler'));
}

export async function handler(payload: unknown, invocation: Context): Promise<Answer> {
  const event = readEvent(payload);
  return await handle(event, startRun(invocation, roleFor(event)));
}

async function handle(event: Event, run: Run): Promise<Answer> {
  try {
    switch (event.kind) {
      case 'alarm-notifications':
        return await answerNotifications(event.records, run);
      case 'load-check':
        return await runLoadCheck(event, run);
      case 'explain':
        return await answerExplainRequest(event, run.context);
      case 'temporary-minimum':
      case 'reconcile':
        return await reconcile(event, run);
      case 'unknown':
        return refuse(event.fault, run);
    }
  } finally {
    run.log.flush();
  }
}

async function answerNotifications(records: readonly NotificationRecord[], run: Run): Promise<undefined> {
  const { context, log } = run;
  const late = records.find(({ publishedAtMs }) => hasWaitedInLine(publishedAtMs, context.clock.nowMs()));
  let unfinished = 0;
  for (const record of records) {
    try {
      const report = await handleAlarm(record, context);
      log.logReport(report);
      if (report.needsRetry) unfinished += 1;
    } catch (error) {
      log.logFailure(`record ${record.messageId} failed on a bug`, error);
      unfinished += 1;
    }
  }
  // In dry run nothing ends an alarm, so that there is no line to shorten.
  if (late && !context.deployment.dryRun) await answerOthers(late.topicArn, run);
  if (unfinished > 0) throw new Error(`${unfinished} record(s) need another delivery; the log says why`);
}

/** The slowest answer to an alarm: no other is begun when less than this is left of an invocation. */
const slowestAnswerMs = 90_000;

/** What fails here has its own notification in the queue, or the reconciler: this invocation does not fail with it. */
async function answerOthers(topicArn: string, { context, log, remainingMs }: Run): Promise<void> {
  const failure = await answerWaitingAlarms(
    {
      topicArn,
      timeIsUp: () => remainingMs() < slowestAnswerMs,
      onReport: log.logReport,
      onBug: (alarmName, error) => log.logFailure(`alarm ${alarmName} failed on a bug`, error),
    },
    context,
  );
  if (failure) log.logFailedCall(failure);
}

/** Lambda need not deliver it again: the next one is due in a minute. */
async function runLoadCheck(request: LoadCheckRequest, { context, log }: Run): Promise<undefined> {
  if (isOverdue(request, context.clock.nowMs())) {
    log.logLoadCheck({ checked: 0, notReached: 0, overdue: 1 });
    return;
  }
  const { failures, ...counts } = await checkLoad(context, log.logReport);
  for (const failure of failures) log.logFailedCall(failure);
  log.logLoadCheck(counts);
}

async function reconcile(
  event: Reconcile | TemporaryMinimum,
  { context, log, functionName, remainingMs }: Run,
): Promise<undefined> {
  const result =
    event.kind === 'temporary-minimum'
      ? await raiseTemporaryMinimum(event.request, remainingMs, context)
      : await reconcileFleet({ cause: event.cause, after: event.after, functionName, remainingMs }, context);
  const { reports, failures } = result;
  for (const report of reports) log.logReport(report);
  for (const failure of failures) log.logFailedCall(failure);
  log.logReconcile(result);
  const unfinished = reports.filter(({ needsRetry }) => needsRetry).length + failures.length;
  if (unfinished > 0) throw new Error(`${unfinished} part(s) of the reconcile failed; the log says which and why`);
}

function refuse(fault: Fault, { log }: Run): never {
  const error = new Error(describeFault(fault));
  log.logFailure('the event starts nothing here', error);
  throw error;
}
