/** A stream's turn, in a reconcile or in a look at demand: what is asked of it first, and the report that is the end of it. */
import type { ReportSource, ScalingReport } from '../../core/report/scaling-report.ts';
import { formatIsoTime } from '../../core/time.ts';
import type { ScalerContext } from '../context.ts';
import { settingsOf } from './ownership.ts';
import { alarmNamesOf, type StateQuery } from './state-reader.ts';

/** The cheap reads: without the alarms' tags and the iterator age. */
export function minimalQuery(streamName: string, { deployment, clock }: ScalerContext): StateQuery {
  return {
    streamName,
    settings: settingsOf(deployment, streamName),
    alarmNames: alarmNamesOf(streamName),
    alarmTags: false,
    iteratorAge: false,
    consumersUnproven: deployment.streams === undefined,
    nowMs: clock.nowMs(),
  };
}

export type StreamResult = Pick<ScalingReport, 'outcome' | 'failures'> &
  Partial<Pick<ScalingReport, 'findings' | 'effects' | 'decision' | 'alarmName'>>;

export function toReport(
  source: ReportSource,
  streamName: string,
  { deployment, clock }: ScalerContext,
  result: StreamResult,
): ScalingReport {
  return {
    source,
    at: formatIsoTime(clock.nowMs()),
    streamName,
    dryRun: deployment.dryRun,
    findings: [],
    effects: [],
    ...result,
    needsRetry:
      result.outcome === 'failed' ||
      result.failures.length > 0 ||
      (result.effects ?? []).some(({ failure }) => failure !== undefined),
  };
}
