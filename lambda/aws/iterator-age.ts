/** How far behind a stream's consumers are, what they say themselves, and since when traffic is silent: one call for all. */
import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { ownNamespace, scaleDownHurtsMetric } from '../../core/own-metrics.ts';
import type { IteratorAge } from '../../core/stream/stream-state.ts';
import { dayMs } from '../../core/time.ts';
import { completeResults, queryOf, type StreamMetric } from './metric-data.ts';

/** A day of these fits into one page of GetMetricData. */
const maximum: Pick<StreamMetric, 'stat' | 'periodSeconds'> = { stat: 'Maximum', periodSeconds: 300 };

/** How old the newest record read is, and whether the consumer side warns of a scale-down. */
export async function readIteratorAge(
  client: CloudWatchClient,
  streamName: string,
  nowMs: number,
): Promise<IteratorAge> {
  const page = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(nowMs - dayMs),
      EndTime: new Date(nowMs),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [
        queryOf('age', { ...maximum, streamName, metricName: 'GetRecords.IteratorAgeMilliseconds' }),
        queryOf('traffic', { ...maximum, streamName, metricName: 'IncomingRecords' }),
        queryOf('hurts', { ...maximum, streamName, namespace: ownNamespace, metricName: scaleDownHurtsMetric }),
      ],
    }),
  );
  const byId = new Map(completeResults(page).map((result) => [result.Id, result]));
  const age = byId.get('age');
  const at = age?.Timestamps?.[0];
  const ageMs = age?.Values?.[0];
  const hurts = byId.get('hurts');
  const warned = (hurts?.Values?.[0] ?? 0) > 0 ? hurts?.Timestamps?.[0] : undefined;
  return {
    traffic: { newestAtMs: byId.get('traffic')?.Timestamps?.[0]?.getTime() },
    ...(at === undefined || ageMs === undefined ? { seen: false } : { seen: true, atMs: at.getTime(), ageMs }),
    ...(warned ? { warnedAtMs: warned.getTime() } : {}),
  };
}
