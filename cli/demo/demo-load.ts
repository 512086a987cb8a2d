/** The days of the trace that the demo plays. */
import { fileURLToPath } from 'node:url';
import { describeFaults } from '../../core/settings/deployment.ts';
import { dayMinutes } from '../../core/time.ts';
import { toLoad } from '../../simulator/load.ts';
import { readTraceFile } from '../../simulator/trace-file.ts';
import { UsageError } from '../exit-codes.ts';

export interface DemoLoadOptions {
  readonly trace?: string;
  readonly startDay: number;
  readonly days: number;
  readonly peakShards: number;
}

const shippedTrace = fileURLToPath(new URL('../../traces/ms-ingress-04.csv.gz', import.meta.url));

/** In shards, one value a minute. @throws UsageError for a trace that cannot be read or has no such days */
export function readLoad({ trace: path = shippedTrace, startDay, days, peakShards }: DemoLoadOptions): Float64Array {
  const trace = readTraceFile(path, 'records');
  if (!trace.ok) throw new UsageError(describeFaults(trace.faults));
  const load = toLoad(trace.value, 'records', { kind: 'peak', peakShards });
  if (!load.ok) throw new UsageError(describeFaults(load.faults));
  const window = load.value.slice(startDay * dayMinutes, (startDay + days) * dayMinutes);
  if (window.length === 0)
    throw new UsageError(`--start-day ${startDay}: the trace ends after ${load.value.length / dayMinutes} days`);
  return window;
}
