/** Finds the functions' reports among their log lines. A report is one structured line. */
import type { ReportSource, ScalingReport } from '../core/report/scaling-report.ts';

const sources: ReadonlySet<unknown> = new Set<ReportSource>(['alarm', 'look', 'reconcile', 'schedule']);

/** Undefined for any other line. */
export function readReportLine(line: string): ScalingReport | undefined {
  if (!line.startsWith('{')) return undefined;
  let entry: Partial<ScalingReport>;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  const isReport = sources.has(entry.source) && typeof entry.outcome === 'string';
  return isReport ? (entry as ScalingReport) : undefined;
}
