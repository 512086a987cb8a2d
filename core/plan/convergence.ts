/**
 * Converge: everything that belongs to a stream follows from its shard count. This file compares and plans, idempotently;
 * a state that agrees gives an empty plan. A scaling, a retry, a redeploy, a reshard by hand and the schedule all end here.
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
import type { Fault } from '../result.ts';
import type { StreamSettings } from '../settings/stream-settings.ts';
import {
  type AlarmState,
  alarmTagKeys,
  intentTookEffect,
  readLastScaled,
  type StreamState,
  settledShardCount,
} from '../stream/stream-state.ts';
import type { Tags } from '../stream/stream-tags.ts';
import { formatAlarmTime } from '../time.ts';
import { planConsumers } from './consumer-concurrency.ts';
import type { CreateAlarm, Lane, ScalingEffect, TagAlarm } from './effects.ts';

/** What converge found out of line, whether or not it can put it right. */
export type Finding =
  | { readonly kind: 'alarm-missing'; readonly direction: Direction }
  | { readonly kind: 'alarm-drifted'; readonly alarmName: string; readonly differs: readonly string[] }
  | { readonly kind: 'alarm-metrics-of-others'; readonly alarmName: string; readonly ids: readonly string[] }
  | { readonly kind: 'alarm-judged-by-old-math'; readonly alarmName: string }
  | { readonly kind: 'alarm-tags-behind'; readonly alarmName: string }
  | { readonly kind: 'scaling-under-way' }
  /** One that had asked by its tag. */
  | { readonly kind: 'stream-gone' }
  | { readonly kind: 'unexplained-update'; readonly openShardCount: number }
  | {
      readonly kind: 'concurrency-differs';
      readonly functionName: string;
      readonly reserved: number | undefined;
      readonly wanted: number;
    }
  | {
      readonly kind: 'concurrency-waits-for-drain';
      readonly functionName: string;
      readonly reserved: number;
      readonly wanted: number;
    }
  | { readonly kind: 'concurrency-stopped'; readonly functionName: string }
  /** Tags that were passed over, only when they are not those that were told last; none: all are in order again. */
  | { readonly kind: 'tag-faults'; readonly faults: readonly Fault[]; readonly mark: string }
  | {
      readonly kind: 'concurrency-unaffordable';
      readonly functionName: string;
      readonly wanted: number;
      readonly affordable: number;
    };

export interface ConvergencePlan {
  /** The shard count that everything must follow; undefined when nothing may be touched now. */
  readonly shardCount: number | undefined;
  readonly findings: readonly Finding[];
  /** One lane an alarm. */
  readonly alarmLanes: readonly Lane[];
  /** One lane a consumer. */
  readonly concurrencyLanes: readonly Lane[];
}

/** How the missing alarms of a stream that asked by its tag are made; a deployed stream's are the stack's to make. */
export interface NewAlarm {
  /** ARN of the topic that both alarms notify. */
  readonly topicArn: string;
  /** Says whose the alarms are, so that nobody else's are ever removed. */
  readonly tags: Tags;
}

export function planConvergence(
  state: StreamState,
  settings: StreamSettings,
  nowMs: number,
  making?: NewAlarm,
): ConvergencePlan {
  const shardCount = state.mode === 'ON_DEMAND' ? undefined : settledShardCount(state);
  if (shardCount === undefined) {
    const unexplained = state.mode === 'PROVISIONED' && state.status === 'UPDATING';
    return {
      shardCount,
      findings: unexplained ? [{ kind: 'unexplained-update', openShardCount: state.openShardCount }] : [],
      alarmLanes: [],
      concurrencyLanes: [],
    };
  }
  const findings: Finding[] = [];
  const alarmLanes = (['up', 'down'] as const).map((direction) => {
    const alarm = state.alarms[direction];
    const definition = defineAlarm(direction, { streamName: state.streamName, shardCount, settings });
    if (!alarm) {
      findings.push({ kind: 'alarm-missing', direction });
      return making ? [makeAlarm(alarmNameOf(state.streamName, direction), definition, making)] : [];
    }
    return planAlarm(direction, alarm, definition, state, nowMs, findings);
  });
  const concurrencyLanes = planConsumers(state, settings, shardCount, nowMs, findings);
  return {
    shardCount,
    findings,
    alarmLanes: alarmLanes.filter((lane) => lane.length > 0),
    concurrencyLanes: concurrencyLanes.filter((lane) => lane.length > 0),
  };
}

export function isConverged(plan: ConvergencePlan): boolean {
  return plan.alarmLanes.length === 0 && plan.concurrencyLanes.length === 0;
}

function makeAlarm(alarmName: string, definition: AlarmDefinition, { topicArn, tags }: NewAlarm): CreateAlarm {
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

/** Definition, then state, then tags: re-armed under the old math, an alarm would only fire on it again. */
function planAlarm(
  direction: Direction,
  alarm: AlarmState,
  definition: AlarmDefinition,
  state: StreamState,
  nowMs: number,
  findings: Finding[],
): Lane {
  const { alarmName } = alarm;
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
  const tagging = planAlarmTags(direction, alarm, state, nowMs);
  if (tagging) {
    findings.push({ kind: 'alarm-tags-behind', alarmName });
    lane.push(tagging);
  }
  return lane;
}

const ownIds: ReadonlySet<string> = new Set(ownMetricIds);

/** Names of what differs: `threshold`, `evaluationPeriods`, …, or a metric's id. Order of metrics does not matter. */
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

/** The tags of the reference autoscaler. An unreadable time is replaced: left alone, it would hold the alarm for ever. */
function planAlarmTags(
  direction: Direction,
  alarm: AlarmState,
  state: StreamState,
  nowMs: number,
): TagAlarm | undefined {
  if (!alarm.tags) return undefined;
  const last = readLastScaled(alarm, nowMs);
  const scaledAtMs = intentTookEffect(state) ? state.intent?.atMs : undefined;
  const behind = scaledAtMs !== undefined && (last.kind !== 'at' || last.ms < scaledAtMs);
  if (!behind && last.kind !== 'unreadable') return undefined;
  const tags: Record<string, string> = { [alarmTagKeys.lastScaled]: formatAlarmTime(behind ? scaledAtMs : nowMs) };
  if (behind && state.intent) {
    tags[alarmTagKeys.action] = state.intent.to > state.intent.from ? 'Up' : 'Down';
    const sibling = state.alarms[opposite(direction)];
    if (sibling) tags[alarmTagKeys.sibling] = sibling.alarmName;
  }
  return { kind: 'tag-alarm', alarmName: alarm.alarmName, alarmArn: alarm.alarmArn, tags, onFailure: 'continue' };
}
