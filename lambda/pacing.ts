/**
 * Keeps a fleet's reconcile to half of each account-wide call rate: others in the account read their streams too.
 */
import { awsFacts } from '../core/aws-facts.ts';
import type { Clock, Ports } from './ports.ts';

const share = 0.5;

export function pacePorts(ports: Ports, clock: Clock): Ports {
  const at = (callsPerSecond: number) => pacer(callsPerSecond * share, clock);
  const putAlarm = at(awsFacts.putMetricAlarmRate.value);
  const { streams, alarms } = ports;
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
      describe: paced(at(awsFacts.describeAlarmsRate.value), alarms.describe),
      put: paced(putAlarm, alarms.put),
      create: paced(putAlarm, alarms.create),
      rearm: paced(at(awsFacts.setAlarmStateRate.value), alarms.rearm),
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
function pacer(callsPerSecond: number, clock: Clock): () => Promise<void> {
  const intervalMs = 1000 / callsPerSecond;
  let nextMs = 0;
  return async () => {
    const nowMs = clock.monotonicMs();
    const turnMs = Math.max(nowMs, nextMs);
    nextMs = turnMs + intervalMs;
    if (turnMs > nowMs) await clock.sleep(turnMs - nowMs);
  };
}
