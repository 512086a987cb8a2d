/** Which streams and alarms a deployment manages: a message never names another one into being managed. */
import { alarmNameOf } from '../core/alarm-definition.ts';
import type { Deployment } from '../core/deployment.ts';
import type { StreamSettings } from '../core/knobs.ts';
import type { ScalingAlarm } from '../core/scaling-alarm.ts';

/** Without settings.json (code-only take-over) alarms may bear any stem, and the role bounds the streams. */
export function isManagedAlarm(deployment: Deployment, alarm: ScalingAlarm): boolean {
  if (!deployment.streams) return true;
  return deployment.streams.has(alarm.streamName) && alarm.alarmName === alarmNameOf(alarm.streamName, alarm.direction);
}

export function settingsOf(deployment: Deployment, streamName: string): StreamSettings {
  return deployment.streams?.get(streamName) ?? deployment.defaults;
}
