/**
 * Which streams a reconcile is about: those of the deployment, and those that ask for it by the tag
 * `autoscaling/enabled = true`. Without settings.json (code-only take-over) those whose scaling alarms are there. Alarms of
 * streams that no longer ask are removed, only where a tag says that they are ours, and never after a read that failed: an
 * outage must not look like "nobody asks any more".
 */
import { alarmNameOf, readAlarmName, readStreamName } from '../../core/alarm/alarm-definition.ts';
import type { NewAlarm } from '../../core/plan/alarm-repair.ts';
import type { Deployment } from '../../core/settings/deployment.ts';
import type { Tags } from '../../core/stream/stream-tags.ts';
import { enabledTag, ownerTag } from '../../core/stream/tag-settings.ts';
import type { Answer, CallFailure, FleetPort, UntaggedAlarm } from '../ports.ts';

export interface Fleet {
  /** In order, so that a run that ran out of time can be continued after a name. */
  readonly streamNames: readonly string[];
  /** Present when they were read for all streams at once. */
  readonly tags: ReadonlyMap<string, Tags> | undefined;
  /** How the alarms of streams that the stack does not know are made. */
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

/** Streams that are known by name, of which nothing was read yet. */
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

/** Ids of the metric math that every version of a scaling alarm has; without them an alarm only happens to be named like one. */
const scalingMetricIds: ReadonlyArray<string> = ['m1', 'm2', 'e3', 'e4', 's1'];

function streamOfScalingAlarm({ alarmName, definition: { metrics } }: UntaggedAlarm): string | undefined {
  const streamName = readStreamName(metrics);
  const direction = readAlarmName(alarmName)?.direction;
  if (streamName === undefined || !direction || alarmName !== alarmNameOf(streamName, direction)) return undefined;
  return scalingMetricIds.every((id) => metrics.some((metric) => metric.id === id)) ? streamName : undefined;
}

/** Undefined where streams do not ask by tag: then all alarms are the stack's to make. */
export function newAlarmOf({ discovery }: Deployment): NewAlarm | undefined {
  return discovery && { topicArn: discovery.alarmTopicArn, tags: { [ownerTag]: discovery.owner } };
}

export function isEnabled(tags: Tags): boolean {
  return tags[enabledTag]?.trim().toLowerCase() === 'true';
}

/** Removes the alarms of ours whose stream asks no longer. @returns the names of the removed, and what failed. */
export async function removeOrphans(
  fleet: Fleet,
  deployment: Deployment,
  port: FleetPort,
): Promise<{ readonly removed: readonly string[]; readonly failures: readonly CallFailure[] }> {
  const { discovery } = deployment;
  if (!discovery || fleet.failures.length > 0 || deployment.dryRun) return { removed: [], failures: [] };
  const owned = await port.alarmsTagged(ownerTag, discovery.owner);
  if (!owned.ok) return { removed: [], failures: [owned.failure] };
  const wanted = new Set(fleet.streamNames.flatMap((name) => [alarmNameOf(name, 'up'), alarmNameOf(name, 'down')]));
  const orphans = owned.value.filter((name) => !wanted.has(name));
  if (orphans.length === 0) return { removed: [], failures: [] };
  const deleted = await port.deleteAlarms(orphans);
  return deleted.ok ? { removed: orphans, failures: [] } : { removed: [], failures: [deleted.failure] };
}
