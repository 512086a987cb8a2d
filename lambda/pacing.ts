/**
 * Keeps calls to a share of each account-wide rate. The reconciler takes half of each: others in the account read their
 * streams too, and it has time. The scaler takes nearly all, since what it answers is due now, and only in a storm of alarms.
 */
import { awsFacts } from '../core/aws-facts.ts';
import type { Clock, Ports } from './ports.ts';

export interface Pace {
  /** Of AWS's rate, 0..1. */
  readonly share: number;
  /** Whether a second's worth of calls may come at once, as AWS's own limits let them. */
  readonly bursts: boolean;
}

export const reconcilerPace: Pace = { share: 0.5, bursts: false };
/** The rest is for people, deployments and resends: a refused call waits a second or more, and the rate goes unused. */
export const scalerPace: Pace = { share: 0.95, bursts: true };

/** What a cold process reads of a stream: two weeks of minutes of three metrics. */
const historyDatapoints = 15 * 1440 * 3;
/** GetMetricData, per account and region, where StartTime is more than three hours ago (CloudWatch user guide, Service quotas). */
const oldDatapointsPerSecond = 90_000;
const oldMs = 3 * 3_600_000;

export function pacePorts(ports: Ports, clock: Clock, pace: Pace = reconcilerPace): Ports {
  const at = (callsPerSecond: number) => pacer(callsPerSecond, pace, clock);
  const putAlarm = at(awsFacts.putMetricAlarmRate.value);
  const describeAlarms = at(awsFacts.describeAlarmsRate.value);
  const { streams, alarms, metrics } = ports;
  const histories = at(oldDatapointsPerSecond / historyDatapoints);
  return {
    ...ports,
    streams: {
      ...streams,
      describe: paced(at(awsFacts.describeStreamSummaryRate.value), streams.describe),
      listTags: paced(at(awsFacts.listTagsForStreamRate.value), streams.listTags),
      addTags: paced(at(awsFacts.addTagsToStreamRate.value), streams.addTags),
    },
    alarms: {
      ...alarms,
      describe: paced(describeAlarms, alarms.describe),
      standing: paced(describeAlarms, alarms.standing),
      put: paced(putAlarm, alarms.put),
      create: paced(putAlarm, alarms.create),
      rearm: paced(at(awsFacts.setAlarmStateRate.value), alarms.rearm),
    },
    metrics: {
      minuteSums: async (streamName, fromMs, toMs) => {
        if (toMs - fromMs > oldMs) await histories();
        return await metrics.minuteSums(streamName, fromMs, toMs);
      },
    },
  };
}

function paced<A extends readonly unknown[], R>(
  turn: () => Promise<void>,
  operation: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    await turn();
    return await operation(...args);
  };
}

/** Resolves at once while calls come slower than the rate; otherwise each waits its turn. */
function pacer(callsPerSecond: number, { share, bursts }: Pace, clock: Clock): () => Promise<void> {
  const intervalMs = 1000 / (callsPerSecond * share);
  const aheadMs = bursts ? (callsPerSecond - 1) * intervalMs : 0;
  let nextMs = 0;
  return async () => {
    const nowMs = clock.monotonicMs();
    const turnMs = Math.max(nowMs, nextMs - aheadMs);
    nextMs = Math.max(nowMs, nextMs) + intervalMs;
    if (turnMs > nowMs) await clock.sleep(turnMs - nowMs);
  };
}
