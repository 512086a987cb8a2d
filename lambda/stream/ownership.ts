/** Which streams and alarms a deployment manages: a message never names another one into being managed. */
import { alarmNameOf } from '../../core/alarm/alarm-definition.ts';
import type { ScalingAlarm } from '../../core/alarm/alarm-notification.ts';
import type { Deployment } from '../../core/settings/deployment.ts';
import type { StreamSettings } from '../../core/settings/stream-settings.ts';

export type Ownership = 'ours' | 'ours-if-tagged' | 'not-ours';

/**
 * Without settings.json (code-only take-over) alarms may bear any stem, and the role bounds the streams. `ours-if-tagged`: the
 * stream's own tags say whether it is managed.
 */
export function ownershipOf(deployment: Deployment, alarm: ScalingAlarm): Ownership {
  if (!deployment.streams) return 'ours';
  if (alarm.alarmName !== alarmNameOf(alarm.streamName, alarm.direction)) return 'not-ours';
  if (deployment.streams.has(alarm.streamName)) return 'ours';
  return deployment.discovery ? 'ours-if-tagged' : 'not-ours';
}

export function settingsOf(deployment: Deployment, streamName: string): StreamSettings {
  return deployment.streams?.get(streamName) ?? deployment.defaults;
}
