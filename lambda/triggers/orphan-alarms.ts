/**
 * Removes those of our alarms whose stream asks for them no longer. Nobody's word alone deletes an alarm:
 * - a tag says that an alarm is ours, and its content must say the same: anybody may write a tag;
 * - the index of tags is eventually consistent, so the stream itself is asked;
 * - it must say no in every run for ten minutes; the alarm's own tag remembers since when;
 * - after a read that failed nothing is removed: an outage must not look like "nobody asks any more".
 */
import { alarmNameOf } from '../../core/alarm/alarm-definition.ts';
import { isEnabled, orphanTag, ownerTag } from '../../core/stream/tag-settings.ts';
import { formatBasicTime, minuteMs, parseBasicTime } from '../../core/time.ts';
import type { ScalerContext } from '../context.ts';
import type { Answer, CallFailure, UntaggedAlarm } from '../ports.ts';
import { type Fleet, streamOfScalingAlarm } from './fleet.ts';

export interface Orphans {
  /** Names of the alarms that are gone. */
  readonly removed: readonly string[];
  /** Names of alarms that carry our tag and are not ours by their content: they are never touched. */
  readonly foreign: readonly string[];
  readonly failures: readonly CallFailure[];
}

const none: Orphans = { removed: [], foreign: [], failures: [] };

/** Three runs of the reconciler, unless a deployment says otherwise. */
const certainAfterMs = 10 * minuteMs;
/** A run may be late, or fail; after a longer break the count begins anew. */
const longestBreakMs = 30 * minuteMs;

export async function removeOrphans(fleet: Fleet, context: ScalerContext): Promise<Orphans> {
  const { deployment, ports } = context;
  const { discovery } = deployment;
  if (!discovery || fleet.failures.length > 0 || deployment.dryRun) return none;
  const owned = await ports.fleet.alarmsTagged(ownerTag, discovery.owner);
  if (!owned.ok) return { ...none, failures: [owned.failure] };
  const wanted = new Set(fleet.streamNames.flatMap((name) => [alarmNameOf(name, 'up'), alarmNameOf(name, 'down')]));
  const unwanted = owned.value.filter((name) => !wanted.has(name));
  if (unwanted.length === 0) return none;
  const alarms = await ports.alarms.describe(unwanted);
  if (!alarms.ok) return { ...none, failures: [alarms.failure] };
  const live = [...alarms.value.values()];
  const ours = live.filter((alarm) => streamOfScalingAlarm(alarm) !== undefined);
  const foreign = live.filter((alarm) => !ours.includes(alarm)).map(({ alarmName }) => alarmName);
  const judged = await Promise.all(ours.map(async (alarm) => ({ alarm, verdict: await judge(alarm, context) })));
  const failures = judged.flatMap(({ verdict }) => (verdict.ok ? [] : [verdict.failure]));
  const certain = judged.filter(({ verdict }) => verdict.ok && verdict.value).map(({ alarm }) => alarm.alarmName);
  const deleted = await deleteAll(certain, context);
  return { removed: deleted.removed, foreign, failures: [...failures, ...deleted.failures] };
}

/** Whether the alarm may go now. It remembers that its stream has said no once more. */
async function judge(alarm: UntaggedAlarm, { ports, clock }: ScalerContext): Promise<Answer<boolean>> {
  const streamTags = await ports.streams.listTags(streamOfScalingAlarm(alarm) ?? '');
  if (!streamTags.ok && streamTags.failure.kind !== 'gone') return streamTags;
  if (streamTags.ok && isEnabled(streamTags.value)) return { ok: true, value: false };
  const alarmTags = await ports.alarms.listTags(alarm.alarmArn);
  if (!alarmTags.ok) return alarmTags;
  const nowMs = clock.nowMs();
  const sinceMs = readOrphanSince(alarmTags.value[orphanTag] ?? '', nowMs) ?? nowMs;
  if (nowMs - sinceMs >= certainAfterMs) return { ok: true, value: true };
  const value = `${formatBasicTime(sinceMs)} ${formatBasicTime(nowMs)}`;
  const remembered = await ports.alarms.tag(alarm.alarmArn, { [orphanTag]: value });
  return remembered.ok ? { ok: true, value: false } : remembered;
}

/** `SINCE LAST`: when the stream first said no, and when it last did. Undefined where that is too long ago, or no time. */
function readOrphanSince(text: string, nowMs: number): number | undefined {
  const [sinceMs, lastMs] = text.split(' ').map(parseBasicTime);
  if (sinceMs === undefined || lastMs === undefined || sinceMs > nowMs || lastMs > nowMs) return undefined;
  return nowMs - lastMs <= longestBreakMs ? sinceMs : undefined;
}

/** All in one call; one by one where that is refused, so that one alarm that may not be deleted keeps no other. */
async function deleteAll(names: readonly string[], { ports }: ScalerContext): Promise<Omit<Orphans, 'foreign'>> {
  if (names.length === 0) return none;
  const together = await ports.fleet.deleteAlarms(names);
  if (together.ok) return { removed: names, failures: [] };
  if (names.length === 1) return { removed: [], failures: [together.failure] };
  const removed: string[] = [];
  const failures: CallFailure[] = [];
  for (const name of names) {
    const deleted = await ports.fleet.deleteAlarms([name]);
    if (deleted.ok) removed.push(name);
    else failures.push(deleted.failure);
  }
  return { removed, failures };
}
