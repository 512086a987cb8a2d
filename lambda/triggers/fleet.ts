/**
 * The streams of a reconcile or a load check: those of the deployment, and those that ask for it by the tag
 * `autoscaling/enabled = true`. Without settings.json (code-only take-over) they are the streams that have scaling alarms.
 */
import { alarmNameOf, readAlarmName, readStreamName } from '../../core/alarm/alarm-definition.ts';
import type { NewAlarm } from '../../core/plan/alarm-repair.ts';
import type { Deployment } from '../../core/settings/deployment.ts';
import type { Tags } from '../../core/stream/stream-tags.ts';
import { isEnabled, ownerTag } from '../../core/stream/tag-settings.ts';
import type { Answer, CallFailure, FleetPort, UntaggedAlarm } from '../ports.ts';

export interface Fleet {
  /** In order, so that the next run can go on after the name at which this one ran out of time. */
  readonly streamNames: readonly string[];
  /** Of all streams; undefined where nothing was read of them yet. */
  readonly tags: ReadonlyMap<string, Tags> | undefined;
  /** How to make the alarms of streams that the stack does not know. */
  readonly newAlarm: NewAlarm | undefined;
  readonly failures: readonly CallFailure[];
}

export async function findFleet(deployment: Deployment, port: FleetPort): Promise<Fleet> {
  const known = deployment.streams ? found([...deployment.streams.keys()]) : await streamsWithAlarms(deployment, port);
  if (!known.ok) return { streamNames: [], tags: undefined, newAlarm: undefined, failures: [known.failure] };
  const deployed = known.value;
  if (!deployment.discovery) return fleetOf(deployed, deployment);
  const tags = await port.streamTags();
  if (!tags.ok) return { streamNames: deployed.sort(), tags: undefined, newAlarm: undefined, failures: [tags.failure] };
  const asking = [...tags.value].filter(([, own]) => isEnabled(own)).map(([name]) => name);
  return {
    streamNames: [...new Set([...deployed, ...asking])].sort(),
    tags: tags.value,
    newAlarm: newAlarmOf(deployment),
    failures: [],
  };
}

/** Streams of which nothing but the names is known yet. */
export function fleetOf(streamNames: readonly string[], deployment: Deployment): Fleet {
  return { streamNames: streamNames.toSorted(), tags: undefined, newAlarm: newAlarmOf(deployment), failures: [] };
}

/** The alarms that the reference autoscaler left behind say which streams it served. */
async function streamsWithAlarms({ discovery }: Deployment, port: FleetPort): Promise<Answer<string[]>> {
  const alarms = await port.alarms();
  if (!alarms.ok) return alarms;
  const topicArn = discovery?.alarmTopicArn;
  const ours = alarms.value.filter(({ userParts: { alarmActions } }) =>
    topicArn === undefined ? alarmActions.length > 0 : alarmActions.includes(topicArn),
  );
  return found([...new Set(ours.flatMap((alarm) => streamOfScalingAlarm(alarm) ?? []))]);
}

function found<T>(value: T): Answer<T> {
  return { ok: true, value };
}

/** Every version of a scaling alarm has these metrics. An alarm without them only happens to have such a name. */
const scalingMetricIds: ReadonlyArray<string> = ['m1', 'm2', 'e3', 'e4', 's1'];

/** The stream that an alarm scales, by its name and its content; undefined for an alarm that is none of ours. */
export function streamOfScalingAlarm({ alarmName, definition: { metrics } }: UntaggedAlarm): string | undefined {
  const streamName = readStreamName(metrics);
  const direction = readAlarmName(alarmName)?.direction;
  if (streamName === undefined || !direction || alarmName !== alarmNameOf(streamName, direction)) return undefined;
  return scalingMetricIds.every((id) => metrics.some((metric) => metric.id === id)) ? streamName : undefined;
}

/** Undefined where streams do not ask by tag: then the stack makes all alarms. */
export function newAlarmOf({ discovery }: Deployment): NewAlarm | undefined {
  return discovery && { topicArn: discovery.alarmTopicArn, tags: { [ownerTag]: discovery.owner } };
}
