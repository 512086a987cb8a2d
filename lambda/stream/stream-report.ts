/** What became of one stream in one run, and the report of it: the same shape and the same report, whatever started the run. */
import type { ReportSource, ScalingReport } from '../../core/report/scaling-report.ts';
import { formatIsoTime } from '../../core/time.ts';
import type { ScalerContext } from '../context.ts';

/** A field that is absent was not looked at, or there was nothing of it. */
export type StreamOutcome = Pick<ScalingReport, 'outcome'> &
  Partial<Pick<ScalingReport, 'alarmName' | 'openShardCount' | 'decision' | 'findings' | 'effects' | 'failures'>>;

/**
 * @param streamName undefined where not even the name could be read.
 * @param atMs when the run came to the stream; now, where it does not matter.
 */
export function toReport(
  source: ReportSource,
  streamName: string | undefined,
  result: StreamOutcome,
  { deployment, clock }: Pick<ScalerContext, 'deployment' | 'clock'>,
  atMs: number = clock.nowMs(),
): ScalingReport {
  const { outcome, alarmName, openShardCount, decision, findings = [], effects = [], failures = [] } = result;
  return {
    source,
    at: formatIsoTime(atMs),
    ...(streamName !== undefined && { streamName }),
    ...(alarmName !== undefined && { alarmName }),
    dryRun: deployment.dryRun,
    ...(openShardCount !== undefined && { openShardCount }),
    outcome,
    ...(decision && { decision }),
    findings,
    effects,
    failures,
    needsRetry: outcome === 'failed' || failures.length > 0 || effects.some(({ failure }) => failure !== undefined),
  };
}
