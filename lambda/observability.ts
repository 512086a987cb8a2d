/** Each report becomes a structured log line, and metrics in EMF in the product's own namespace. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { streamDimension } from '../core/alarm/alarm-definition.ts';
import { failuresMetric, ownNamespace, ownService } from '../core/own-metrics.ts';
import { describeProblems, isBroken } from '../core/plan/findings.ts';
import { findTagFaults } from '../core/report/notice.ts';
import type { ScalingReport } from '../core/report/scaling-report.ts';
import type { Deployment, LogLevel } from '../core/settings/deployment.ts';
import type { CallFailure } from './ports.ts';

export interface RunLog {
  /** One line and its metrics for what became of one record or stream. */
  readonly logReport: (report: ScalingReport) => void;
  /** One line for a whole reconcile. */
  readonly logReconcile: (result: ReconcileCounts) => void;
  /** One line for a load check; at debug, for it comes every minute, unless there was no time for all streams. */
  readonly logLoadCheck: (counts: LoadCheckCounts) => void;
  /** A bug or a fault of the deployment itself. */
  readonly logFailure: (message: string, error: unknown) => void;
  /** A call that failed and that no stream's report names. */
  readonly logFailedCall: (failure: CallFailure) => void;
  /** Publishes the metrics of what was logged. */
  readonly flush: () => void;
}

interface ReconcileCounts {
  readonly reports: readonly ScalingReport[];
  readonly notReached: number;
  readonly alarmsRemoved: readonly string[];
}

interface LoadCheckCounts {
  readonly checked: number;
  readonly notReached: number;
  /** Load checks that came too late to be of use. */
  readonly overdue?: number;
}

export function createRunLog(
  deployment: Pick<Deployment, 'logLevel' | 'version' | 'deploymentRing'> & Partial<Pick<Deployment, 'streamMetrics'>>,
  functionName: string,
): RunLog {
  const logger = new Logger({
    serviceName: functionName,
    logLevel: powertoolsLevel(deployment.logLevel),
    persistentKeys: { version: deployment.version, deploymentRing: deployment.deploymentRing },
  });
  const metrics = new Metrics({ namespace: ownNamespace, serviceName: ownService });
  const logFailure = (message: string, error: unknown) => {
    metrics.addMetric(failuresMetric, MetricUnit.Count, 1);
    logger.error(message, error instanceof Error ? error : new Error(String(error)));
  };
  return {
    logReport: (report) => {
      count(metrics, report);
      if (deployment.streamMetrics) gauge(metrics, report);
      writeLine(logger, report);
    },
    logReconcile: ({ reports, notReached, alarmsRemoved }) => {
      const outcomes: Record<string, number> = {};
      for (const { outcome } of reports) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      logger.info('reconciled', { streams: reports.length, outcomes, left: notReached, alarmsRemoved });
    },
    // Whoever reads the log knows these fields by their older names.
    logLoadCheck: ({ checked, notReached, ...rest }) => {
      const line = { looked: checked, left: notReached, ...rest };
      if (notReached > 0) logger.warn('no time to check all streams', line);
      else logger.debug('load check', line);
    },
    logFailure,
    logFailedCall: ({ call, code, message }) => logFailure(`${call} failed with ${code}`, message),
    // Powertools warns of having nothing to publish; most reconciles have nothing.
    flush: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}

/** Each report has a child logger of its own, so that no field of one stream stays for the next. */
function writeLine(parent: Logger, report: ScalingReport): void {
  const { streamName, alarmName, messageId, ...rest } = report;
  const logger = parent.createChild({ persistentKeys: { streamName, alarmName, messageId } });
  const line = {
    ...rest,
    effects: report.effects.map(({ effect, failure }) => ({ ...summarize(effect), ...(failure ? { failure } : {}) })),
  };
  const message = messageOf(report);
  if (report.needsRetry || isBroken(report.findings)) logger.error(message, line);
  else if (isRejected(report) || findTagFaults(report)) logger.warn(message, line);
  // A finding that nothing here can repair (an alarm that is gone) must not hide at debug.
  else if (report.outcome === 'agrees' && report.findings.length === 0) logger.debug(message, line);
  else logger.info(message, line);
}

/** The outcome, unless the line then said that everything agrees and the rest of it did not. */
function messageOf({ outcome, findings, failures }: ScalingReport): string {
  if (outcome !== 'agrees') return outcome;
  const unread = failures.map(({ call, code }) => `${call} failed with ${code}`).join(', ');
  return unread || describeProblems(findings) || outcome;
}

function isRejected({ decision }: ScalingReport): boolean {
  return decision?.kind === 'hold' && decision.reason === 'rejected';
}

/** An alarm's definition is a page of math that follows from the shard count: the count is enough in a log. */
function summarize(effect: ScalingReport['effects'][number]['effect']): object {
  if (effect.kind !== 'put-alarm' && effect.kind !== 'create-alarm') return effect;
  const { kind, alarmName, definition } = effect;
  const s1 = definition.metrics.find(({ id }) => id === 's1');
  return {
    kind,
    alarmName,
    threshold: definition.threshold,
    shardCount: s1 && 'expression' in s1 ? s1.expression : undefined,
  };
}

function count(metrics: Metrics, report: ScalingReport): void {
  const { decision, outcome } = report;
  if (outcome === 'scaled' && decision?.kind === 'scale') {
    metrics.addMetric(decision.direction === 'up' ? 'ScaleUps' : 'ScaleDowns', MetricUnit.Count, 1);
  }
  if (decision?.kind === 'hold') {
    metrics.addMetric(decision.reason === 'rejected' ? 'Rejections' : 'Holds', MetricUnit.Count, 1);
  }
  if (outcome === 'converged') metrics.addMetric('Convergences', MetricUnit.Count, 1);
  // What is broken and fails no call must page all the same.
  if (report.needsRetry || isBroken(report.findings)) metrics.addMetric(failuresMetric, MetricUnit.Count, 1);
}

/** What dashboards divide traffic by. A line of its own for each stream: a metric takes its dimensions from its line. */
function gauge(metrics: Metrics, { streamName, openShardCount }: ScalingReport): void {
  if (streamName === undefined || openShardCount === undefined) return;
  metrics
    .singleMetric()
    .addDimension(streamDimension, streamName)
    .addMetric('OpenShardCount', MetricUnit.Count, openShardCount);
}

function powertoolsLevel(level: LogLevel): 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' {
  switch (level) {
    case 'trace':
      return 'TRACE';
    case 'debug':
      return 'DEBUG';
    case 'info':
      return 'INFO';
    case 'warn':
      return 'WARN';
    case 'error':
      return 'ERROR';
  }
}
