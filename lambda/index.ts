/**
 * The deployed functions: composition roots, and the one place that decides to rethrow, so that Lambda counts an error,
 * delivers again and, at last, dead-letters.
 *
 * `scaler` answers SNS records and looks at demand, `reconciler` the schedule and every deploy. `handler` is both, for a
 * deployment of the reference autoscaler that is taken over by changing the code alone: it has one function.
 */
import type { Context, SNSEvent } from 'aws-lambda';
import type { Deployment } from '../core/settings/deployment.ts';
import { readTemporaryMinimumRequest } from '../core/stream/temporary-minimum.ts';
import { awsFleetPort, awsNotices, awsPorts } from './aws/ports.ts';
import { loadDeployment } from './config.ts';
import type { ScalerContext } from './context.ts';
import { createRunLog, type RunLog } from './observability.ts';
import { pacePorts, reconcilerPace, scalerPace } from './pacing.ts';
import type { Clock, FleetPort, Ports } from './ports.ts';
import { LoadCache } from './stream/load-cache.ts';
import { createNotifier, type Notify } from './stream/notifier.ts';
import type { Account } from './stream/state-reader.ts';
import { answerWaitingAlarms, hasWaitedInLine } from './triggers/alarm-backlog.ts';
import { type AlarmRecord, handleAlarm } from './triggers/alarm-notification.ts';
import { answerExplainRequest, type ExplainAnswer, readExplainRequest } from './triggers/explain.ts';
import { checkLoad, isOverdue, type LoadCheckRequest, readLoadCheck } from './triggers/load-check.ts';
import { raiseTemporaryMinimum } from './triggers/raise-minimum.ts';
import { runReconcile } from './triggers/reconcile-fleet.ts';
import type { ReconcileCause } from './triggers/reconcile-stream.ts';

const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** The slowest answer to an alarm: no other is begun when less than this is left of an invocation. */
const lastAlarmMs = 90_000;

/** What a cold start builds; nothing in it remembers a record, and of streams only what CloudWatch would say again. */
interface Runtime {
  readonly deployment: Deployment;
  /** The same calls, at the pace of each function. */
  readonly ports: { readonly scaler: Ports; readonly reconciler: Ports };
  readonly fleet: FleetPort;
  readonly createRunLog: RunLog;
  readonly notify: Notify;
  readonly demand: LoadCache;
}

let runtime: Runtime | undefined;

function start(functionName: string): Runtime {
  const deployment = loadDeployment();
  const ports = awsPorts(deployment.retry);
  const notify = createNotifier(deployment, awsNotices(deployment.retry), ports.streams);
  runtime = {
    deployment,
    ports: { scaler: pacePorts(ports, clock, scalerPace), reconciler: pacePorts(ports, clock, reconcilerPace) },
    fleet: awsFleetPort(deployment.retry),
    createRunLog: createRunLog(deployment, functionName),
    notify,
    demand: new LoadCache(),
  };
  return runtime;
}

export async function scaler(event: unknown, context: Context): Promise<void> {
  const { deployment, ports, fleet, notify, demand, createRunLog: observe } = runtime ?? start(context.functionName);
  const scalerContext: ScalerContext = {
    deployment,
    ports: ports.scaler,
    notify,
    demand,
    account: accountOf(context),
    clock,
  };
  const request = readLoadCheck(event);
  if (request) return await look(request, scalerContext, fleet, observe);
  const records = recordsOf(event);
  const late = records.find(({ publishedAtMs }) => hasWaitedInLine(publishedAtMs, clock.nowMs()));
  let unfinished = 0;
  for (const record of records) {
    try {
      const report = await handleAlarm(record, scalerContext);
      observe.observe(report);
      if (report.needsRetry) unfinished += 1;
    } catch (error) {
      observe.failed(`record ${record.messageId} failed on a bug`, error);
      unfinished += 1;
    }
  }
  // In dry run nothing ends an alarm, so that there is no line to shorten.
  if (late && !deployment.dryRun) await answerOthers(late.topicArn, context, observe, scalerContext);
  observe.flush();
  if (unfinished > 0) throw new Error(`${unfinished} record(s) need another delivery; the log says why`);
}

