/** Finds the functions' reports among their log lines: one structured line each. */
import type { ScalingReport } from '../core/scaling-report.ts';

/** Undefined for any other line. */
export function readReportLine(line: string): ScalingReport | undefined {
  if (!line.startsWith('{')) return undefined;
  let entry: Partial<ScalingReport>;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  const isReport = (entry.source === 'alarm' || entry.source === 'reconcile') && typeof entry.outcome === 'string';
  return isReport ? (entry as ScalingReport) : undefined;
}
