/**
 * Compares one alarm of a stream with its definition, and plans the effects that repair it, in the order in which they must
 * run.
 */
import {
  type AlarmDefinition,
  type AlarmMetric,
  alarmNameOf,
  type Direction,
  defineAlarm,
  opposite,
  ownMetricIds,
} from '../alarm/alarm-definition.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import { type AlarmState, alarmRoles, alarmTagKeys, intentTookEffect, readLastScaled } from '../stream/stream-state.ts';
import type { Tags } from '../stream/stream-tags.ts';
import { formatAlarmTime } from '../time.ts';
import type { CreateAlarm, Lane, ScalingEffect, TagAlarm } from './effects.ts';
import type { Finding } from './findings.ts';

/** How to create a missing alarm of a discovered stream. The stack creates the alarms of a deployed stream. */
export interface NewAlarm {
  /** ARN of the topic that both alarms notify. */
  readonly topicArn: string;
  /** They mark the alarm as ours: no other alarm is ever removed. */
  readonly tags: Tags;
}

/** What was found about one alarm, and the effects that repair it. */
export interface AlarmRepair {
  readonly findings: readonly Finding[];
  readonly lane: Lane;
}

/** @param newAlarm how to create a missing alarm. Undefined where the stack creates it. */
export function repairAlarm(
  direction: Direction,
  shardCount: number,
  facts: StreamFacts,
  newAlarm: NewAlarm | undefined,
): AlarmRepair {
  const { state, settings } = facts;
  const { streamName } = state;
  const alarm = state.alarms[direction];
  const definition = defineAlarm(direction, { streamName, shardCount, settings });
  if (alarm) return repairLiveAlarm(direction, alarm, definition, facts);
  if (state.takenAlarmNames?.includes(direction)) {
    return { findings: [{ kind: 'alarm-name-taken', alarmName: alarmNameOf(streamName, direction) }], lane: [] };
  }
  return {
    findings: [{ kind: 'alarm-missing', direction }],
    lane: newAlarm ? [createAlarm(alarmNameOf(streamName, direction), definition, newAlarm)] : [],
  };
}

function createAlarm(alarmName: string, definition: AlarmDefinition, { topicArn, tags }: NewAlarm): CreateAlarm {
  return {
    kind: 'create-alarm',
    alarmName,
    definition,
    userParts: {
      description: undefined,
      actionsEnabled: true,
      alarmActions: [topicArn],
      okActions: [],
      insufficientDataActions: [],
      treatMissingData: 'ignore',
    },
    tags,
    onFailure: 'abort',
  };
}

/** First the definition, then the state, then the tags. Re-armed before it is rewritten, an alarm would fire on the old math. */
function repairLiveAlarm(
  direction: Direction,
  alarm: AlarmState,
  definition: AlarmDefinition,
  facts: StreamFacts,
): AlarmRepair {
  const { alarmName } = alarm;
  const findings: Finding[] = [];
  const lane: ScalingEffect[] = [];
  const differs = compareDefinitions(alarm.definition, definition);
  if (differs.length > 0) {
    findings.push({ kind: 'alarm-drifted', alarmName, differs });
    const ids = alarm.definition.metrics.map((entry) => entry.id).filter((id) => !ownIds.has(id));
    if (ids.length > 0) findings.push({ kind: 'alarm-metrics-of-others', alarmName, ids });
    lane.push({ kind: 'put-alarm', alarmName, definition, userParts: alarm.userParts, onFailure: 'abort' });
  }
  if (alarm.state === 'ALARM' && (differs.length > 0 || alarm.stateTransitionedAtMs <= alarm.configuredAtMs)) {
    findings.push({ kind: 'alarm-judged-by-old-math', alarmName });
    lane.push({ kind: 'rearm-alarm', alarmName, why: 'judged-by-old-math', onFailure: 'continue' });
  }
  const tagging = planAlarmTags(direction, alarm, facts);
  if (tagging) {
    findings.push({ kind: 'alarm-tags-behind', alarmName });
    lane.push(tagging);
  }
  return { findings, lane };
}

const ownIds: ReadonlySet<string> = new Set(ownMetricIds);

/** Names of what differs: `threshold`, `evaluationPeriods`, …, or a metric's id. The order of metrics does not matter. */
export function compareDefinitions(live: AlarmDefinition, wanted: AlarmDefinition): readonly string[] {
  const differs: string[] = [];
  for (const field of ['comparisonOperator', 'threshold', 'evaluationPeriods', 'datapointsToAlarm'] as const) {
    if (live[field] !== wanted[field]) differs.push(field);
  }
  const liveById = new Map(live.metrics.map((entry) => [entry.id, entry]));
  for (const entry of wanted.metrics) {
    if (!sameMetric(liveById.get(entry.id), entry)) differs.push(entry.id);
    liveById.delete(entry.id);
  }
  return [...differs, ...liveById.keys()];
}

function sameMetric(live: AlarmMetric | undefined, wanted: AlarmMetric): boolean {
  if (!live || live.label !== wanted.label || live.returnData !== wanted.returnData) return false;
  if ('expression' in wanted) return 'expression' in live && live.expression === wanted.expression;
  if ('expression' in live) return false;
  return (
    live.namespace === wanted.namespace &&
    live.metricName === wanted.metricName &&
    live.stat === wanted.stat &&
    live.periodSeconds === wanted.periodSeconds &&
    sameTags(live.dimensions, wanted.dimensions)
  );
}

function sameTags(one: Tags, other: Tags): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}

/**
 * The tags of the reference autoscaler. An unreadable time is replaced, or it would hold the alarm for ever. A role that is
 * not the alarm's is replaced too: code that trusts it would double a stream on its scale-down alarm.
 */
function planAlarmTags(direction: Direction, alarm: AlarmState, { state, nowMs }: StreamFacts): TagAlarm | undefined {
  if (!alarm.tags) return undefined;
  const last = readLastScaled(alarm, nowMs);
  const scaledAtMs = intentTookEffect(state) ? state.intent?.atMs : undefined;
  const isBehind = scaledAtMs !== undefined && (last.kind !== 'at' || last.ms < scaledAtMs);
  const role = alarmRoles[direction];
  const hasOtherRole = (alarm.tags[alarmTagKeys.role] ?? role) !== role;
  if (!isBehind && !hasOtherRole && last.kind !== 'unreadable') return undefined;
  const sibling = state.alarms[opposite(direction)]?.alarmName;
  const tags = {
    ...(isBehind ? { [alarmTagKeys.lastScaled]: formatAlarmTime(scaledAtMs) } : {}),
    ...(!isBehind && last.kind === 'unreadable' ? { [alarmTagKeys.lastScaled]: formatAlarmTime(nowMs) } : {}),
    ...(isBehind || hasOtherRole ? { [alarmTagKeys.role]: role } : {}),
    ...(isBehind && sibling !== undefined ? { [alarmTagKeys.sibling]: sibling } : {}),
  };
  return { kind: 'tag-alarm', alarmName: alarm.alarmName, alarmArn: alarm.alarmArn, tags, onFailure: 'continue' };
}