async function look(
  request: LoadCheckRequest,
  context: ScalerContext,
  fleet: FleetPort,
  observe: RunLog,
): Promise<void> {
  if (isOverdue(request, clock.nowMs())) return observe.looked({ overdue: 1, looked: 0, left: 0 });
  const { failures, ...rest } = await checkLoad(context, fleet, observe.observe);
  for (const failure of failures) observe.failed(`${failure.call} failed with ${failure.code}`, failure.message);
  observe.looked(rest);
  observe.flush();
}

/** What fails here has its own notification in the queue, or the reconciler: this invocation does not fail with it. */
async function answerOthers(
  topicArn: string,
  context: Context,
  observe: RunLog,
  scalerContext: ScalerContext,
): Promise<void> {
  const failure = await answerWaitingAlarms(
    {
      topicArn,
      timeIsUp: () => context.getRemainingTimeInMillis() < lastAlarmMs,
      onReport: observe.observe,
      onBug: (alarmName, error) => observe.failed(`alarm ${alarmName} failed on a bug`, error),
    },
    scalerContext,
  );
  if (failure) observe.failed(`${failure.call} failed with ${failure.code}`, failure.message);
}

export async function reconciler(event: unknown, context: Context): Promise<readonly ExplainAnswer[] | undefined> {
  const { deployment, ports, fleet, notify, demand, createRunLog: observe } = runtime ?? start(context.functionName);
  const paced: ScalerContext = {
    deployment,
    ports: ports.reconciler,
    notify,
    demand,
    account: accountOf(context),
    clock,
  };
  const explainRequest = readExplainRequest(event);
  if (explainRequest) return await answerExplainRequest(explainRequest, paced, fleet);
  const remainingMs = () => context.getRemainingTimeInMillis();
  const request = { ...readCause(event), functionName: context.functionName, remainingMs };
  const floor = readTemporaryMinimumRequest(event);
  const { reports, failures, ...rest } = floor
    ? await raiseTemporaryMinimum(floor, remainingMs, paced)
    : await runReconcile(request, paced, fleet);
  for (const report of reports) observe.observe(report);
  for (const failure of failures) observe.failed(`${failure.call} failed with ${failure.code}`, failure.message);
  observe.reconciled(reports, rest);
  observe.flush();
  const unfinished = reports.filter(({ needsRetry }) => needsRetry).length + failures.length;
  if (unfinished > 0) throw new Error(`${unfinished} part(s) of the reconcile failed; the log says which and why`);
  return undefined;
}

export async function handler(event: unknown, context: Context): Promise<void> {
  await (recordsOf(event).length > 0 || readLoadCheck(event) ? scaler(event, context) : reconciler(event, context));
}

interface NotificationRecord extends AlarmRecord {
  readonly topicArn: string;
  /** NaN when the record does not say. */
  readonly publishedAtMs: number;
}

function recordsOf(event: unknown): readonly NotificationRecord[] {
  const { Records: records } = (event ?? {}) as Partial<SNSEvent>;
  if (!Array.isArray(records)) return [];
  return records.map((record) => ({
    messageId: String(record?.Sns?.MessageId ?? ''),
    message: String(record?.Sns?.Message ?? ''),
    topicArn: String(record?.Sns?.TopicArn ?? ''),
    publishedAtMs: Date.parse(String(record?.Sns?.Timestamp ?? '')),
  }));
}

/** The schedule names itself; the trigger of a deploy comes with an event of its own. `after`: where the last run ended. */
function readCause(event: unknown): { readonly cause: ReconcileCause; readonly after: string } {
  const { cause, after } = (event ?? {}) as { readonly cause?: unknown; readonly after?: unknown };
  return { cause: cause === 'schedule' ? 'schedule' : 'deploy', after: typeof after === 'string' ? after : '' };
}

function accountOf({ invokedFunctionArn }: Context): Account {
  const [, partition = 'aws', , region = '', accountId = ''] = invokedFunctionArn.split(':');
  return { partition, region, accountId };
}
