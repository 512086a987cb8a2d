/** Rules 1 and 2, before any call to AWS: is the message for this deployment, and does it say ALARM? */
import type { ScalingAlarm } from '../alarm/alarm-notification.ts';
import { type Fault, quote } from '../result.ts';
import { type HoldDecision, hold } from './decision.ts';

/** Where this deployment runs. A message from another account or region is not for it. */
export interface Home {
  readonly accountId: string;
  readonly region: string;
}

/** Asks rules 1 and 2 of the message alone. Undefined: read the stream's state and ask `decideFromAlarm`. */
export function applyMessageRules(
  alarm: ScalingAlarm,
  home: Home,
  isManaged: (alarm: ScalingAlarm) => boolean,
): HoldDecision | undefined {
  const fault = whyNotOurs(alarm, home, isManaged);
  if (fault) return rejectAlarm([fault]);
  if (alarm.newState !== 'ALARM') return hold('not-in-alarm', { newState: alarm.newState });
  return undefined;
}

/** Rule 1, for a message that could not be read at all. */
export function rejectAlarm(faults: readonly Fault[]): HoldDecision {
  return hold('rejected', { faults });
}

function whyNotOurs(alarm: ScalingAlarm, home: Home, isManaged: (alarm: ScalingAlarm) => boolean): Fault | undefined {
  if (alarm.accountId !== home.accountId) {
    return {
      field: 'AlarmArn',
      value: quote(alarm.accountId),
      problem: 'is another account',
      remedy: `this deployment scales streams of ${home.accountId}`,
    };
  }
  if (alarm.region !== home.region) {
    return {
      field: 'AlarmArn',
      value: quote(alarm.region),
      problem: 'is another region',
      remedy: `this deployment scales streams of ${home.region}`,
    };
  }
  if (!isManaged(alarm)) {
    return {
      field: 'StreamName',
      value: quote(alarm.streamName),
      problem: `with alarm ${quote(alarm.alarmName)} is not managed here`,
      remedy: 'add the stream to the deployment, or unsubscribe its alarm',
    };
  }
  return undefined;
}
